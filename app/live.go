package app

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/picture"
	"github.com/truce-monitor/truce/store/sqlite"
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

	mu     sync.Mutex              // guards the following
	over   map[string]*provisional // incidents that are not settled
	whole  []string                // those of them that are held whole, the oldest first
	at     map[uint64]string       // the incident of each of their records
	judges map[int64]*finding.Judge
	fusers map[int64]*incident.Fuser
	recent [2]map[uint64]*observation.Observation // read lately; the second is older
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
		pending: map[reference]version{}}
	l.reset()
	l.rest.Go(l.take)
	l.rest.Go(l.settle)
	a.live = l
	return l, nil
}

// reset forgets what rests on settled days. The caller holds mu, or is alone.
func (l *live) reset() {
	l.over, l.at, l.whole = map[string]*provisional{}, map[uint64]string{}, nil
	l.judges, l.fusers = map[int64]*finding.Judge{}, map[int64]*incident.Fuser{}
	if l.recent[0] == nil {
		l.recent[0] = map[uint64]*observation.Observation{}
	}
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
		l.remember(x.seq, x.observation)
	}
	if err := l.fuse(ctx, p, records, &e); err != nil {
		return e, err
	}
	for _, x := range added {
		x.receipt.Incident = l.at[x.seq]
	}
	return e, nil
}

// arrived is an observation on record that is not in a settled day.
type arrived struct {
	incident.Record
	corrects *uint64
}

