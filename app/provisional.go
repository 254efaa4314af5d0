package app

import (
	"context"
	"slices"
	"time"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/store/sqlite"
)

// provisional is an incident until its day is settled. Of older ones only the
// records are kept, from which it is made again.
type provisional struct {
	from    time.Time
	members []uint64
	in      *incident.Incident // nil: to be made again
}

// keepWhole is how many provisional incidents are held whole.
const keepWhole = 2000

// hold adds a provisional incident.
func (u *unsettled) hold(in *incident.Incident) {
	x := &provisional{from: in.From, members: make([]uint64, len(in.Members)), in: in}
	for i, m := range in.Members {
		x.members[i] = m.Seq
	}
	u.keep(in.ID, x)
}

// keep adds a provisional incident as it is.
func (u *unsettled) keep(id string, x *provisional) {
	for _, seq := range x.members {
		u.at[seq] = id
	}
	u.over[id] = x
	if x.in == nil {
		return
	}
	if u.whole = append(u.whole, id); len(u.whole) < 2*keepWhole {
		return
	}
	for _, id := range u.whole[:keepWhole] {
		if x := u.over[id]; x != nil {
			x.in = nil
		}
	}
	u.whole = slices.Clone(u.whole[keepWhole:])
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

// provisional is an incident that is not settled yet.
func (a *App) provisional(ctx context.Context, id string) (*sqlite.IncidentRow, bool, error) {
	l := a.intakeOpen()
	if l == nil {
		return nil, false, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.now.over[id]
	if x == nil {
		return nil, false, nil
	}
	if x.in == nil {
		if err := l.now.again(ctx, id, x); err != nil {
			return nil, false, err
		}
	}
	return &sqlite.IncidentRow{Run: sqlite.DayOf(x.from), Incident: *x.in}, true, nil
}

// again makes a provisional incident from its records.
func (u *unsettled) again(ctx context.Context, id string, x *provisional) error {
	fuser, err := u.fuser(ctx, sqlite.DayOf(x.from))
	if err != nil {
		return err
	}
	var records []incident.Record
	for _, seq := range x.members {
		o, err := u.read(seq)
		if err != nil {
			return err
		}
		records = append(records, incident.Record{Seq: seq, Observation: o})
	}
	for _, in := range fuser.Aside(records) {
		if in.ID == id {
			x.in = &in
			u.whole = append(u.whole, id)
			return nil
		}
	}
	x.in = x.stub(id)
	return nil
}
