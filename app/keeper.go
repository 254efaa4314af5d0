package app

import (
	"runtime"
	"sync/atomic"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/picture"
	"github.com/truce-monitor/truce/store/sqlite"
)

// job is incidents to keep in a day's run: at its start, in between, or at its
// end with the state of fusion.
type job struct {
	judge      *finding.Judge
	run        int64
	start, end bool
	incidents  []incident.Incident
	state      []byte
	applied    uint64 // with commit: what the projections then reflect
	commit     bool
}

// end is what a keeper leaves: the pictures of the runs that it stored.
type end struct {
	drawn map[int64]picture.Rows
	err   error
}

// keeper does jobs in one transaction until it is told to commit, or until
// there are no more, which gives the transaction up.
func keeper(b *sqlite.Batch, jobs <-chan job, done chan<- end) {
	defer b.Rollback()
	err := b.SetMeta("settled", "0") // what is open is judged at the end
	k := &kept{batch: b}
	for j := range jobs {
		if err == nil {
			err = k.do(&j)
		}
		if err != nil || j.commit {
			break
		}
	}
	done <- end{k.drawn, err}
}

// kept is what a keeper has in its transaction.
type kept struct {
	batch *sqlite.Batch
	rows  picture.Rows // of the run at hand
	drawn map[int64]picture.Rows
}

func (k *kept) do(j *job) error {
	if j.commit {
		return k.batch.Commit(j.applied)
	}
	if j.start {
		if err := k.batch.Clear(j.run); err != nil {
			return err
		}
	}
	if err := k.keep(j.judge, j.run, j.incidents); err != nil {
		return err
	}
	if !j.end {
		return nil
	}
	if err := k.draw(j.run); err != nil {
		return err
	}
	return k.batch.EndDay(j.run, j.state)
}

// draw keeps the picture of a run that is complete.
func (k *kept) draw(run int64) error {
	body, err := k.rows.MarshalBinary()
	if err != nil {
		return err
	}
	if k.drawn == nil {
		k.drawn = map[int64]picture.Rows{}
	}
	k.drawn[run], k.rows = k.rows, picture.Rows{}
	return k.batch.Picture(run, body)
}

// keep judges incidents with all processors and adds them to a run in order.
func (k *kept) keep(judge *finding.Judge, run int64, incidents []incident.Incident) error {
	judge.Notice(incidents...)
	const share = 64
	type part struct {
		judged []*sqlite.Judged
		rows   []picture.Summary
		err    error
	}
	parts := make([]chan part, (len(incidents)+share-1)/share)
	for i := range parts {
		parts[i] = make(chan part, 1)
	}
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(parts) {
					return
				}
				var out part
				for n := i * share; n < min((i+1)*share, len(incidents)) && out.err == nil; n++ {
					in := &incidents[n]
					var done *sqlite.Judged
					found := judge.Brief(in)
					done, out.err = sqlite.NewJudged(in, found.Outcomes)
					out.judged = append(out.judged, done)
					out.rows = append(out.rows, picture.Summarise(in, &found))
				}
				parts[i] <- out
			}
		}()
	}
	for i := range parts {
		part := <-parts[i]
		if part.err != nil {
			return part.err
		}
		for i, x := range part.judged {
			if err := k.batch.Incident(run, x); err != nil {
				return err
			}
			if err := k.rows.Add(&part.rows[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
