package agreement_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// FuzzParse: whatever the bytes, Parse ends, and what it accepts can be
// explained, compared and stored.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/bad/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, problems := agreement.Parse("fuzz.yaml", data)
		if (a == nil) != agreement.Failed(problems) {
			t.Fatalf("agreement %v with %d problems", a != nil, len(problems))
		}
		for _, p := range problems {
			if p.Error() == "" || p.Message == "" {
				t.Fatal("a problem without words")
			}
		}
		if a == nil {
			return
		}
		b, err := agreement.FromCanonical(a.Canonical())
		if err != nil {
			t.Fatal(err)
		}
		if a.Version() != b.Version() {
			t.Fatalf("%s\n%s", a.Canonical(), b.Canonical())
		}
		if c := agreement.Compare(a, b); len(c) > 0 {
			t.Fatalf("changed by storing: %v", c)
		}
		agreement.Explain(a, "uk", nil)
		agreement.Monitorability(a)
		agreement.Files(a)
	})
}

func FuzzCondition(f *testing.F) {
	for _, s := range []string{
		"", "ceasefire.in-force", "status(signed) and (level(L1) or not approved(north))", "provision(a.b).met",
		"date(2026-02-01 10:00) or attacked(x)", "((", "not not not", "date(2026-02-01T24:00)", "level(\u00a0)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := agreement.Condition(s).Parse(time.UTC)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without words")
			}
			return
		}
		// What it is written as means the same.
		again, err := agreement.Condition(e.String()).Parse(time.UTC)
		if err != nil {
			t.Fatalf("%q is written as %q: %v", s, e.String(), err)
		}
		if e.String() != again.String() {
			t.Fatalf("%q, then %q", e.String(), again.String())
		}
	})
}

func FuzzInstant(f *testing.F) {
	loc, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"2026-01-06", "2026-03-29T03:30", "2026-10-25 03:30", "2026-01-06T24:00Z", "2026-01-06T10:00:00.123+05:30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		i, err := agreement.ParseInstant(s, loc)
		if err != nil {
			return
		}
		data, err := i.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var back agreement.Instant
		if err := back.UnmarshalJSON(data); err != nil || !back.Equal(i.Time) {
			t.Fatalf("%q: %s, %v", s, data, err)
		}
	})
}
