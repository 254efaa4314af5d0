package app_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/report"
)

// What was published of a case is in the public's report, and in the one that the
// public computes from its own bundle; of the rest of the case there is nothing.
func TestThePublicRecomputesWhatWasPublishedOfCases(t *testing.T) {
	now := clock
	dir := filepath.Join(t.TempDir(), "w")
	a, err := app.Init(t.Context(), dir, filepath.Join("..", "examples", "minsk-2015", "agreement.yaml"), app.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	c, err := a.OpenCase(t.Context(), step("Watch 1", "watch-officer", casework.Step{Title: "Tank", Text: "A tank is alleged."}))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []app.CaseStep{
		step("Officer 1", "verifier", casework.Step{Move: "register"}), step("Officer 1", "verifier", casework.Step{Move: "dismiss", Outcome: casework.Unfounded}),
		step("Officer 1", "verifier", casework.Step{Move: "statement", Text: "It was a tractor."}), step("Officer 2", "verifier", casework.Step{Move: "approve"}),
		step("Press", "publisher", casework.Step{Move: "publish"}),
	} {
		now = now.Add(time.Minute)
		c = take(t, a, c.ID, s)
	}
	day := clock.Format(time.DateOnly)
	reported := func(a *app.App) []byte {
		t.Helper()
		r, err := a.Report(t.Context(), day, "public")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := report.JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	want := reported(a)
	if !bytes.Contains(want, []byte("It was a tractor.")) || bytes.Contains(want, []byte("Officer")) || bytes.Contains(want, []byte("is alleged")) {
		t.Errorf("the public's report: %s", want)
	}
	path := filepath.Join(t.TempDir(), "public.truce")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.Bundle(t.Context(), f, "public")
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	if m.Withheld["decision"] != 5 {
		t.Errorf("withheld: %v", m.Withheld)
	}
	r, err := app.Recompute(t.Context(), path, app.RecomputeOptions{Options: options()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := reported(r.App); !bytes.Equal(got, want) {
		t.Errorf("recomputed:\n%s\nwant:\n%s", got, want)
	}
}
