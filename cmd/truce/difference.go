package main

import (
	_ "embed"
	"html/template"
	"io"

	"github.com/truce-monitor/truce/app"
)

//go:embed difference.html
var differenceHTML string

// differencePage writes what changed terms would have made of the past.
func differencePage(w io.Writer, r *app.Replayed) error {
	t, err := template.New("difference").Parse(differenceHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		*app.Replayed
		Columns []string
		Rows    [][]string
	}{r, replayColumns(), replayRows(r)})
}
