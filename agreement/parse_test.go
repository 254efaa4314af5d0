package agreement_test

import (
	"os"
	"testing"

	"github.com/truce-monitor/truce/agreement"
)

func load(t *testing.T, name string) *agreement.Agreement {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	a, problems := agreement.Parse(name, data)
	for _, p := range problems {
		t.Error(p.Error())
	}
	if a == nil {
		t.FailNow()
	}
	return a
}

func TestCanonicalRoundTrip(t *testing.T) {
	a := load(t, "testdata/small.yaml")
	b, err := agreement.FromCanonical(a.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(b.Canonical()), string(a.Canonical()); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if a.Version() != b.Version() || len(a.Version()) != 12 {
		t.Errorf("versions %q and %q", a.Version(), b.Version())
	}
}
