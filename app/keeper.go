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
	announced  []incident.Incident // among these and those of the run's jobs that follow
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
func keeper(a *App, b *sqlite.Batch, jobs <-chan job, done chan<- end) {
	defer b.Rollback()
	err := b.SetMeta("settled", "0") // what is open is judged at the end
	k := &kept{app: a, batch: b}
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
	app   *App
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
	j.judge.Notice(j.announced...)
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

// judgedAtOnce is how many incidents are handed from who judges to who stores at once,
// judgedAhead how many such portions may wait for each who judges.
const (
	judgedAtOnce = 64
	judgedAhead  = 4
)

// judgedPart is a portion of incidents, judged.
type judgedPart struct {
	judged []*sqlite.Judged
	rows   []picture.Summary
	err    error
}

// keep judges incidents and adds them to a run in order. It does so with all
// processors, but with one while submissions are taken.
func (k *kept) keep(judge *finding.Judge, run int64, incidents []incident.Incident) error {
	judge.Notice(incidents...)
	workers := runtime.GOMAXPROCS(0)
	if k.app.intakeOpen() != nil {
		workers = 1
	}
	parts := make([]chan judgedPart, (len(incidents)+judgedAtOnce-1)/judgedAtOnce)
	for i := range parts {
		parts[i] = make(chan judgedPart, 1)
	}
	var next atomic.Int64
	ahead := make(chan struct{}, workers*judgedAhead)
	stop := make(chan struct{})
	defer close(stop)
	for range min(workers, len(parts)) {
		go func() {
			way := way{app: k.app}
			for {
				select {
				case ahead <- struct{}{}:
				case <-stop:
					return
				}
				i := int(next.Add(1)) - 1
				if i >= len(parts) {
					return
				}
				parts[i] <- judgePart(judge, incidents[i*judgedAtOnce:min((i+1)*judgedAtOnce, len(incidents))], &way)
			}
		}()
	}
	way := way{app: k.app}
	for i := range parts {
		part := <-parts[i]
		if part.err != nil {
			return part.err
		}
		for i, x := range part.judged {
			way.give()
			if err := k.batch.Incident(run, x); err != nil {
				return err
			}
			if err := k.rows.Add(&part.rows[i]); err != nil {
				return err
			}
		}
		<-ahead
	}
	return nil
}

// judgePart judges incidents, and lets go of them.
func judgePart(judge *finding.Judge, incidents []incident.Incident, way *way) (out judgedPart) {
	out.judged, out.rows = make([]*sqlite.Judged, 0, len(incidents)), make([]picture.Summary, 0, len(incidents))
	for i := range incidents {
		way.give()
		in := &incidents[i]
		found := judge.Brief(in)
		done, err := sqlite.NewJudged(in, found.Outcomes)
		if err != nil {
			out.err = err
			return out
		}
		out.judged = append(out.judged, done)
		out.rows = append(out.rows, picture.Summarise(in, &found))
		*in = incident.Incident{}
	}
	return out
}
