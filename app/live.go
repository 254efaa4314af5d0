package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

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

// provisional is an incident until its day is settled. Of older ones only the
// records are kept, from which it is made again.
type provisional struct {
	from    time.Time
	members []uint64
	in      *incident.Incident // nil: to be made again
}

// keepWhole is how many provisional incidents are held whole.
const keepWhole = 10_000

// hold adds a provisional incident.
func (l *live) hold(in *incident.Incident) {
	x := &provisional{from: in.From, members: make([]uint64, len(in.Members)), in: in}
	for i, m := range in.Members {
		x.members[i] = m.Seq
		l.at[m.Seq] = in.ID
	}
	l.over[in.ID] = x
	if l.whole = append(l.whole, in.ID); len(l.whole) < 2*keepWhole {
		return
	}
	for _, id := range l.whole[:keepWhole] {
		if x := l.over[id]; x != nil {
			x.in = nil
		}
	}
	l.whole = slices.Clone(l.whole[keepWhole:])
}

// stub is as much of a provisional incident as fusing its records again needs.
func (x *provisional) stub(id string) *incident.Incident {
	if x.in != nil {
		return x.in
	}
	in := &incident.Incident{ID: id, From: x.from}
	for _, seq := range x.members {
		in.Members = append(in.Members, incident.Member{Seq: seq})
	}
	return in
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

// carry takes what is not settled yet over from the picture before to a new one,
// in which all up to a record is settled. The caller holds mu.
func (l *live) carry(ctx context.Context, before, p *picture.Picture, upTo uint64) error {
	old := l.over
	whole := l.whole
	l.reset()
	var again []arrived
	for id, x := range old {
		young := 0
		for _, seq := range x.members {
			if seq >= upTo {
				young++
			}
		}
		kept := before != nil && young == len(x.members)
		if kept {
			l.over[id] = x
		}
		for _, seq := range x.members {
			switch {
			case kept:
				l.at[seq] = id
			case seq >= upTo:
				o, err := l.read(seq)
				if err != nil {
					return err
				}
				again = append(again, arrived{incident.Record{Seq: seq, Observation: o}, nil})
			}
		}
	}
	l.whole = slices.DeleteFunc(whole, func(id string) bool { return l.over[id] == nil })
	if before != nil {
		p.Replace(nil, before.Provisional(func(id string) bool { return l.over[id] != nil }))
	}
	slices.SortFunc(again, func(a, b arrived) int { return int(int64(a.Seq) - int64(b.Seq)) })
	var e Event
	return l.fuse(ctx, p, again, &e)
}

// provisional is an incident that is not settled yet.
func (a *App) provisional(ctx context.Context, id string) (*sqlite.IncidentRow, bool, error) {
	l := a.intakeOpen()
	if l == nil {
		return nil, false, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.over[id]
	if x == nil {
		return nil, false, nil
	}
	if x.in == nil {
		if err := l.again(ctx, id, x); err != nil {
			return nil, false, err
		}
	}
	return &sqlite.IncidentRow{Run: sqlite.DayOf(x.from), Incident: *x.in}, true, nil
}

// again makes a provisional incident from its records.
func (l *live) again(ctx context.Context, id string, x *provisional) error {
	fuser, err := l.fuser(ctx, sqlite.DayOf(x.from))
	if err != nil {
		return err
	}
	var records []incident.Record
	for _, seq := range x.members {
		o, err := l.read(seq)
		if err != nil {
			return err
		}
		records = append(records, incident.Record{Seq: seq, Observation: o})
	}
	for _, in := range fuser.Aside(records) {
		if in.ID == id {
			x.in = &in
			l.whole = append(l.whole, id)
			return nil
		}
	}
	x.in = x.stub(id)
	return nil
}

// intakeOpen is the intake, nil where nothing was submitted.
func (a *App) intakeOpen() *live {
	a.receiving.Lock()
	defer a.receiving.Unlock()
	return a.live
}

// Settling in the background begins when nothing came for calm, or when
// something has waited for patience, but leaves the machine restful times as long for
// what comes as the last one took, up to longest: the more there is in a day, the
// longer it takes to fuse it whole.
const (
	calm     = time.Second
	patience = 5 * time.Second
	restful  = 20
	longest  = 10 * time.Minute
)

// settle fuses days whole when there is time.
func (l *live) settle() {
	var took time.Duration
	for {
		select {
		case <-l.more:
		case <-l.ended:
			return
		}
		began := time.Now()
		for ready := false; !ready; {
			rest := min(restful*took, longest)
			wait := time.NewTimer(max(calm, rest-time.Since(began)))
			select {
			case <-l.more:
				ready = time.Since(began) >= max(patience, rest)
			case <-wait.C:
				ready = true
			case <-l.ended:
				wait.Stop()
				return // Close settles the rest
			}
			wait.Stop()
		}
		start := time.Now()
		if err := l.app.Settle(context.Background()); err != nil {
			l.app.log.Error("settling days failed; it is tried again with the next submission", "why", err)
		}
		took = time.Since(start)
	}
}

// Settle returns when all that was on record when it was called is fused as an
// import would have it.
func (a *App) Settle(ctx context.Context) error {
	if a.opt.ReadOnly || a.sealed {
		return nil
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	if err := a.catchUp(ctx); err != nil {
		return err
	}
	return a.project(ctx)
}
