package app

import (
	"context"
	"sync"

	"github.com/truce-monitor/truce/incident"
)

// live is the intake of a workspace that is open for submissions: one goroutine
// records what comes and fuses it with what is about it, one fuses the days whole
// when there is time.
type live struct {
	app    *App
	intake chan *submission
	more   chan struct{} // something waits to be settled
	closed chan struct{} // nothing more is taken
	ended  chan struct{} // closed when the recorder has ended
	rest   sync.WaitGroup

	waiting sync.Mutex            // guards pending
	pending map[reference]version // on record, not yet in the store

	mu       sync.Mutex // guards the following
	now      *unsettled
	carrying bool      // what is not settled is carried over to another picture
	late     []arrived // what came since that began
}

// receive begins to take submissions, once.
func (a *App) receive(ctx context.Context) (*live, error) {
	if a.opt.ReadOnly || a.sealed {
		return nil, ErrReadOnly
	}
	a.receiving.Lock()
	defer a.receiving.Unlock()
	if a.live != nil {
		return a.live, nil
	}
	if a.done {
		return nil, errClosed
	}
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	if _, err := a.draw(ctx); err != nil {
		return nil, err
	}
	l := &live{app: a, intake: make(chan *submission), more: make(chan struct{}, 1), closed: make(chan struct{}), ended: make(chan struct{}),
		pending: map[reference]version{}, now: newUnsettled(a)}
	l.rest.Go(l.take)
	l.rest.Go(l.settle)
	a.live = l
	return l, nil
}

// close ends the intake when what was taken is on record.
func (l *live) close() {
	close(l.closed)
	l.rest.Wait()
}

// take records submissions as they come, all that wait at once.
func (l *live) take() {
	defer close(l.ended)
	ctx := context.Background() // what is taken is finished
	for {
		var some []*submission
		select {
		case s := <-l.intake:
			some = append(some, s)
		case <-l.closed:
			for {
				select {
				case s := <-l.intake:
					s.done <- errClosed
				default:
					return
				}
			}
		}
		for n := len(some[0].arrivals); n < chunkRows; {
			select {
			case s := <-l.intake:
				some = append(some, s)
				n += len(s.arrivals)
				continue
			default:
			}
			break
		}
		err := l.handle(ctx, some)
		for _, s := range some {
			s.done <- err
		}
	}
}

// handle records submissions and shows what is new of them. Once they are on
// record nothing that goes wrong is the caller's: the days are settled anyway.
func (l *live) handle(ctx context.Context, some []*submission) error {
	added, err := l.record(ctx, some)
	if err != nil {
		return err
	}
	if len(added) == 0 {
		return nil
	}
	e, err := l.show(ctx, added)
	if err != nil {
		l.app.log.Warn("what was submitted is on record and is shown when its day is settled", "why", err)
	}
	e.Record = added[len(added)-1].seq + 1
	l.app.publish(e)
	select {
	case l.more <- struct{}{}:
	default:
	}
	return nil
}

// atOnce is how many arrivals are fused with what is about them together.
const atOnce = 128

// show fuses arrivals with what is about them and puts what comes of it into the
// picture.
func (l *live) show(ctx context.Context, added []*arrival) (Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := Event{Kind: EventIncident}
	p, err := l.app.draw(ctx)
	if err != nil {
		return e, err
	}
	records := make([]arrived, len(added))
	for i, x := range added {
		records[i] = arrived{incident.Record{Seq: x.seq, Observation: x.observation}, x.corrects}
	}
	if l.carrying {
		l.late = append(l.late, records...)
	}
	if err := l.now.fuse(ctx, p, records, &e); err != nil {
		return e, err
	}
	for _, x := range added {
		x.receipt.Incident = l.now.at[x.seq]
	}
	return e, nil
}

// intakeOpen is the intake, nil where nothing was submitted.
func (a *App) intakeOpen() *live {
	a.receiving.Lock()
	defer a.receiving.Unlock()
	return a.live
}
