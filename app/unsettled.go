package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/picture"
	"github.com/truce-monitor/truce/store/sqlite"
)

// unsettled is what came since the days were fused whole, as it is shown until they
// are again. One goroutine may use it at a time.
type unsettled struct {
	app      *App
	over     map[string]*provisional // incidents
	whole    []string                // those of them that are held whole, the oldest first
	at       map[uint64]string       // the incident of each of their records
	corrects map[uint64]uint64       // by record: that of the version whose place it takes
	judges   map[int64]*finding.Judge
	fusers   map[int64]*incident.Fuser
	cursor   *journal.Cursor
	recent   [2]map[uint64]*observation.Observation // read lately; the second is older
}

func newUnsettled(a *App) *unsettled {
	return &unsettled{app: a, over: map[string]*provisional{}, at: map[uint64]string{}, corrects: map[uint64]uint64{},
		judges: map[int64]*finding.Judge{}, fusers: map[int64]*incident.Fuser{}, cursor: a.journal.Cursor(),
		recent: [2]map[uint64]*observation.Observation{{}, {}}}
}

// arrived is an observation on record that is not in a settled day.
type arrived struct {
	incident.Record
	corrects *uint64
}

// fuse puts arrivals into the picture, a few at a time.
func (u *unsettled) fuse(ctx context.Context, p *picture.Picture, records []arrived, e *Event) error {
	for i := range records {
		r := &records[i]
		u.remember(r.Seq, r.Observation)
		if _, ok := u.corrects[r.Seq]; !ok && r.corrects != nil {
			u.corrects[r.Seq] = *r.corrects
		}
	}
	records = u.latest(records)
	for some := range slices.Chunk(records, atOnce) {
		byDay := map[int64][]arrived{}
		for _, r := range some {
			d := sqlite.DayOf(r.Observation.From)
			byDay[d] = append(byDay[d], r)
		}
		for d, some := range byDay {
			if err := u.fuseDay(ctx, p, d, some, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// latest leaves out of arrivals those whose place others of them take, which take that
// of what these would have.
func (u *unsettled) latest(records []arrived) []arrived {
	among, taken := map[uint64]bool{}, map[uint64]bool{}
	for _, r := range records {
		among[r.Seq] = true
		if r.corrects != nil {
			taken[*r.corrects] = true
		}
	}
	var out []arrived
	for _, r := range records {
		if taken[r.Seq] {
			continue
		}
		for r.corrects != nil && among[*r.corrects] {
			if was, ok := u.corrects[*r.corrects]; ok {
				r.corrects = &was
			} else {
				r.corrects = nil
			}
		}
		out = append(out, r)
	}
	return out
}

// neighbours is how many incidents near a report are fused with it again, at most.
const neighbours = 8

// fuseDay fuses arrivals of one day with the incidents about them.
func (u *unsettled) fuseDay(ctx context.Context, p *picture.Picture, day int64, some []arrived, e *Event) error {
	fuser, err := u.fuser(ctx, day)
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
			if err := u.holder(ctx, p, fuser, *r.corrects, before); err != nil {
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
			if _, err := u.incident(ctx, n.ID, before); err != nil {
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
			o, err := u.read(m.Seq)
			if err != nil {
				return err
			}
			records = append(records, incident.Record{Seq: m.Seq, Observation: o})
		}
	}
	return u.replace(ctx, p, day, before, fuser.Aside(records), e)
}

// replace puts incidents in the place of those before. What stayed as it was stays.
func (u *unsettled) replace(ctx context.Context, p *picture.Picture, day int64, before map[string]*incident.Incident, after []incident.Incident, e *Event) error {
	judge, err := u.judge(ctx, day)
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
		u.hold(in)
	}
	var gone []picture.Ref
	for id, in := range before {
		gone = append(gone, picture.Ref{ID: id, From: in.From})
		if !changed[id] {
			delete(u.over, id)
			e.Gone = append(e.Gone, id)
		}
	}
	p.Replace(gone, rows)
	return nil
}

// incident adds an incident to those that are fused again.
func (u *unsettled) incident(ctx context.Context, id string, to map[string]*incident.Incident) (*incident.Incident, error) {
	if in := to[id]; in != nil {
		return in, nil
	}
	if x := u.over[id]; x != nil {
		to[id] = x.stub(id)
		return to[id], nil
	}
	row, ok, err := u.app.store.Incident(ctx, id)
	if err != nil || !ok { // its day is settled just now, as others
		return nil, err
	}
	to[id] = &row.Incident
	return to[id], nil
}

// holder adds the incident that holds a record, if it is found.
func (u *unsettled) holder(ctx context.Context, p *picture.Picture, fuser *incident.Fuser, seq uint64, to map[string]*incident.Incident) error {
	if id := u.at[seq]; id != "" {
		_, err := u.incident(ctx, id, to)
		return err
	}
	o, err := u.read(seq)
	if err != nil {
		return err
	}
	reach, ok := fuser.Reach(o)
	if !ok {
		return nil
	}
	for _, n := range p.Near(reach, 16*neighbours) {
		found := map[string]*incident.Incident{}
		in, err := u.incident(ctx, n.ID, found)
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

func (u *unsettled) remember(seq uint64, o *observation.Observation) {
	if len(u.recent[0]) >= keepRecent {
		u.recent[0], u.recent[1] = map[uint64]*observation.Observation{}, u.recent[0]
	}
	u.recent[0][seq] = o
}

// read returns the observation of a record.
func (u *unsettled) read(seq uint64) (*observation.Observation, error) {
	for _, known := range u.recent {
		if o := known[seq]; o != nil {
			return o, nil
		}
	}
	o, err := u.app.observation(u.cursor, seq)
	if err == nil {
		u.remember(seq, o)
	}
	return o, err
}

// fuser knows what the days before a day showed of the sources.
func (u *unsettled) fuser(ctx context.Context, day int64) (*incident.Fuser, error) {
	if f := u.fusers[day]; f != nil {
		return f, nil
	}
	state, err := u.app.store.State(ctx, day)
	if err != nil {
		return nil, err
	}
	f := new(incident.Fuser)
	if state != nil {
		if f, err = incident.Restore(state); err != nil {
			return nil, fmt.Errorf("%w: %w", errOldState, err)
		}
	}
	u.fusers[day] = f
	return f, nil
}

func (u *unsettled) judge(ctx context.Context, day int64) (*finding.Judge, error) {
	if j := u.judges[day]; j != nil {
		return j, nil
	}
	j, err := u.app.judgeOf(ctx, day, openRun)
	if err == nil {
		u.judges[day] = j
	}
	return j, err
}