// fuse puts arrivals into the picture, a few at a time. The caller holds mu.
func (l *live) fuse(ctx context.Context, p *picture.Picture, records []arrived, e *Event) error {
	for some := range slices.Chunk(records, atOnce) {
		byDay := map[int64][]arrived{}
		for _, r := range some {
			d := sqlite.DayOf(r.Observation.From)
			byDay[d] = append(byDay[d], r)
		}
		for d, some := range byDay {
			if err := l.fuseDay(ctx, p, d, some, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// neighbours is how many incidents near a report are fused with it again, at most.
const neighbours = 8

// fuseDay fuses arrivals of one day with the incidents about them.
func (l *live) fuseDay(ctx context.Context, p *picture.Picture, day int64, some []arrived, e *Event) error {
	fuser, err := l.fuser(ctx, day)
	if err != nil {
		return err
	}
	before := map[string]*incident.Incident{}
	var records []incident.Record
	out := map[uint64]bool{} // records that are not taken from incidents before
	for _, r := range some {
		out[r.Seq] = true
		if r.corrects != nil {
			out[*r.corrects] = true
			if err := l.holder(ctx, p, fuser, *r.corrects, before); err != nil {
				return err
			}
		}
		if !slices.Contains(r.Observation.Caveats, referenceOnly) {
			records = append(records, r.Record)
		}
		reach, ok := fuser.Reach(r.Observation)
		if !ok {
			continue
		}
		for _, n := range p.Near(reach, neighbours) {
			if _, err := l.incident(ctx, n.ID, before); err != nil {
				return err
			}
		}
	}
	for _, in := range before {
		for _, m := range in.Members {
			if out[m.Seq] {
				continue
			}
			out[m.Seq] = true
			o, err := l.read(m.Seq)
			if err != nil {
				return err
			}
			records = append(records, incident.Record{Seq: m.Seq, Observation: o})
		}
	}
	return l.replace(ctx, p, day, before, fuser.Aside(records), e)
}

// replace puts incidents in the place of those before. What stayed as it was stays.
func (l *live) replace(ctx context.Context, p *picture.Picture, day int64, before map[string]*incident.Incident, after []incident.Incident, e *Event) error {
	judge, err := l.judge(ctx, day)
	if err != nil {
		return err
	}
	judge.Notice(after...)
	var rows picture.Rows
	changed := map[string]bool{}
	for i := range after {
		in := &after[i]
		if old := before[in.ID]; old != nil && slices.EqualFunc(old.Members, in.Members, func(a, b incident.Member) bool { return a.Seq == b.Seq }) {
			delete(before, in.ID)
			continue
		}
		found := judge.Brief(in)
		row := picture.Summarise(in, &found)
		row.Provisional = true
		if err := rows.Add(&row); err != nil {
			return err
		}
		changed[in.ID] = true
		e.Incidents = append(e.Incidents, in.ID)
		e.shown = append(e.shown, shown{row.To, row.Handling})
		l.hold(in)
	}
	var gone []picture.Ref
	for id, in := range before {
		gone = append(gone, picture.Ref{ID: id, From: in.From})
		if !changed[id] {
			delete(l.over, id)
			e.Gone = append(e.Gone, id)
		}
	}
	p.Replace(gone, rows)
	return nil
}

// incident adds an incident to those that are fused again.
func (l *live) incident(ctx context.Context, id string, to map[string]*incident.Incident) (*incident.Incident, error) {
	if in := to[id]; in != nil {
		return in, nil
	}
	if x := l.over[id]; x != nil {
		to[id] = x.stub(id)
		return to[id], nil
	}
	row, ok, err := l.app.store.Incident(ctx, id)
	if err != nil || !ok { // its day is settled just now, as others
		return nil, err
	}
	to[id] = &row.Incident
	return to[id], nil
}

// holder adds the incident that holds a record, if it is found.
func (l *live) holder(ctx context.Context, p *picture.Picture, fuser *incident.Fuser, seq uint64, to map[string]*incident.Incident) error {
	if id := l.at[seq]; id != "" {
		_, err := l.incident(ctx, id, to)
		return err
	}
	o, err := l.read(seq)
	if err != nil {
		return err
	}
	reach, ok := fuser.Reach(o)
	if !ok {
		return nil
	}
	for _, n := range p.Near(reach, 16*neighbours) {
		found := map[string]*incident.Incident{}
		in, err := l.incident(ctx, n.ID, found)
		if err != nil {
			return err
		}
		if in != nil && slices.ContainsFunc(in.Members, func(m incident.Member) bool { return m.Seq == seq }) {
			to[n.ID] = in
			return nil
		}
	}
	return nil
}

// keepRecent is how many observations are kept in memory in each generation.
const keepRecent = 8192

func (l *live) remember(seq uint64, o *observation.Observation) {
	if len(l.recent[0]) >= keepRecent {
		l.recent[0], l.recent[1] = map[uint64]*observation.Observation{}, l.recent[0]
	}
	l.recent[0][seq] = o
}

// read returns the observation of a record.
func (l *live) read(seq uint64) (*observation.Observation, error) {
	for _, known := range l.recent {
		if o := known[seq]; o != nil {
			return o, nil
		}
	}
	o, err := l.app.observation(l.app.journal, seq)
	if err == nil {
		l.remember(seq, o)
	}
	return o, err
}

// fuser knows what the days before a day showed of the sources.
func (l *live) fuser(ctx context.Context, day int64) (*incident.Fuser, error) {
	if f := l.fusers[day]; f != nil {
		return f, nil
	}
	state, err := l.app.store.State(ctx, day)
	if err != nil {
		return nil, err
	}
	f := new(incident.Fuser)
	if state != nil {
		if f, err = incident.Restore(state); err != nil {
			return nil, fmt.Errorf("%w: %w", errOldState, err)
		}
	}
	l.fusers[day] = f
	return f, nil
}

func (l *live) judge(ctx context.Context, day int64) (*finding.Judge, error) {
	if j := l.judges[day]; j != nil {
		return j, nil
	}
	j, err := l.app.judgeOf(ctx, day, openRun)
	if err == nil {
		l.judges[day] = j
	}
	return j, err
}

// intakeOpen is the intake, nil where nothing was submitted.
func (a *App) intakeOpen() *live {
	a.receiving.Lock()
	defer a.receiving.Unlock()
	return a.live
}
