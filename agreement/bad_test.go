package agreement_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/agreement"
)

// golden compares got with the file, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(file(t, name), got); diff != "" {
		t.Errorf("%s (run with -update if it is meant so):\n%s", name, diff)
	}
}

// TestBadInput holds the messages: every file shows all its problems in one run.
func TestBadInput(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			a, problems := agreement.Parse(filepath.Base(name), []byte(file(t, name)))
			if a != nil || !agreement.Failed(problems) {
				t.Fatal("the file is accepted")
			}
			var b strings.Builder
			for _, p := range problems {
				if p.Line == 0 || p.Column == 0 {
					t.Errorf("no place: %s", p.Error())
				}
				if p.Expected == "" {
					t.Errorf("nothing expected: %s", p.Error())
				}
				b.WriteString(p.Error() + "\n")
			}
			golden(t, strings.TrimSuffix(name, ".yaml")+".txt", b.String())
		})
	}
}

// TestHostileInput holds what is refused before it can cost much.
func TestHostileInput(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("agreement: bomb\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "x%d: &x%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d, ", i-1), 10), ", "))
	}
	bomb.WriteString("languages: *x11\nparties: *x11\n")

	// One that bites: every level is a list of the type that it stands for.
	var names strings.Builder
	names.WriteString("agreement: bomb\nsummary: &t [a, b]\nlanguages: &l [" + strings.TrimSuffix(strings.Repeat("en, ", 2000), ", ") + "]\nparties:\n")
	for i := range 1000 {
		fmt.Fprintf(&names, "  - {id: p%d, name: P, actors: *l, roles: []}\n", i)
	}

	tests := []struct{ name, data, want string }{
		{"alias bomb of lists in lists", bomb.String(), "is a list"},
		{"alias bomb of values", names.String(), "more than 300000 values"},
		{"brackets", "a: " + strings.Repeat("[", 100_000), "nested more than 64 deep"},
		{"braces", "a: " + strings.Repeat("{a: ", 100_000), "nested more than 64 deep"},
		{"dashes", strings.Repeat("- ", 100_000), "nested more than 64 deep"},
		{"anchors", "a: " + strings.Repeat("&a ", 1000) + "x", "nested more than 64 deep"},
		{"too large", strings.Repeat("a", 3<<20), "has 3145728 bytes"},
		{"too many words", strings.Repeat("a: b\n", 200_000), "more than 400000 words"},
		{"UTF-16", "\xff\xfea\x00:\x00", "UTF-16"},
		{"not UTF-8", "agreement: a\ntitle: \xff", ":2:8: byte 0xFF is not UTF-8"},
		{"binary", "agreement: a\x00b", "control character U+0000"},
		{"byte order mark inside", "agreement: a\n\uFEFFtitle: b", ":2:1: a byte order mark"},
		{"nothing", "", "holds nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, problems := agreement.Parse("x.yaml", []byte(tt.data))
			if a != nil {
				t.Fatal("accepted")
			}
			for _, p := range problems {
				if strings.Contains(p.Error(), tt.want) {
					return
				}
			}
			t.Errorf("no %q in %d problems: %.300v", tt.want, len(problems), problems)
		})
	}
}

// TestManyProblems is cut, and says so.
func TestManyProblems(t *testing.T) {
	_, problems := agreement.Parse("x.yaml", []byte("agreement: x\n"+strings.Repeat("no: 1\n", 1000)))
	if len(problems) != 501 || !strings.Contains(problems[500].Message, "more problems") {
		t.Errorf("%d problems, the last %v", len(problems), problems[len(problems)-1])
	}
}

// TestByteOrderMark at the start is what some editors write; it does no harm.
func TestByteOrderMark(t *testing.T) {
	parse(t, "\uFEFF"+file(t, "testdata/small.yaml"))
	parse(t, strings.ReplaceAll(file(t, "testdata/small.yaml"), "\n", "\r\n"))
}
