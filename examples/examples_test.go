package examples_test

import (
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/examples"
)

// parse reads an example that must have no problem, warnings apart.
func parse(t *testing.T, name string) *agreement.Agreement {
	t.Helper()
	file := name + "/agreement.yaml"
	data, err := fs.ReadFile(examples.Files(), file)
	if err != nil {
		t.Fatal(err)
	}
	a, problems := agreement.Parse(filepath.Join("examples", file), data)
	for _, p := range problems {
		t.Errorf("%v", p)
	}
	if a == nil {
		t.FailNow()
	}
	return a
}

func TestEveryExampleParses(t *testing.T) {
	if len(examples.Names()) == 0 {
		t.Fatal("no examples")
	}
	for _, name := range examples.Names() {
		t.Run(name, func(t *testing.T) {
			if a := parse(t, name); a.ID != name {
				t.Errorf("the folder %q holds the agreement %q", name, a.ID)
			}
		})
	}
}
