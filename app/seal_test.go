package app_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/report"
)

// copied is a copy of a workspace kept in the tests, which each version of the
// format has left one of.
func copied(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "workspaces", name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func clean(t testing.TB, dir string, opt app.VerifyOptions) *app.Verification {
	t.Helper()
	v, err := app.Verify(context.Background(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	if v.Wrong != "" {
		t.Fatalf("%s: %s", dir, v.Wrong)
	}
	return v
}

// Workspaces that older versions left open in this one, with what they held.
func TestWorkspacesOfEveryVersion(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "workspaces", "format-*"))
	if err != nil || len(names) < 2 {
		t.Fatal(names, err)
	}
	for _, path := range names {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			dir := copied(t, name)
			a, err := app.Open(t.Context(), dir, options())
			if err != nil {
				t.Fatal(err)
			}
			s, err := a.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if s.Totals.Observations != 4 || s.Totals.Corrections != 1 || s.Totals.Incidents != 3 || s.Totals.Breaches != 3 || s.Quarantined != 1 || s.Lines != 1 {
				t.Errorf("%+v", s)
			}
			again := filepath.Join(t.TempDir(), "night.csv")
			os.WriteFile(again, []byte("source,ref,means,how,from,lat,lon,radius_m,activity,weapon,count,grade\ncamera 7,881,camera,recorded,2026-03-04T02:09:52Z,48.440,37.308,300,explosion,unknown,4,A1\ncamera 7,883,camera,recorded,2026-03-05T02:09:52Z,48.440,37.308,300,explosion,unknown,4,A1\n"), 0o644)
			if r := load(t, a, again); r.Total.Known != 1 || r.Total.Observations != 1 {
				t.Errorf("%+v", r.Total)
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			clean(t, dir, app.VerifyOptions{})
		})
	}
}

// A workspace of a newer version is refused with a sentence, and left alone.
func TestANewerWorkspaceIsRefused(t *testing.T) {
	dir := copied(t, "format-2")
	segment := filepath.Join(dir, "journal", fmt.Sprintf("%020d.seg", 0))
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	newer := bytes.Replace(data, []byte("truce-journal 2"), []byte("truce-journal 7"), 1)
	os.WriteFile(segment, newer, 0o644)
	if _, err := app.Open(t.Context(), dir, options()); err == nil || !strings.Contains(err.Error(), `format "7"; this version of the program reads 1 and 2`) {
		t.Errorf("%v", err)
	}
	if now, _ := os.ReadFile(segment); !bytes.Equal(now, newer) {
		t.Error("it was changed")
	}
}

// What a machine can do to a workspace is said in a sentence.
func TestWhatTheMachineDenies(t *testing.T) {
	dir := copied(t, "format-2")
	a, err := app.Open(t.Context(), dir, options())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), dir, options()); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("a second process: %v", err)
	}
	v, err := app.Verify(t.Context(), dir, app.VerifyOptions{}) // while it is open
	if err != nil || v.Wrong != "" {
		t.Errorf("while another process has it open: %v, %v", v, err)
	} else if !slices.Contains(v.Checked, "another process is writing: the projections change and were left alone") {
		t.Errorf("while another process has it open: %v", v.Checked)
	}
	a.Close()

	var log bytes.Buffer
	opt := options()
	opt.Log = logger(&log)
	if a, err = app.Open(t.Context(), dir, opt); err != nil { // the test's clock is long before the sample's
		t.Fatal(err)
	}
	a.Close()
	if !strings.Contains(log.String(), "the clock is behind the last record") {
		t.Errorf("a clock that went back: %s", log.String())
	}

	os.Remove(filepath.Join(dir, app.KeyFile))
	if _, err := app.Open(t.Context(), dir, options()); err == nil || !strings.Contains(err.Error(), "put the key back from a backup") {
		t.Errorf("without the key: %v", err)
	}
	if os.Getuid() != 0 {
		os.Chmod(filepath.Join(dir, "journal"), 0o555)
		if _, err := app.Open(t.Context(), dir, options()); !errors.Is(err, os.ErrPermission) {
			t.Errorf("without permission: %v", err)
		}
		os.Chmod(filepath.Join(dir, "journal"), 0o755)
	}
}

