package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
)

// What can become of a submitted observation.
const (
	SubmitNew        = "new"
	SubmitKnown      = "known"      // the same is on record already
	SubmitCorrection = "correction" // it takes the place of another version
	SubmitRefused    = "refused"    // it is not sensible; Reason says why
)

// Receipt says what became of a submitted observation.
type Receipt struct {
	Source   string `json:"source"`
	Ref      string `json:"ref"`
	Record   uint64 `json:"record"`             // of the journal; of what is known its record
	Status   string `json:"status"`             // new, known, correction or refused
	Incident string `json:"incident,omitempty"` // to which what is new went, for now; empty: none
	Reason   string `json:"reason,omitempty"`   // why it is refused
}

// ErrReadOnly is wrapped by the error of what would change a workspace that is
// open for reading only.
var ErrReadOnly = errors.New("the workspace is open for reading only")

// Submit puts observations on record: what is new is durable when it returns, and
// fused with what is about it. The same observation again changes nothing; another
// content under the same source and reference is a correction. There is a receipt
// for each, in their order; one that is not sensible is refused and the others go
// on. Callers at the same time share what it takes to be durable.
//
// The days are fused whole soon after, as an import would have it; see Settle.
func (a *App) Submit(ctx context.Context, observations []observation.Observation) ([]Receipt, error) {
	return a.submit(ctx, observations, true)
}

// SubmitUncorrected is Submit for those who may not correct: another content under a source
// and reference that are on record is refused.
func (a *App) SubmitUncorrected(ctx context.Context, observations []observation.Observation) ([]Receipt, error) {
	return a.submit(ctx, observations, false)
}

func (a *App) submit(ctx context.Context, observations []observation.Observation, corrections bool) ([]Receipt, error) {
	l, err := a.receive(ctx)
	if err != nil {
		return nil, fmt.Errorf("submitting: %w", err)
	}
	s := &submission{receipts: make([]Receipt, len(observations)), done: make(chan error, 1)}
	now := a.now()
	var area [4]float64
	copy(area[:], a.agreement.Area)
	for i := range observations {
		o := observations[i] // the caller's own may change once this returns
		r := &s.receipts[i]
		*r = Receipt{Source: o.Source, Ref: o.Ref}
		if err := o.Check(now, area); err != nil {
			r.Status, r.Reason = SubmitRefused, err.Error()
			continue
		}
		body := observation.AppendCanonical(nil, &o)
		s.arrivals = append(s.arrivals, arrival{observation: &o, body: body, digest: shortDigest(body), receipt: r, final: !corrections})
	}
	if len(s.arrivals) == 0 {
		return s.receipts, nil
	}
	a.inHand.Add(1)
	defer a.inHand.Add(-1)
	select {
	case l.intake <- s:
	case <-l.ended:
		return nil, fmt.Errorf("submitting: %w", errClosed)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	// From here on it may become durable, whatever the caller waits for.
	if err := <-s.done; err != nil {
		return nil, fmt.Errorf("submitting: %w", err)
	}
	return s.receipts, nil
}

var errClosed = errors.New("the workspace is closed")

// submission is what one caller submits.
type submission struct {
	arrivals []arrival
	receipts []Receipt
	done     chan error
}

// arrival is one observation that is submitted.
type arrival struct {
	observation *observation.Observation
	body        []byte
	digest      int64
	receipt     *Receipt
	final       bool     // it must not correct what is on record
	seq         uint64   // of its record
	twin        *arrival // the same, submitted a moment before
	after       *arrival // another version of it, submitted a moment before
	corrects    *uint64  // the record of the version whose place it takes; nil: none
}

func (x *arrival) name() reference {
	return reference{source: x.observation.Source, ref: x.observation.Ref}
}

// version is the current version of an observation.
type version struct {
	seq    uint64
	digest int64
}

// record puts what is new of submissions on record, in one append for all of
// them, and returns it.
func (l *live) record(ctx context.Context, some []*submission) ([]*arrival, error) {
	a := l.app
	a.recording.Lock()
	defer a.recording.Unlock()
	now := a.now()
	var records []journal.Record
	var added, all []*arrival
	fresh := map[reference]*arrival{}
	for _, s := range some {
		for i := range s.arrivals {
			x := &s.arrivals[i]
			all = append(all, x)
			isNew, err := l.isNew(ctx, x, fresh)
			if err != nil {
				return nil, err
			}
			if isNew {
				fresh[x.name()] = x
				added = append(added, x)
				records = append(records, journal.Record{Kind: kindObservation, Time: now, Body: x.body})
			}
		}
	}
	if len(records) > 0 {
		first, err := a.journal.Append(ctx, records)
		if err != nil {
			return nil, err
		}
		l.await(first, added)
	}
	for _, x := range all {
		if x.body = nil; x.twin != nil {
			x.seq = x.twin.seq
		}
		if x.after != nil {
			x.corrects = &x.after.seq
		}
		x.receipt.Record = x.seq
	}
	return added, nil
}

// isNew says what an arrival is beside what is on record and what came before it
// in the same batch.
func (l *live) isNew(ctx context.Context, x *arrival, fresh map[reference]*arrival) (bool, error) {
	if before := fresh[x.name()]; before != nil {
		if before.digest == x.digest {
			x.receipt.Status, x.twin = SubmitKnown, before
			return false, nil
		}
		if x.refused() {
			return false, nil
		}
		x.receipt.Status, x.after = SubmitCorrection, before
		return true, nil
	}
	is, ok := l.waitingFor(x.name())
	if !ok {
		var err error
		if is.seq, is.digest, ok, err = l.app.store.Current(ctx, x.observation.Source, x.observation.Ref); err != nil {
			return false, err
		}
	}
	if !ok {
		x.receipt.Status = SubmitNew
		return true, nil
	}
	same := is.digest == x.digest
	if !same {
		var err error
		if same, err = l.app.redactedAlready(is.seq, is.digest, x.observation); err != nil {
			return false, err
		}
	}
	if same {
		x.receipt.Status, x.seq = SubmitKnown, is.seq
		return false, nil
	}
	if x.refused() {
		return false, nil
	}
	x.receipt.Status, x.corrects = SubmitCorrection, &is.seq
	return true, nil
}

// refused refuses a correction by those who may not correct.
func (x *arrival) refused() bool {
	if x.final {
		x.receipt.Status, x.receipt.Reason = SubmitRefused, "another version is on record, and this account may not correct"
	}
	return x.final
}

// await notes what is on record and not yet in the store.
func (l *live) await(first uint64, added []*arrival) {
	l.waiting.Lock()
	defer l.waiting.Unlock()
	for i, x := range added {
		x.seq = first + uint64(i)
		l.pending[x.name()] = version{x.seq, x.digest}
	}
}

func (l *live) waitingFor(name reference) (version, bool) {
	l.waiting.Lock()
	defer l.waiting.Unlock()
	v, ok := l.pending[name]
	return v, ok
}

// applied notes that the store holds the records up to a number.
func (l *live) applied(upTo uint64) {
	l.waiting.Lock()
	defer l.waiting.Unlock()
	for name, v := range l.pending {
		if v.seq < upTo {
			delete(l.pending, name)
		}
	}
}
