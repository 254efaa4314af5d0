package main

import (
	"context"
	"fmt"
	"time"

	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/zone"
)

// versions walks through every day's line in order, from the file on, and places
// as many points a day as a busy day has reports; then jumps about.
func versions(ctx context.Context, args []string) error {
	f := flags("versions")
	n := f.Int("points", 2000, "points a day")
	least := f.Int("days", 770, "at least so many days; the files are walked through again until there are")
	if err := f.Parse(args); err != nil {
		return err
	}
	files, err := days()
	if err != nil {
		return err
	}
	edge, err := border()
	if err != nil {
		return err
	}
	begin := time.Now()
	contact := &line.Line{ID: "contact"}
	for i := range max(*least, len(files)) {
		v, err := day(files[i%len(files)], edge)
		if err != nil {
			return err
		}
		if i >= len(files) { // the days once more, one after the other
			again := *v
			again.From = contact.Versions[len(contact.Versions)-1].From.AddDate(0, 0, 1)
			if v, err = line.NewVersion(again); err != nil {
				return err
			}
		}
		if err := contact.Add(v); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	read := time.Since(begin)
	a, err := terms(widths(), "")
	if err != nil {
		return err
	}
	s, err := zone.New(a, map[string]*line.Line{"contact": contact}, nil)
	if err != nil {
		return err
	}
	held := heap()
	some := points(contact.Versions[0], *n, 2)
	to := make([]zone.Fix, len(some))
	epochs := s.Epochs()
	begin = time.Now()
	for _, v := range contact.Versions {
		x, _, _, err := epochs.Index(v.From)
		if err != nil {
			return err
		}
		x.LocateAll(some, to)
	}
	walked := time.Since(begin)
	after := heap()
	fmt.Printf("%d daily versions: read and drawn in %.1f s (%.0f ms each); %.0f MB\n", len(contact.Versions), read.Seconds(), 1000*read.Seconds()/float64(len(contact.Versions)), held)
	fmt.Printf("walked through in order, %d points a day: %.1f s (%.1f ms a day); %.0f MB more\n", *n, walked.Seconds(), 1000*walked.Seconds()/float64(len(contact.Versions)), after-held)
	return nil
}