// Every table and index is held against the journal.
func TestChangedProjectionsAreNamed(t *testing.T) {
	for _, tt := range []struct{ change, want string }{
		{"update observation set lat = lat + 0.001 where seq = 3", "table observation, row seq 3: lat is"},
		{"delete from observation where seq = 4", "table observation, row seq 4: seq is"},
		{"insert into observation select 99, source, 'x', from_us, to_us, lat, lon, radius_m, activity, means, digest, null from observation where seq = 3", "table observation: a row too many: seq 99"},
		{"update incident set breaches = 0", "table incident"},
		{"update incident set body = cast(replace(cast(body as text), 'presence', 'movement') as blob)", "table incident"},
		{"update day set dirty = 1", "table day"},
		{"update record set digest = x'00' where kind = 'agreement'", "table record"},
		{"update source set name = 'camera 8' where name = 'camera 7'", "table source"},
		{"update meta set value = 3 where key = 'applied'", "reflect 3 records"},
		{"drop index incident_time", "table sqlite_master"},
		{"pragma user_version = 99", "they have version 99"},
	} {
		t.Run(tt.change, func(t *testing.T) {
			dir := copied(t, "format-2")
			a, err := app.Open(t.Context(), dir, options()) // its projections are of the version that left it
			if err != nil {
				t.Fatal(err)
			}
			a.Close()
			change(t, filepath.Join(dir, "truce.db"), tt.change)
			v, err := app.Verify(t.Context(), dir, app.VerifyOptions{})
			if err != nil || !strings.Contains(v.Wrong, tt.want) {
				t.Errorf("%v: %s", err, v.Wrong)
			}
			if tt.want == "reflect 3 records" {
				return // opening it would put the same rows in twice: it is said, not mended
			}
		})
	}
}

func TestServedOverHTTP(t *testing.T) {
	dir := copied(t, "format-2")
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(dir, "journal"))))
	defer server.Close()
	public, err := os.ReadFile(filepath.Join(dir, "journal", "key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := app.VerifyURL(t.Context(), server.URL, app.VerifyOptions{Key: string(public)})
	if err != nil || v.Wrong != "" || v.Records == 0 || v.Checkpoint == "" {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := app.VerifyURL(t.Context(), server.URL, app.VerifyOptions{}); err == nil {
		t.Error("it was taken without a key")
	}
	server.Close()
	if _, err := app.VerifyURL(t.Context(), server.URL, app.VerifyOptions{Key: string(public)}); err == nil {
		t.Error("a server that is not there was found sound")
	}
}

// What changed terms make of the past is what a workspace under these terms
// says, and what unchanged terms make of it is nothing.
func TestReplayIsWhatTheTermsSay(t *testing.T) {
	a := workspace(t, "paris-2026")
	load(t, a, demoFile(t))
	r, err := a.Replay(t.Context(), app.ReplayOptions{Agreement: filepath.Join("..", "examples", "paris-2026", "agreement.yaml"), Keep: 100})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Changes) > 0 || r.Incidents == 0 {
		t.Errorf("the same terms change %+v", r.Changes)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "examples", "paris-2026"))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "agreement.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(file, bytes.Replace(data, []byte("within: {km: 50}"), []byte("within: {km: 25}"), 1), 0o644)
	if r, err = a.Replay(t.Context(), app.ReplayOptions{Agreement: file, Keep: 1000}); err != nil {
		t.Fatal(err)
	}
	if len(r.Changes) == 0 || r.More > 0 {
		t.Fatalf("%d changes, %d more", len(r.Changes), r.More)
	}
	other, err := app.Init(t.Context(), filepath.Join(t.TempDir(), "w"), file, options())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	load(t, other, demoFile(t))
	for _, p := range r.Provisions {
		for _, x := range []struct {
			of   *app.App
			want int
		}{{a, p.BreachesBefore}, {other, p.BreachesAfter}} {
			found, err := x.of.Findings(t.Context(), app.Filter{Provision: strings.Split(p.Provision, ".")[0], Result: "breach"})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, f := range found {
				name := f.Provision
				if f.Incident == "" { // of a deadline: each stage has its own
					name = strings.TrimSuffix(f.Provision+"."+f.Stage, ".")
				}
				if name == p.Provision {
					n++
				}
			}
			if n != x.want {
				t.Errorf("%s: %d breaches in the workspace, %d by the replay", p.Provision, n, x.want)
			}
		}
	}
	if a.Agreement().Version() != r.Before {
		t.Error("the workspace's own terms have changed")
	}
}

