package agreement_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
)

func parse(t testing.TB, text string) *agreement.Agreement {
	t.Helper()
	a, problems := agreement.Parse("test.yaml", []byte(text))
	for _, p := range problems {
		t.Error(p.Error())
	}
	if a == nil {
		t.FailNow()
	}
	return a
}

func file(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestCompare(t *testing.T) {
	full := file(t, "testdata/full.yaml")
	tests := []struct {
		name      string
		old, new  string // of the text of the file
		want      []string
		wantCount int
	}{
		{"width", "within: {km: 15, sides: [north, south]}", "within: {km: 10, sides: [north, south]}", []string{
			"zone buffer: width for party north 15 km → 10 km",
			"zone buffer: width for party south 15 km → 10 km"}, 0},
		{"side", "within: {km: 15, sides: [north, south]}", "within: {km: 15, sides: [north]}", []string{
			"zone buffer: width for party south 15 km → not stated"}, 0},
		{"all sides written out", "within: {km: 15, sides: [north, south]}", "within: {km: 15}", nil, 0},
		{"bound", "parties: [north]\n    from: 2026-01-20", "parties: [north, south]\n    from: 2026-01-20", []string{
			"provision guns: now also binds south"}, 0},
		{"deadline", "sites: [depot], deadline: 2026-02-15T24:00", "sites: [depot], deadline: 2026-02-18T24:00", []string{
			"provision store: deadline 2026-02-16 00:00 +02:00 → 2026-02-19 00:00 +02:00 (moved 3 days later)"}, 0},
		{"definition", "rule: {activities: [shelling, explosion, uav-flight]}", "rule: {activities: [shelling, explosion]}", []string{
			"definition violation (by north): no longer includes uav-flight"}, 0},
		{"order", "activities: [shelling, explosion, uav-flight]", "activities: [uav-flight, explosion, shelling]", nil, 0},
		{"time in another zone", "at: 2026-01-10T18:30\n", "at: 2026-01-10T16:30:00Z\n", nil, 0},
		{"duration in another unit", "appeal: 14d", "appeal: 2w", nil, 0},
		{"weapon class replaced by its members", "prohibits: {kind: presence, weapons: [heavy]}", "prohibits: {kind: presence, weapons: [mlrs, tank, artillery-ge100]}", nil, 0},
		{"default activities written out", "prohibits: {kind: construction}", "prohibits: {kind: construction, activities: [construction]}", nil, 0},
		{"layout of a condition", "given: provision(fire).met", "given: (provision( fire ).met)", nil, 0},
		{"comment", "provisions:\n", "# a comment\nprovisions:\n", nil, 0},
		{"provision gone", "  - {id: access, words: Monitors have access to the depot., site: depot, requires: {kind: access}}\n", "", []string{
			"provision access: removed"}, 0},
		{"threshold", "{attribution: 0.8, breach", "{attribution: 0.9, breach", []string{
			"threshold default: attribution 80 % → 90 %"}, 0},
		{"weapon class widened", "heavy: [tank, artillery-ge100, mlrs]", "heavy: [tank, artillery-ge100, mlrs, mortar-120]", []string{
			"definition violation: now includes weapon mortar-120"}, 5},
	}
	a := parse(t, full)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(full, tt.old, tt.new, 1)
			if text == full {
				t.Fatalf("%q is not in the file", tt.old)
			}
			b := parse(t, text)
			var got []string
			for _, c := range agreement.Compare(a, b) {
				got = append(got, c.String())
			}
			if tt.wantCount > 0 {
				if len(got) != tt.wantCount {
					t.Errorf("%d changes: %q", len(got), got)
				}
				for _, w := range tt.want {
					if !strings.Contains(strings.Join(got, "\n"), w) {
						t.Errorf("no %q in %q", w, got)
					}
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			reversed(t, a, b)
		})
	}
}

