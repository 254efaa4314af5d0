package app

import (
	"context"
	"maps"
	"slices"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/picture"
)

// carry takes what is not settled over from the picture before, nil if there is none, to
// p, in which all up to a record is, and shows p. What is submitted meanwhile is shown in
// the picture before, and fused for p once more: only with the last of that it must wait.
func (l *live) carry(ctx context.Context, before, p *picture.Picture, upTo uint64) error {
	next := newUnsettled(l.app)
	l.mu.Lock()
	old := map[string]provisional{} // the others hold nothing but what is settled
	next.recent = [2]map[uint64]*observation.Observation{maps.Clone(l.now.recent[0]), maps.Clone(l.now.recent[1])}
	var unsettled []uint64
	for seq, id := range l.now.at {
		if seq < upTo {
			continue
		}
		unsettled = append(unsettled, seq)
		if x := l.now.over[id]; x != nil {
			old[id] = *x
		}
	}
	for seq, was := range l.now.corrects {
		if seq >= upTo {
			next.corrects[seq] = was
			unsettled = append(unsettled, seq) // of some, nothing but that is to be shown
		}
	}
	var rows picture.Provisional
	if before != nil {
		rows = before.Provisional()
	}
	l.late, l.carrying = nil, true
	l.mu.Unlock()

	const most = 10 // rounds: what comes is fused faster than it comes, as a rule
	err := next.takeOver(ctx, old, rows, unsettled, p, upTo)
	for left := most; ; left-- {
		l.mu.Lock()
		late := l.late
		l.late = nil
		if err == nil && left > 0 && len(late) > atOnce {
			l.mu.Unlock()
			err = next.fuse(ctx, p, late, &Event{})
			continue
		}
		defer l.mu.Unlock()
		l.carrying = false
		if err == nil {
			err = next.fuse(ctx, p, late, &Event{})
		}
		if err == nil {
			l.now = next
			l.app.show(p)
		}
		return err
	}
}

// takeOver begins with incidents as they were beside another picture: those of which
// nothing is settled in p, which is all up to a record, stay with the rows that showed
// them. The other records that are not settled are fused with what is about them in p.
func (u *unsettled) takeOver(ctx context.Context, old map[string]provisional, rows picture.Provisional, unsettled []uint64, p *picture.Picture, upTo uint64) error {
	way := way{app: u.app}
	p.Replace(nil, rows.Rows(func(id string) bool {
		way.give()
		x, ok := old[id]
		ok = ok && !slices.ContainsFunc(x.members, func(seq uint64) bool { return seq < upTo || u.root(seq) < upTo })
		if ok {
			u.keep(id, &x)
		}
		return ok
	}))
	taken := map[uint64]bool{} // others take their place
	for _, was := range u.corrects {
		taken[was] = true
	}
	slices.Sort(unsettled)
	var records []arrived
	for _, seq := range slices.Compact(unsettled) {
		if taken[seq] || u.at[seq] != "" {
			continue
		}
		o, err := u.read(seq)
		if err != nil {
			return err
		}
		r := arrived{incident.Record{Seq: seq, Observation: o}, nil}
		if was := u.root(seq); was < upTo {
			r.corrects = &was
		}
		records = append(records, r)
	}
	for some := range slices.Chunk(records, atOnce) {
		if err := u.fuse(ctx, p, some, &Event{}); err != nil {
			return err
		}
		way.give()
	}
	return nil
}

// root is the first version of a record that is not known to take the place of another.
func (u *unsettled) root(seq uint64) uint64 {
	for {
		was, ok := u.corrects[seq]
		if !ok {
			return seq
		}
		seq = was
	}
}
