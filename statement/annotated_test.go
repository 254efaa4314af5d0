package statement_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/truce-monitor/truce/statement"
)

// annotated is a text with who said what in it; see testdata/annotated, testdata/blind and testdata/blind2.
type annotated struct {
	File       string `yaml:"file"`
	Language   string `yaml:"language"`
	HeldOut    bool   `yaml:"held_out"`
	SHA256     string `yaml:"sha256"`
	Statements []gold `yaml:"statements"`
	name, text string
}

type gold struct {
	Speaker string   `yaml:"speaker"`
	Also    []string `yaml:"also"`
	Role    string   `yaml:"role"`
	Verb    string   `yaml:"verb"`
	Kind    string   `yaml:"kind"`
	Quote   []struct {
		At   int    `yaml:"at"`
		Text string `yaml:"text"`
	} `yaml:"quote"`
}

func (g *gold) spans() []statement.Span {
	var out []statement.Span
	for _, q := range g.Quote {
		out = append(out, statement.Span{From: q.At, To: q.At + len(q.Text)})
	}
	return out
}

func texts(t *testing.T) []annotated { return textsIn(t, "testdata/annotated") }

// textsIn reads the annotated texts of a folder. The seed article lies beside the real data
// and not in the repository; without it, it is left out (in CI that fails).
func textsIn(t *testing.T, folder string) []annotated {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatal("no annotations", err)
	}
	var out []annotated
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		a := annotated{name: strings.TrimSuffix(filepath.Base(name), ".yaml")}
		if err := yaml.UnmarshalWithOptions(raw, &a, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		path := filepath.Join(folder, a.File)
		if strings.HasPrefix(a.File, "seed/") {
			data := os.Getenv("TRUCE_DATA")
			if data == "" {
				data = "../../shared/data"
			}
			path = filepath.Join(filepath.Dir(filepath.Clean(data)), a.File)
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(a.File, "seed/") && os.Getenv("CI") == "" {
			t.Logf("%s is not here and left out", path)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		if hex.EncodeToString(sum[:]) != a.SHA256 {
			t.Fatalf("%s is not the text that was annotated", path)
		}
		a.text = string(text)
		for _, g := range a.Statements {
			for _, q := range g.Quote {
				if a.text[q.At:q.At+len(q.Text)] != q.Text {
					t.Fatalf("%s: %q does not stand at byte %d", name, q.Text, q.At)
				}
			}
		}
		if strings.HasSuffix(a.File, ".html") {
			a.inPlain(t)
		}
		out = append(out, a)
	}
	return out
}

// inPlain moves the annotations of an HTML page to the text that the reader is
// given. Words that are not in that text stand behind its end: nobody finds them.
func (a *annotated) inPlain(t *testing.T) {
	t.Helper()
	plain := func(raw string) string {
		text, err := statement.Plain([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	a.text = plain(a.text)
	for _, g := range a.Statements {
		for i := range g.Quote {
			q := &g.Quote[i]
			q.Text = strings.TrimSpace(plain(`<meta charset="utf-8"><p>` + q.Text))
			switch strings.Count(a.text, q.Text) {
			case 0:
				q.At = len(a.text)
			case 1:
				q.At = strings.Index(a.text, q.Text)
			default:
				t.Fatalf("%s: %q stands more than once in the text of the page", a.name, q.Text)
			}
		}
	}
}
