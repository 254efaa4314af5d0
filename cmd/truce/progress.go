package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/truce-monitor/truce/app"
)

// newProgress shows long work: a bar with an estimate on a terminal, a line
// every ten seconds elsewhere.
func newProgress(w io.Writer) app.Progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &bars{w: w}
	}
	return &lines{w: w}
}

// bars shows a bar on a terminal once work has lasted a moment.
type bars struct {
	w     io.Writer
	what  string
	total int64
	began time.Time
	all   *mpb.Progress
	bar   *mpb.Bar
}

const worthShowing = 300 * time.Millisecond

func (b *bars) Begin(what string, total int64) { b.what, b.total, b.began = what, total, time.Now() }

func (b *bars) Done(n int64) {
	if b.bar == nil {
		if time.Since(b.began) < worthShowing {
			return
		}
		b.all = mpb.New(mpb.WithOutput(b.w), mpb.WithWidth(40))
		b.bar = b.all.AddBar(b.total, mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(b.what+" ")),
			mpb.AppendDecorators(decor.Percentage(decor.WCSyncSpace), decor.Name(" left "), decor.AverageETA(decor.ET_STYLE_GO)))
	}
	b.bar.SetCurrent(n)
}

func (b *bars) End() {
	if b.bar != nil {
		b.bar.Abort(true)
		b.all.Wait()
		b.bar, b.all = nil, nil
	}
}

// lines writes plain lines, few of them.
type lines struct {
	w           io.Writer
	what        string
	total       int64
	began, last time.Time
}

func (l *lines) Begin(what string, total int64) {
	l.what, l.total, l.began = what, total, time.Now()
	l.last = l.began
}

func (l *lines) Done(n int64) {
	now := time.Now()
	if now.Sub(l.last) < 10*time.Second {
		return
	}
	l.last = now
	if l.total <= 0 || n <= 0 {
		fmt.Fprintf(l.w, "%s: %d\n", l.what, n)
		return
	}
	left := time.Duration(float64(now.Sub(l.began)) * float64(l.total-n) / float64(n))
	fmt.Fprintf(l.w, "%s: %.0f %%, about %s left\n", l.what, 100*float64(n)/float64(l.total), left.Round(time.Second))
}

func (l *lines) End() {}
