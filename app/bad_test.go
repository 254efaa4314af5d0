package app_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/incident"
)

const header = "source,ref,means,how,from,lat,lon,radius_m,activity,text\n"

func rows(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "post %d,%d,post,heard,2026-03-04T%02d:%02d:00Z,48.%03d,37.8,500,explosion,\n", i%7, i, i/60%24, i%60, 100+i%300)
	}
	return b.String()
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, members map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	names := make([]string, 0, len(members))
	for n := range members {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		w, err := z.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[n])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Whatever a file is, what can be read of it is stored, the rest is quarantined
// with its reason, and files after it are read.
func TestBadFiles(t *testing.T) {
	good := header + rows(0, 3000)
	whole := gzipped(t, good)
	for _, c := range []struct {
		name    string
		data    []byte
		least   int // observations
		most    int
		reasons []string
	}{
		{"truncated.csv.gz", whole[:len(whole)*2/3], 1, 2999, []string{"cut"}},
		{"whole.csv.gz", whole, 3000, 3000, nil},
		{"damaged.csv.gz", append(slices.Clone(whole[:len(whole)-8]), "\x00\x00\x00\x00\x00\x00\x00\x00"...), 1, 3000, []string{""}},
		{"two.zip", zipped(t, map[string]string{"a.csv": header + rows(0, 10), "b.csv": header + rows(10, 20)}), 20, 20, nil},
		{"one-bad.zip", zipped(t, map[string]string{"a.bin": "\x00\x01\x02\x03\xff\xfe nothing", "b.csv": header + rows(10, 20)}), 10, 10, []string{"not a format"}},
		{"picture.csv", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01"), 0, 0, []string{"not a format"}},
		{"nothing.csv", nil, 0, 0, []string{"empty"}},
		{"header-only.csv", []byte(header), 0, 0, nil},
		{"utf16.csv", utf16(header + "post 1,1,post,heard,2026-03-04T01:00:00Z,48.5,37.8,500,explosion,вибух\n"), 1, 1, nil},
		{"mixed.csv", []byte(header + "post 1,1,post,heard,2026-03-04T01:00:00Z,48.5,37.8,500,explosion,вибух\npost 1,2,post,heard,2026-03-04T01:00:00Z,48.5,37.8,500,explosion,\xe2\xe8\xe1\xf3\xf5\n"), 2, 2, nil},
		{"unclosed.csv", []byte(header + rows(0, 2) + "post 1,\"9,post,heard,2026-03-04T01:00:00Z,48.5,37.8,500,explosion,\n" + rows(3, 5)), 2, 4, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := workspace(t, "paris-2026")
			dir := t.TempDir()
			bad, after := filepath.Join(dir, c.name), filepath.Join(dir, "z-after.csv")
			if err := os.WriteFile(bad, c.data, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(after, []byte(header+"after,1,post,heard,2026-03-05T01:00:00Z,48.5,37.8,500,explosion,\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			r := load(t, a, bad, after)
			if n := r.Files[0].Observations; n < c.least || n > c.most {
				t.Errorf("%d observations; want %d to %d", n, c.least, c.most)
			}
			if r.Files[1].Observations != 1 {
				t.Error("the file after it was not read")
			}
			list, err := a.Quarantine(t.Context(), app.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			if len(c.reasons) == 0 && len(list) != 0 || len(c.reasons) > 0 && len(list) == 0 {
				t.Errorf("%d rows are quarantined: %+v", len(list), list)
			}
			for i, want := range c.reasons {
				if i < len(list) && (!strings.Contains(list[i].Reason, want) || list[i].Reason == "" || !strings.Contains(list[i].File, strings.Split(c.name, ".")[0])) {
					t.Errorf("%s, row %d: %q; want %q in it", list[i].File, list[i].Row, list[i].Reason, want)
				}
			}
		})
	}
}

func utf16(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, r := range s {
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}

// essence is what must not depend on the order in which files came.
func essence(t *testing.T, a *app.App) []string {
	t.Helper()
	incidents, err := a.Incidents(t.Context(), app.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range incidents {
		out = append(out, line(&incidents[i]))
	}
	findings, err := a.Findings(t.Context(), app.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		out = append(out, fmt.Sprintf("%s %s %.6f %s", f.ID, f.Result, f.BreachProbability, f.Responsible.Party))
	}
	slices.Sort(out)
	return out
}

func line(in *incident.Incident) string {
	s := fmt.Sprintf("%s %s %s %.6f %d", in.ID, in.Activity, in.From, in.Probability, in.IndependentSources)
	for _, m := range in.Members {
		s += " " + m.Source + "/" + m.Ref
	}
	return s
}

// Late reports, in any order and in any portions, end in the same incidents
// and findings.
func TestTheOrderOfFilesDoesNotMatter(t *testing.T) {
	data, err := os.ReadFile(demoFile(t))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.SplitAfter(strings.TrimRight(string(data), "\n"), "\n")
	dir := t.TempDir()
	portions := make([]string, 5)
	for i, l := range all {
		portions[(i*7+i/11)%5] += strings.TrimRight(l, "\n") + "\n"
	}
	var files []string
	for i, p := range portions {
		name := filepath.Join(dir, fmt.Sprintf("portion-%d.jsonl", i))
		if err := os.WriteFile(name, []byte(p), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	once := workspace(t, "paris-2026")
	load(t, once, files...)
	want := essence(t, once)
	bit := workspace(t, "paris-2026")
	for _, i := range []int{3, 0, 4, 2, 1} {
		load(t, bit, files[i])
	}
	if diff := cmp.Diff(want, essence(t, bit)); diff != "" {
		t.Errorf("in another order, one by one: %s", diff)
	}
	if r, err := bit.Rebuild(t.Context()); err != nil || !r.Same {
		t.Errorf("rebuilt after late reports: %+v, %v", r, err)
	}
}

// After a crash between journal and projections the next opening catches up.
func TestProjectionsCatchUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "w")
	a, err := app.Init(t.Context(), dir, filepath.Join("..", "examples", "paris-2026", "agreement.yaml"), options())
	if err != nil {
		t.Fatal(err)
	}
	early := filepath.Join(t.TempDir(), "early.csv")
	if err := os.WriteFile(early, []byte(header+rows(0, 40)), 0o644); err != nil {
		t.Fatal(err)
	}
	load(t, a, early)
	a.Close()
	old, err := os.ReadFile(filepath.Join(dir, "truce.db"))
	if err != nil {
		t.Fatal(err)
	}
	if a, err = app.Open(t.Context(), dir, options()); err != nil {
		t.Fatal(err)
	}
	load(t, a, demoFile(t))
	want := essence(t, a)
	a.Close()
	if err := os.WriteFile(filepath.Join(dir, "truce.db"), old, 0o644); err != nil { // as if none of it had been applied
		t.Fatal(err)
	}
	if a, err = app.Open(t.Context(), dir, options()); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if diff := cmp.Diff(want, essence(t, a)); diff != "" {
		t.Error(diff)
	}
	if r, err := a.Rebuild(t.Context()); err != nil || !r.Same {
		t.Errorf("rebuilt: %+v, %v", r, err)
	}
}

// An edited agreement is recorded and judged by; an unsound one changes nothing.
func TestEditingTheAgreement(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "w")
	a, err := app.Init(t.Context(), dir, filepath.Join("..", "examples", "paris-2026", "agreement.yaml"), options())
	if err != nil {
		t.Fatal(err)
	}
	load(t, a, demoFile(t))
	before, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	path := filepath.Join(dir, app.AgreementFile)
	terms, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(slices.Clone(terms), "\nnonsense: true\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), dir, options()); err == nil || !strings.Contains(err.Error(), "agreement.yaml:") {
		t.Errorf("an unsound agreement was taken: %v", err)
	}
	changed := strings.Replace(string(terms), "breach: 0.8", "breach: 0.99", 1)
	if changed == string(terms) {
		t.Fatal("the example states no threshold that could be changed")
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	if a, err = app.Open(t.Context(), dir, options()); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	after, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if after.Version == before.Version || after.Totals.Breaches >= before.Totals.Breaches {
		t.Errorf("with a stricter threshold version %s has %d breaches; version %s had %d", after.Version, after.Totals.Breaches, before.Version, before.Totals.Breaches)
	}
	if r, err := a.Rebuild(t.Context()); err != nil || !r.Same {
		t.Errorf("rebuilt: %+v, %v", r, err)
	}
}
