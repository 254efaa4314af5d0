package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
)

var ack = app.Decision{Of: "level-1", What: app.DecisionAck, By: "watch-1", Role: "watch-officer", Reasons: "Seen and passed on.",
	Data: json.RawMessage(`{"b":1,"a":"x"}`)}

func decide(t testing.TB, a *app.App, d app.Decision) uint64 {
	t.Helper()
	seq, err := a.Decide(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestADecisionIsOnRecord(t *testing.T) {
	a := workspace(t, "minsk-2015")
	seq := decide(t, a, ack)
	other := ack
	other.Of = "level-2"
	decide(t, a, other)
	got, err := a.Decisions(t.Context(), app.DecisionAck, "level-1")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Record != seq || got[0].By != "watch-1" || !got[0].At.Equal(clock) || string(got[0].Data) != `{"a":"x","b":1}` {
		t.Errorf("it reads %+v", got)
	}
	if all, err := a.Decisions(t.Context(), "", ""); err != nil || len(all) != 2 {
		t.Errorf("%d decisions, %v; want 2", len(all), err)
	}
	for _, id := range []string{"level-1", fmt.Sprintf("#%d", seq)} {
		x, err := a.Explain(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := x.Write(&text, time.UTC); err != nil || !strings.Contains(text.String(), "level-1: ack, by watch-1 (watch-officer)") || !strings.Contains(text.String(), "Seen and passed on.") {
			t.Errorf("explain %s: %v\n%s", id, err, &text)
		}
	}
	if r, err := a.Rebuild(t.Context()); err != nil || !r.Same {
		t.Errorf("rebuild: %+v, %v", r, err)
	}
}

func TestTwoWhoDecideAtOnce(t *testing.T) {
	a := workspace(t, "minsk-2015")
	first := ack
	first.Expect = app.NothingYet
	seq := decide(t, a, first)
	if _, err := a.Decide(t.Context(), first); !errors.Is(err, app.ErrConflict) {
		t.Errorf("the subject has a record and is taken for new: %v", err)
	}
	// Of many who have read the same, one wins; the others are told of whom.
	const officers = 8
	errs := make([]error, officers)
	var wg sync.WaitGroup
	for i := range officers {
		wg.Go(func() {
			d := ack
			d.By, d.Expect = fmt.Sprintf("officer-%d", i), seq
			_, errs[i] = a.Decide(t.Context(), d)
		})
	}
	wg.Wait()
	winner := slices.Index(errs, nil)
	if winner < 0 {
		t.Fatal(errs)
	}
	for i, err := range errs {
		var c *app.Conflict
		switch {
		case i == winner:
		case !errors.As(err, &c) || !errors.Is(err, app.ErrConflict):
			t.Errorf("officer %d: %v", i, err)
		case c.Last.By != fmt.Sprintf("officer-%d", winner) || !strings.Contains(err.Error(), c.Last.By) || !strings.Contains(err.Error(), "2026-03-20T06:00:00Z"):
			t.Errorf("officer %d is told %v", i, err)
		}
	}
	late := ack
	late.Of, late.Expect = "level-9", seq
	if _, err := a.Decide(t.Context(), late); !errors.Is(err, app.ErrConflict) {
		t.Errorf("a subject without a record: %v", err)
	}
}

func TestARepeatOfADecisionIsHarmless(t *testing.T) {
	now := clock
	a, err := app.Init(t.Context(), filepath.Join(t.TempDir(), "w"), filepath.Join("..", "examples", "minsk-2015", "agreement.yaml"), app.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	d := ack
	d.Key, d.Expect = "tap-1", app.NothingYet
	seq := decide(t, a, d)
	now = now.Add(time.Minute)
	if again := decide(t, a, d); again != seq {
		t.Errorf("the repeat is record %d; want %d", again, seq)
	}
	dated, reasoned := d, d
	dated.At, reasoned.Reasons = now, "Something else."
	for _, d := range []app.Decision{dated, reasoned} {
		if _, err := a.Decide(t.Context(), d); !errors.Is(err, app.ErrKey) || !strings.Contains(err.Error(), "tap-1") {
			t.Errorf("the same key with other content: %v", err)
		}
	}
	if r, err := a.Rebuild(t.Context()); err != nil || !r.Same {
		t.Errorf("rebuild: %+v, %v", r, err)
	}
}

func TestWhatIsNoDecision(t *testing.T) {
	a := workspace(t, "minsk-2015")
	_, err := a.Decide(t.Context(), app.Decision{What: "whim", Handling: "secret", Data: json.RawMessage("{")})
	for _, want := range []string{"of (the subject)", "by (who)", "role", `"whim"`, `"secret"`, "JSON"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want it to name %s", err, want)
		}
	}
}

func TestNoDecisionGoesAroundACasesProcedure(t *testing.T) {
	a := workspace(t, "minsk-2015")
	d := ack
	d.What = app.DecisionCase
	if _, err := a.Decide(t.Context(), d); err == nil || !strings.Contains(err.Error(), "procedure") {
		t.Errorf("a step beside the procedure: %v", err)
	}
}

func TestWhoADecisionWasByCanBeErased(t *testing.T) {
	a := workspace(t, "minsk-2015")
	seq := decide(t, a, ack)
	last := ack
	last.By = "watch-2"
	decide(t, a, last)
	redact := func(whole bool, id string) {
		t.Helper()
		if _, err := a.Redact(t.Context(), app.Redaction{IDs: []string{id}, Reason: "on demand", Whole: whole}); err != nil {
			t.Fatal(err)
		}
	}
	redact(false, fmt.Sprintf("#%d", seq))
	got, err := a.Decisions(t.Context(), "", "level-1")
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v; want two decisions", got, err)
	}
	if d := got[0]; d.By != "redacted" || d.Reasons != "" || d.Role != ack.Role || d.Replaces != seq || got[1].By != "watch-2" {
		t.Errorf("after erasing the author: %+v", got)
	}
	redact(true, fmt.Sprintf("#%d", got[0].Record))
	if got, err = a.Decisions(t.Context(), "", "level-1"); err != nil || len(got) != 1 {
		t.Errorf("after erasing it whole: %+v, %v", got, err)
	}
	if r, err := a.Rebuild(t.Context()); err != nil || !r.Same {
		t.Errorf("rebuild: %+v, %v", r, err)
	}
}

func TestABundleHoldsTheDecisionsThatItsAudienceSees(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "w")
	a, err := app.Init(t.Context(), dir, filepath.Join("..", "examples", "minsk-2015", "agreement.yaml"), options())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	decide(t, a, ack)
	open := ack
	open.Handling = observation.Clear
	seq := decide(t, a, open)
	path := filepath.Join(t.TempDir(), "public.truce")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.Bundle(t.Context(), f, "public")
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	if m.Withheld["decision"] != 1 {
		t.Errorf("withheld: %v", m.Withheld)
	}
	r, err := app.Recompute(t.Context(), path, app.RecomputeOptions{Options: options()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := r.Decisions(t.Context(), "", ""); err != nil || len(got) != 1 || got[0].Record != seq {
		t.Errorf("the public's bundle has %+v, %v", got, err)
	}
}
