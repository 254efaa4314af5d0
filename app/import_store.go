package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/line"
)

// pending is an observation that this chunk adds.
type pending struct {
	index      int // in the records to append
	digest     int64
	supersedes []uint64
	after      int // index of a version in this chunk that it supersedes; -1: none
}

// store puts what is new in a chunk into the journal, then into the store.
func (in *ingest) store(ctx context.Context, entries []entry, r *FileResult) error {
	a := in.app
	if !in.dry {
		// Nothing else is recorded between the question what is new and the answer.
		a.recording.Lock()
		defer a.recording.Unlock()
		if err := a.catchUp(ctx); err != nil {
			return err
		}
	}
	now := a.now()
	if !in.dry {
		if err := in.known.reserve(ctx, len(entries)); err != nil {
			return err
		}
	}
	var records []journal.Record
	var from []*entry
	fresh := map[reference]*pending{}
	adds := make([]*pending, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		r.Rows++
		var p *pending
		switch e.kind {
		case kindObservation:
			var err error
			if p, err = in.judgeNew(ctx, e, fresh, r); err != nil {
				return err
			}
			if p == nil {
				continue
			}
			p.index = len(records)
		default:
			if e.kind == kindQuarantine {
				r.Quarantined++
				e.record.at = now
			}
			known, err := in.knownRecord(ctx, e)
			if err != nil {
				return err
			}
			if known {
				if e.kind != kindQuarantine {
					r.Known++
				}
				continue
			}
			switch e.kind {
			case kindQuarantine:
			case kindLine:
				r.Lines++
				in.newTerms = true
			default:
				r.Other++
			}
		}
		adds = append(adds, p)
		from = append(from, e)
		records = append(records, journal.Record{Kind: e.kind, Time: now, Body: e.body})
	}
	if in.dry || len(records) == 0 {
		return nil
	}
	first, err := a.journal.Append(ctx, records)
	if err != nil {
		return err
	}
	b, err := a.store.Begin(ctx)
	if err != nil {
		return err
	}
	defer b.Rollback()
	for i, e := range from {
		seq := first + uint64(i)
		if p := adds[i]; p != nil {
			if p.after >= 0 {
				p.supersedes = append(p.supersedes, first+uint64(p.after))
			}
			err = b.Observation(seq, e.observation, p.digest, p.supersedes...)
		} else {
			err = a.applyRecord(b, seq, e.kind, e.record, e.body)
		}
		if err != nil {
			return err
		}
	}
	return b.Commit(first + uint64(len(records)))
}

// judgeNew says whether an observation is new or a correction; nil if the same
// is known already.
func (in *ingest) judgeNew(ctx context.Context, e *entry, fresh map[reference]*pending, r *FileResult) (*pending, error) {
	o := e.observation
	key := reference{source: o.Source, ref: o.Ref}
	p := &pending{digest: shortDigest(e.body), after: -1}
	if before := fresh[key]; before != nil {
		if before.digest == p.digest {
			r.Known++
			return nil, nil
		}
		r.Corrections++
		p.after = before.index
		fresh[key] = p
		return p, nil
	}
	if in.dry {
		r.Observations++
		fresh[key] = p
		return p, nil
	}
	if in.known.mayHold(o.Source, o.Ref) {
		seq, digest, ok, err := in.app.store.Current(ctx, o.Source, o.Ref)
		if err != nil {
			return nil, err
		}
		if ok && digest == p.digest {
			r.Known++
			return nil, nil
		}
		if ok {
			if same, err := in.app.redactedAlready(seq, digest, o); err != nil || same {
				r.Known++
				return nil, err
			}
			r.Corrections++
			p.supersedes = []uint64{seq}
			fresh[key] = p
			return p, nil
		}
	}
	r.Observations++
	fresh[key] = p
	in.known.add(o.Source, o.Ref)
	return p, nil
}

// knownRecord reports whether the last record of this source and reference
// says the same.
func (in *ingest) knownRecord(ctx context.Context, e *entry) (bool, error) {
	if in.dry {
		return false, nil
	}
	last, ok, err := in.app.store.LastRecord(ctx, e.kind, e.record.source, e.record.ref)
	return ok && bytes.Equal(last.Digest, contentDigest(e.body)), err
}

// noLine stands where an area that somebody holds names its line: it gives
// territory alone, and neither places nor zones are measured from its edge.
const noLine = "none"

var errNoLine = errors.New("the agreement has no line that this could be a version of")

// lineOf finds the agreement's line that a file names, or the one that is
// meant where it names none: the first.
func (in *ingest) lineOf(name string) (int, error) {
	lines := in.app.agreement.Lines
	if name == "" && len(lines) > 0 {
		return 0, nil
	}
	for i := range lines {
		if lines[i].ID == name {
			return i, nil
		}
	}
	if len(lines) == 0 {
		return 0, errNoLine
	}
	var ids []string
	for _, l := range lines {
		ids = append(ids, l.ID)
	}
	return 0, fmt.Errorf("the agreement has no line %q; it has %s", name, strings.Join(slices.Compact(ids), ", "))
}

// version makes a line version of what came in, ready to be recorded.
func (in *ingest) version(v line.Version, name string) (*line.Version, error) {
	l := &agreement.Line{ID: noLine}
	if i, err := in.lineOf(name); err == nil {
		l = &in.app.agreement.Lines[i]
	} else if v.HeldBy == "" || name != noLine {
		return nil, err
	}
	v.Line = l.ID
	var err error
	if v.HeldBy == "" {
		if v.Left == "" && v.Right == "" {
			v.Left, v.Right = l.Left, l.Right
		}
		return line.NewVersion(v)
	}
	party := in.app.agreement.PartyByActor(v.HeldBy)
	if party == nil {
		return nil, fmt.Errorf("it is held by %q, a party that the agreement does not define", v.HeldBy)
	}
	v.HeldBy = party.ID
	if in.border == nil {
		if in.border, err = in.app.border(); err != nil {
			return nil, err
		}
	}
	if err := fromHeld(&v, l, in.border); err != nil {
		return nil, err
	}
	return line.NewVersion(v)
}
