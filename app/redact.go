package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
)

// redactionRecord is the body of a redaction: whose bodies were erased and why.
type redactionRecord struct {
	Records []uint64 `json:"records"`
	Reason  string   `json:"reason"`
	By      string   `json:"by,omitempty"`
}

// redacted is the caveat of an observation from which personal data were taken.
const redacted = "redacted"

// Redaction says what to erase.
type Redaction struct {
	// IDs are observations ("source/ref"), in all their versions, or single
	// records ("#17").
	IDs    []string
	Reason string // why; required, and on record for good
	By     string // who asked for it
	// Whole erases an observation altogether. Without it a version without
	// text, addresses, media and the observer's place takes its place, so that
	// what happened, where and when stays with its incidents and findings; of a
	// decision, one without who it was by and the reasons in words.
	Whole bool
}

// Redacted says what was erased.
type Redacted struct {
	Record  uint64   `json:"record"` // of the redaction
	Erased  []uint64 `json:"erased"`
	Stayed  int      `json:"replaced"` // observations and decisions that stay without personal data
	Records uint64   `json:"records"`
}

// Redact erases the bodies of records for good. Their leaves stay in the tree,
// so every proof and checkpoint holds as before; that they were erased, and
// why, is a record itself. The projections are made again.
func (a *App) Redact(ctx context.Context, r Redaction) (*Redacted, error) {
	if strings.TrimSpace(r.Reason) == "" {
		return nil, errors.New("erasing: a reason is needed; it stays on record")
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	now := a.now()
	var erase []uint64
	var add []journal.Record
	for _, id := range r.IDs {
		seqs, stays, err := a.toErase(ctx, id, r.Whole)
		if err != nil {
			return nil, fmt.Errorf("erasing %s: %w", id, err)
		}
		erase = append(erase, seqs...)
		if stays != nil {
			stays.Time = now
			add = append(add, *stays)
		}
	}
	slices.Sort(erase)
	erase = slices.Compact(erase)
	body, err := canonical(redactionRecord{Records: erase, Reason: r.Reason, By: r.By})
	if err != nil {
		return nil, err
	}
	// First that it is erased is on record, then it is erased: after a crash in
	// between, the next command goes on.
	first, err := a.journal.Append(ctx, append([]journal.Record{{Kind: kindRedaction, Time: now, Body: body}}, add...))
	if err != nil {
		return nil, fmt.Errorf("recording the redaction: %w", err)
	}
	if err := a.catchUp(ctx); err != nil {
		return nil, err
	}
	a.displace()
	if err := a.load(ctx); err != nil {
		return nil, err
	}
	return &Redacted{Record: first, Erased: erase, Stayed: len(add), Records: a.journal.Head().Size}, a.project(ctx)
}

// toErase lists the records of an id, and what of it may stay, as a record to be.
func (a *App) toErase(ctx context.Context, id string, whole bool) ([]uint64, *journal.Record, error) {
	if number, ok := strings.CutPrefix(id, "#"); ok {
		seq, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return nil, nil, fmt.Errorf("%q is no number of a record", number)
		}
		e, err := a.journal.Get(seq)
		if err != nil {
			return nil, nil, err
		}
		switch e.Kind {
		case kindSoftware, kindAgreement, kindLine, kindRedaction:
			return nil, nil, fmt.Errorf("record %d is of kind %s: everything rests on it", seq, e.Kind)
		}
		if e.Kind != kindDecision || whole || e.Erased {
			return []uint64{seq}, nil, nil
		}
		d, err := decodeDecision(e.Body)
		if err != nil {
			return nil, nil, err
		}
		body, err := d.withoutAuthor(seq).body()
		return []uint64{seq}, &journal.Record{Kind: kindDecision, Body: body}, err
	}
	for i := range id { // a source's name may have slashes in it
		if id[i] != '/' {
			continue
		}
		seqs, err := a.store.Versions(ctx, id[:i], id[i+1:])
		if err != nil {
			return nil, nil, err
		}
		if len(seqs) == 0 {
			continue
		}
		if whole {
			return seqs, nil, nil
		}
		o, err := a.observation(a.journal, seqs[len(seqs)-1])
		if err != nil {
			return nil, nil, err
		}
		return seqs, &journal.Record{Kind: kindObservation, Body: observation.AppendCanonical(nil, withoutPersons(o))}, nil
	}
	return nil, nil, errors.New("no observation has this id; give source/ref as `truce observations` lists it, or #number of a record")
}

// withoutPersons is an observation without what could name or betray a person.
func withoutPersons(o *observation.Observation) *observation.Observation {
	out := *o
	out.Text, out.Lang, out.URL, out.Media = "", "", "", nil
	if out.Position != nil {
		out.Observer = nil
	}
	if !slices.Contains(out.Caveats, redacted) {
		out.Caveats = append(slices.Clone(out.Caveats), redacted)
	}
	return &out
}

// redactedAlready reports whether what comes in is what was erased on demand:
// the same file once more must not bring it back.
func (a *App) redactedAlready(seq uint64, digest int64, o *observation.Observation) (bool, error) {
	now, err := a.observation(a.journal, seq)
	if err != nil || !slices.Contains(now.Caveats, redacted) {
		return false, err
	}
	return shortDigest(observation.AppendCanonical(nil, withoutPersons(o))) == digest, nil
}

// erasedSince erases what redactions from a record on say and is still there,
// and reports whether projections of the records before may hold some of it.
func (a *App) erasedSince(from uint64) (bool, error) {
	if a.sealed {
		return false, nil
	}
	var seqs []uint64
	for e, err := range a.journal.Read(from) {
		if err != nil {
			return false, err
		}
		if e.Kind != kindRedaction || e.Erased {
			continue
		}
		var r redactionRecord
		if err := json.Unmarshal(e.Body, &r); err != nil {
			return false, fmt.Errorf("record %d: %w", e.Seq, err)
		}
		seqs = append(seqs, r.Records...)
	}
	if len(seqs) > 0 {
		if err := a.journal.Erase(seqs...); err != nil {
			return false, err
		}
	}
	return len(seqs) > 0 && from > 0, nil
}
