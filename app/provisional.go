package app

import (
	"context"
	"slices"
	"time"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/picture"
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
