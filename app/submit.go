package app

import (
	"context"
	"errors"
	"fmt"

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
	Incident string `json:"incident,omitempty"` // to which it went, for now
	Reason   string `json:"reason,omitempty"`   // why it is refused
}

// ErrReadOnly is wrapped by the error of what would change a workspace that is
// open for reading only.
var ErrReadOnly = errors.New("the workspace is open for reading only")

// Submit puts observations on record: what is new is durable when it returns.
// The same observation again changes nothing; another content under the same source
// and reference is a correction. There is a receipt for each, in their order; one
// that is not sensible is refused and the others go on.
func (a *App) Submit(ctx context.Context, observations []observation.Observation) ([]Receipt, error) {
	if a.opt.ReadOnly || a.sealed {
		return nil, fmt.Errorf("submitting: %w", ErrReadOnly)
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	receipts := make([]Receipt, len(observations))
	var entries []entry
	var area [4]float64
	copy(area[:], a.agreement.Area)
	for i := range observations {
		o := &observations[i]
		receipts[i] = Receipt{Source: o.Source, Ref: o.Ref}
		if err := o.Check(a.now(), area); err != nil {
			receipts[i].Status, receipts[i].Reason = SubmitRefused, err.Error()
			continue
		}
		entries = append(entries, entry{kind: kindObservation, observation: o, body: observation.AppendCanonical(nil, o)})
	}
	before := a.journal.Head().Size
	in := &ingest{app: a, known: known{store: a.store}}
	var r FileResult
	if err := in.store(ctx, entries, &r); err != nil {
		return nil, fmt.Errorf("submitting: %w", err)
	}
	if err := a.project(ctx); err != nil {
		return nil, err
	}
	event := Event{Kind: EventIncident, Record: a.journal.Head().Size}
	for i := range receipts {
		x := &receipts[i]
		if x.Status == SubmitRefused {
			continue
		}
		seqs, err := a.store.Versions(ctx, x.Source, x.Ref)
		if err != nil {
			return nil, err
		}
		x.Record, x.Status = seqs[len(seqs)-1], SubmitKnown
		if x.Record >= before {
			if x.Status = SubmitNew; len(seqs) > 1 {
				x.Status = SubmitCorrection
			}
		}
		id, err := a.incidentOfRecord(ctx, x.Record, &observations[i])
		if err != nil {
			return nil, err
		}
		x.Incident = id
		event.Incidents = append(event.Incidents, id)
	}
	a.publish(event)
	return receipts, nil
}

// Settle returns when all that was submitted is fused as an import would have it.
func (a *App) Settle(ctx context.Context) error {
	if a.opt.ReadOnly || a.sealed {
		return nil
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	return a.project(ctx)
}