// reversed checks that Compare(b, a) undoes Compare(a, b).
func reversed(t interface{ Errorf(string, ...any) }, a, b *agreement.Agreement) {
	there, back := agreement.Compare(a, b), agreement.Compare(b, a)
	if len(there) != len(back) {
		t.Errorf("%d changes there, %d back", len(there), len(back))
		return
	}
	opposite := map[string]string{"added": "removed", "removed": "added", "gained": "lost", "lost": "gained", "changed": "changed"}
	for i, c := range there {
		r := back[i]
		if r.Subject != c.Subject || r.ID != c.ID || r.Aspect != c.Aspect || r.Kind != opposite[c.Kind] || r.Old != c.New || r.New != c.Old {
			t.Errorf("there %+v, back %+v", c, r)
		}
	}
}

// leaves calls visit for each scalar of a JSON tree with a function that sets it.
func leaves(v any, path string, visit func(path string, old any, set func(any))) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range sortedKeys(v) {
			child := path + "." + k
			switch v[k].(type) {
			case map[string]any, []any:
				leaves(v[k], child, visit)
			default:
				visit(child, v[k], func(x any) { v[k] = x })
			}
		}
	case []any:
		for i := range v {
			child := fmt.Sprintf("%s[%d]", path, i)
			switch v[i].(type) {
			case map[string]any, []any:
				leaves(v[i], child, visit)
			default:
				visit(child, v[i], func(x any) { v[i] = x })
			}
		}
	}
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	for i := range out { // few keys
		for j := i; j > 0 && out[j] < out[j-1]; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

func other(old any) any {
	switch v := old.(type) {
	case bool:
		return !v
	case float64:
		return v + 1
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return at.Add(26 * time.Hour).Format(time.RFC3339Nano)
		}
		if _, err := agreement.ParseDuration(v); err == nil {
			return "777h"
		}
		if strings.HasSuffix(v, "/Kyiv") {
			return "Asia/Aden"
		}
		return v + "x"
	}
	return old
}

// TestCompareSeesEverything changes each value of the full agreement in turn:
// none may go unnoticed.
func TestCompareSeesEverything(t *testing.T) {
	a := load(t, "testdata/full.yaml")
	var tree any
	if err := json.Unmarshal(a.Canonical(), &tree); err != nil {
		t.Fatal(err)
	}
	n := 0
	leaves(tree, "", func(path string, old any, set func(any)) {
		n++
		set(other(old))
		defer set(old)
		data, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		b, err := agreement.FromCanonical(data)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if len(agreement.Compare(a, b)) == 0 {
			t.Errorf("%s: %v → %v is not noticed", path, old, other(old))
		}
		reversed(t, a, b)
		if a.Version() == b.Version() {
			t.Errorf("%s: the same version", path)
		}
	})
	if n < 300 {
		t.Errorf("only %d values", n)
	}
}

func TestCompareProperties(t *testing.T) {
	a := load(t, "testdata/full.yaml")
	rapid.Check(t, func(t *rapid.T) {
		if c := agreement.Compare(a, a); len(c) != 0 {
			t.Fatalf("an agreement differs from itself: %v", c)
		}
		b, err := agreement.FromCanonical(a.Canonical())
		if err != nil {
			t.Fatal(err)
		}
		// Another order of what has ids means the same.
		b.Parties = rapid.Permutation(b.Parties).Draw(t, "parties")
		b.Provisions = rapid.Permutation(b.Provisions).Draw(t, "provisions")
		b.Zones = rapid.Permutation(b.Zones).Draw(t, "zones")
		b.Texts = rapid.Permutation(b.Texts).Draw(t, "texts")
		b.Commitments = rapid.Permutation(b.Commitments).Draw(t, "commitments")
		b.Thresholds = rapid.Permutation(b.Thresholds).Draw(t, "thresholds")
		if c := agreement.Compare(a, b); len(c) != 0 {
			t.Fatalf("another order is told as a change: %v", c)
		}
		// Changes at random undo each other.
		for i := range b.Provisions {
			p := &b.Provisions[i]
			if rapid.Bool().Draw(t, "edit") {
				p.Zone = rapid.SampledFrom([]string{"", "buffer", "outer"}).Draw(t, "zone")
				p.Parties = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"north", "south", "group"}), 0, 3, rapid.ID[string]).Draw(t, "parties")
				p.Severity = rapid.SampledFrom([]string{"", "S1", "S4"}).Draw(t, "severity")
			}
		}
		b.Zones = b.Zones[:rapid.IntRange(0, len(b.Zones)).Draw(t, "zones left")]
		reversed(t, a, b)
	})
}
