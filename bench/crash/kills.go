package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/journal"
)

// perWorkspace is after how many kills a new workspace is begun.
const perWorkspace = 12

// An import takes a folder of several files, each of which is an append of its
// own.
const (
	filesPerImport = 4
	rowsPerImport  = 1200
)

type killing struct {
	ctx      context.Context
	dir      string
	truce    string // the program
	r        *rand.Rand
	ws       string
	rows     int // that must be on record
	imports  int
	redacted int

	killed, ended int            // children that died, and that were done before
	by            map[string]int // kills by what was going on
	seen          int            // checkpoints that an outsider had seen when the kill came
}

func kills(ctx context.Context, dir string, n int, seed uint64) error {
	k := &killing{ctx: ctx, dir: dir, truce: filepath.Join(dir, "truce"), r: rand.New(rand.NewPCG(seed, 1)), by: map[string]int{}}
	if out, err := exec.Command("go", "build", "-o", k.truce, "./cmd/truce").CombinedOutput(); err != nil {
		return fmt.Errorf("building truce: %w: %s", err, out)
	}
	began := time.Now()
	for k.killed < n {
		if k.killed%perWorkspace == 0 || k.ws == "" {
			if err := k.begin(); err != nil {
				return err
			}
		}
		before := k.killed
		if err := k.once(); err != nil {
			return fmt.Errorf("kill %d, %s: %w", k.killed, k.ws, err)
		}
		if k.killed/50 > before/50 {
			fmt.Printf("%d kills, %s\n", k.killed, time.Since(began).Round(time.Second))
		}
	}
	fmt.Printf("%d kills (%v; %d commands were done before), %d rows imported: acknowledged records lost 0, verified clean %d of %d, the same input again added 0\n",
		k.killed, k.by, k.ended, k.imports*rowsPerImport, k.killed, k.killed)
	return nil
}

// begin makes a new workspace.
func (k *killing) begin() error {
	if k.ws != "" {
		if err := os.RemoveAll(k.ws); err != nil {
			return err
		}
	}
	terms, err := writeTerms(k.dir)
	if err != nil {
		return err
	}
	k.ws, k.rows, k.redacted = filepath.Join(k.dir, fmt.Sprintf("w%d", k.killed)), 0, 0
	a, err := app.Init(k.ctx, k.ws, terms, app.Options{})
	if err != nil {
		return err
	}
	return a.Close()
}

// once kills one command and looks at what it left.
func (k *killing) once() error {
	file, err := k.input()
	if err != nil {
		return err
	}
	what := []string{"import", "import", "import", "import", "import", "rebuild", "report", "backup", "redact"}[k.r.IntN(9)]
	if k.rows == 0 {
		what = "import"
	}
	args := map[string][]string{
		"import": {"import", file}, "rebuild": {"rebuild"}, "report": {"report", "--format", "json"},
		"backup": {"backup", k.ws + "-backup"}, "redact": {"redact", fmt.Sprintf("post 1/%d", 1+7*k.redacted), "--reason", "asked for"},
	}[what]
	seen, died, err := k.kill(args)
	if err != nil {
		return err
	}
	if died {
		k.killed++
		k.by[what]++
	} else {
		k.ended++
	}
	if what == "redact" {
		k.redacted++
	}
	if err := os.RemoveAll(k.ws + "-backup"); err != nil {
		return err
	}
	// The next command brings everything up; what was seen must hold.
	a, err := app.Open(k.ctx, k.ws, app.Options{})
	if err != nil {
		return err
	}
	if err := a.Close(); err != nil {
		return err
	}
	if err := k.verify(seen); err != nil {
		return err
	}
	return k.again(file)
}

// kill runs truce and kills it at a random instant; it returns the last
// checkpoint that lay there before.
func (k *killing) kill(args []string) (seen []byte, died bool, err error) {
	var out bytes.Buffer
	cmd := exec.Command(k.truce, append([]string{"-w", k.ws}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return nil, false, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	deadline := time.After(time.Duration(k.r.Int64N(int64(300 * time.Millisecond))))
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				return nil, false, fmt.Errorf("truce %v: %w: %s", args, err, out.Bytes())
			}
			return k.checkpoint(seen), false, nil
		case <-look.C:
			seen = k.checkpoint(seen)
		case <-deadline:
			if err := cmd.Process.Kill(); err != nil && err != os.ErrProcessDone {
				return nil, false, err
			}
			err := <-done
			return seen, err != nil, nil
		}
	}
}

// checkpoint reads what a server would serve just now.
func (k *killing) checkpoint(last []byte) []byte {
	if data, err := journal.Folder(filepath.Join(k.ws, "journal")).Checkpoint(); err == nil {
		return data
	}
	return last
}

func (k *killing) verify(seen []byte) error {
	opt := app.VerifyOptions{}
	if len(seen) > 0 {
		opt.Earlier = [][]byte{seen}
		k.seen++
	}
	v, err := app.Verify(k.ctx, k.ws, opt)
	if err != nil {
		return err
	}
	if v.Wrong != "" {
		return fmt.Errorf("verify: %s", v.Wrong)
	}
	return nil
}

// again imports the file to its end, and once more: then nothing is new.
func (k *killing) again(file string) error {
	a, err := app.Open(k.ctx, k.ws, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	k.rows += rowsPerImport
	for i := range 2 {
		r, err := a.Import(k.ctx, []string{file}, app.ImportOptions{})
		if err != nil {
			return err
		}
		if i == 1 && (r.Total.Observations != 0 || r.Total.Corrections != 0) {
			return fmt.Errorf("the same input again added %d observations and %d corrections", r.Total.Observations, r.Total.Corrections)
		}
		s, err := a.Status(k.ctx)
		if err != nil {
			return err
		}
		if s.Totals.Observations != k.rows {
			return fmt.Errorf("%d observations on record; %d were imported", s.Totals.Observations, k.rows)
		}
	}
	return nil
}

// input writes the next folder of reports.
func (k *killing) input() (string, error) {
	dir := filepath.Join(k.dir, "reports")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	n := k.rows
	for f := range filesPerImport {
		var b bytes.Buffer
		fmt.Fprintln(&b, "source,ref,means,how,from,lat,lon,radius_m,activity,weapon,count,grade,text")
		for range rowsPerImport / filesPerImport {
			at := time.Date(2026, 3, 2+n/rowsPerImport%20, 0, 0, 0, 0, time.UTC).Add(time.Duration(n%rowsPerImport) * 71 * time.Second)
			fmt.Fprintf(&b, "post %d,%d,post,heard,%s,%.4f,%.4f,300,explosion,mortar-120,1,B2,heard by the post\n", n%7, n, at.Format(time.RFC3339), 48.2+float64(n%89)/200, 36.7+float64(n%61)/40)
			n++
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.csv", f)), b.Bytes(), 0o644); err != nil {
			return "", err
		}
	}
	k.imports++
	return dir, nil
}
