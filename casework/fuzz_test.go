package casework_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/truce-monitor/truce/casework"
)

// Whatever steps a journal from elsewhere holds, they make some case, the same
// each time, and everything can be asked of it.
func FuzzReplay(f *testing.F) {
	for _, seed := range []string{
		`[{"move":"report","kind":"report","to":"reported"},{"move":"draft","kind":"draft","to":"drafted","text":"x"},{"move":"approve","kind":"approve","item":"D1"}]`,
		`[{"move":"suspend","kind":"suspend","to":"suspended"},{"move":"resume","kind":"resume","to":""},{"kind":"decide","to":"decided"},{"kind":"reopen","to":"reopened"}]`,
		`[{"kind":"publish"},{"kind":"answer","item":"Q9"},{"kind":"ask","parties":["a","a"]},{"kind":"decide","ruling":{"outcome":"x"}},{"kind":"ask-remedy"},{"kind":"appeal"}]`,
	} {
		f.Add([]byte(seed))
	}
	rules := casework.New(terms(f, "paris-2026"))
	at := time.Date(2026, 3, 9, 6, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, data []byte) {
		var steps []casework.Step
		if json.Unmarshal(data, &steps) != nil {
			return
		}
		show := func() string {
			c := casework.Replay("C-1", steps)
			c.Until(at)
			c.PublishedTo(func(*casework.Step) bool { return true }, false)
			out, err := json.Marshal([]any{c, rules.Deadlines(c), rules.Reminders(c, at), rules.Next(c, at), rules.Waiting(c, at), c.Seen(func(s *casework.Step) bool { return s.Kind != "draft" })})
			if err != nil {
				return err.Error() // a year beyond 9999
			}
			return string(out)
		}
		if a, b := show(), show(); a != b {
			t.Errorf("%s\n%s", a, b)
		}
	})
}