// bundled is a bundle of the sample, and the report that it must give.
func bundled(t testing.TB, dir string) (path string, want []byte) {
	t.Helper()
	a, err := app.Open(context.Background(), dir, options())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var b bytes.Buffer
	if _, err := a.Bundle(context.Background(), &b, ""); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "bundle")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path, reported(t, a)
}

func reported(t testing.TB, a *app.App) []byte {
	t.Helper()
	r, err := a.Report(context.Background(), "2026-03-04", "")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A report is computed again from a bundle, also when the journal has grown
// since.
func TestRecompute(t *testing.T) {
	dir := copied(t, "format-2")
	_, want := bundled(t, dir)
	a, err := app.Open(t.Context(), dir, options())
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	more := filepath.Join(t.TempDir(), "more.csv")
	os.WriteFile(more, []byte(header+rows(0, 50)), 0o644)
	load(t, a, more)
	a.Close()
	path, grown := bundled(t, dir)
	for _, x := range []struct {
		records uint64
		want    []byte
	}{{0, grown}, {s.Records, want}} {
		r, err := app.Recompute(t.Context(), path, app.RecomputeOptions{Records: x.records, Options: options()})
		if err != nil {
			t.Fatal(err)
		}
		if got := reported(t, r.App); !bytes.Equal(got, x.want) {
			t.Errorf("from %d records (0: all) the report is another", x.records)
		}
		r.Close()
	}
	key, _ := journal.NewKey(strings.NewReader(strings.Repeat("o", 64)), "other")
	if _, err := app.Recompute(t.Context(), path, app.RecomputeOptions{Key: key.Public(), Options: options()}); !errors.Is(err, app.ErrWrong) {
		t.Errorf("with another key: %v", err)
	}
}

// tarred packs files in order.
func tarred(t testing.TB, files ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, h := range files {
		data := []byte(h.Linkname)
		if h.Typeflag == 0 || h.Typeflag == tar.TypeReg {
			h.Linkname = ""
		}
		if h.Size == 0 {
			h.Size = int64(len(data))
		} else {
			data = make([]byte, h.Size)
		}
		h.Mode = 0o644
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg || h.Typeflag == 0 {
			if _, err := w.Write(data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Bundles come from whoever sends them.
func TestHostileBundles(t *testing.T) {
	manifest := func(bytes int64) tar.Header {
		m, err := json.Marshal(app.Manifest{Format: "truce-bundle/1", Bytes: bytes})
		if err != nil {
			t.Fatal(err)
		}
		return tar.Header{Name: "bundle.json", Linkname: string(m)}
	}
	checkpoint, public := tar.Header{Name: "journal/checkpoint", Linkname: "x"}, tar.Header{Name: "journal/key.pub", Linkname: "x"}
	segment := fmt.Sprintf("journal/%020d.seg", 0)
	for _, tt := range []struct {
		name  string
		data  []byte
		wants string
	}{
		{"no archive", []byte("hello"), "no bundle"},
		{"nothing in it", tarred(t), "unexpected EOF"},
		{"a path that leads out", tarred(t, manifest(100), checkpoint, public, tar.Header{Name: "journal/../../../../etc/passwd", Linkname: "x"}), "does not belong into a bundle"},
		{"an absolute path", tarred(t, manifest(100), checkpoint, public, tar.Header{Name: "/etc/passwd", Linkname: "x"}), "does not belong into a bundle"},
		{"a path that leads out where the manifest belongs", tarred(t, tar.Header{Name: "../bundle.json", Linkname: "{}"}), "where bundle.json"},
		{"a symbolic link", tarred(t, manifest(100), checkpoint, public, tar.Header{Name: segment, Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), "is no plain file"},
		{"a device", tarred(t, manifest(100), checkpoint, public, tar.Header{Name: segment, Typeflag: tar.TypeChar}), "is no plain file"},
		{"a bomb that says so", tarred(t, manifest(1<<50), checkpoint, public), "more than a file of"},
		{"a bomb that does not", tarred(t, manifest(100), checkpoint, public, tar.Header{Name: segment, Size: 200 << 20}), "more than the 100 bytes"},
		{"a huge manifest", tarred(t, tar.Header{Name: "bundle.json", Size: 100 << 20}), "at most"},
		{"a bomb of small files", bombOfFiles(t), ""},
		{"one segment twice", tarred(t, manifest(100), checkpoint, public, tar.Header{Name: segment, Linkname: "x"}, tar.Header{Name: segment, Linkname: "x"}), "comes after"},
		{"a segment that is none", tarred(t, manifest(100), checkpoint, public, tar.Header{Name: segment, Linkname: "x"}), ""},
		{"another format", tarred(t, tar.Header{Name: "bundle.json", Linkname: `{"format":"truce-bundle/9"}`}, checkpoint, public), `this version of the program reads "truce-bundle/1"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bundle")
			if err := os.WriteFile(path, tt.data, 0o644); err != nil {
				t.Fatal(err)
			}
			before := t.TempDir()
			t.Setenv("TMPDIR", before)
			_, err := app.Recompute(t.Context(), path, app.RecomputeOptions{Options: options()})
			if err == nil || !strings.Contains(err.Error(), tt.wants) {
				t.Errorf("%v", err)
			}
			if left, _ := os.ReadDir(before); len(left) > 0 {
				t.Errorf("it left %v behind", left)
			}
		})
	}
}

// bombOfFiles has more files than anybody wants to unpack.
func bombOfFiles(t *testing.T) []byte {
	files := []tar.Header{{Name: "bundle.json", Linkname: `{"format":"truce-bundle/1","bytes":100}`}, {Name: "journal/checkpoint", Linkname: "x"}, {Name: "journal/key.pub", Linkname: "x"}}
	for i := range 5000 {
		files = append(files, tar.Header{Name: fmt.Sprintf("journal/%020d.seg", i), Linkname: "x"})
	}
	return tarred(t, files...)
}

// Terms that refer to each other in a circle are refused also where they come
// on record, signed and all.
func TestHostileTerms(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "workspaces", "format-2", "agreement.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	terms, problems := agreement.Parse("agreement.yaml", data)
	if agreement.Failed(problems) {
		t.Fatal(problems)
	}
	terms.Zones = append(terms.Zones, agreement.Zone{ID: "a", Union: []string{"b"}}, agreement.Zone{ID: "b", Union: []string{"a"}})
	if problems := agreement.Check(terms); !agreement.Failed(problems) {
		t.Error("zones in a circle were taken")
	}
	dir := t.TempDir()
	key, err := journal.NewKey(strings.NewReader(strings.Repeat("k", 64)), "hostile")
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(filepath.Join(dir, "journal"), journal.Options{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"agreement": json.RawMessage(terms.Canonical()), "version": terms.Version()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(t.Context(), []journal.Record{{Kind: "agreement", Time: clock, Body: body}}); err != nil {
		t.Fatal(err)
	}
	root, size := j.Head().Root, j.Head().Size
	j.Close()
	segment, err := os.ReadFile(filepath.Join(dir, "journal", fmt.Sprintf("%020d.seg", 0)))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := os.ReadFile(filepath.Join(dir, "journal", "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := json.Marshal(app.Manifest{Format: "truce-bundle/1", Bytes: int64(len(segment)), Records: size, Root: fmt.Sprintf("%x", root), Rules: app.Rules()})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "bundle")
	if err := os.WriteFile(path, tarred(t, tar.Header{Name: "bundle.json", Linkname: string(m)}, tar.Header{Name: "journal/checkpoint", Linkname: string(signed)},
		tar.Header{Name: "journal/key.pub", Linkname: key.Public() + "\n"}, tar.Header{Name: fmt.Sprintf("journal/%020d.seg", 0), Linkname: string(segment)}), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Recompute(t.Context(), path, app.RecomputeOptions{Options: options()}); err == nil || !strings.Contains(err.Error(), "zone") {
		t.Errorf("%v", err)
	}
}

func FuzzBundle(f *testing.F) {
	path, _ := bundled(f, copied(f, "format-2"))
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		f.Fatal(err)
	}
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(z); err != nil {
		f.Fatal(err)
	}
	f.Add(plain.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		// Packed here where it is not, so that the fuzzer reaches what is inside.
		if len(data) < 2 || data[0] != 0x1f || data[1] != 0x8b {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write(data)
			z.Close()
			data = b.Bytes()
		}
		path := filepath.Join(t.TempDir(), "bundle")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := app.Recompute(context.Background(), path, app.RecomputeOptions{Options: options()})
		if err != nil {
			return
		}
		defer r.Close()
		if r.Checked.Checkpoint.Head != r.Checked.Head {
			t.Error("it was taken without a checkpoint over all of it")
		}
	})
}
