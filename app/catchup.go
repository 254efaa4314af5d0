package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/store/sqlite"
)

// catchUp applies the records that the projections do not reflect yet, as
// after a crash or into an empty store.
func (a *App) catchUp(ctx context.Context) error {
	applied, err := a.store.Applied(ctx)
	if err != nil {
		return err
	}
	head := a.journal.Head().Size
	if applied > head {
		return fmt.Errorf("the projections reflect %d records and the journal holds %d: records are missing; restore the journal from a backup", applied, head)
	}
	if applied == head {
		return nil
	}
	if l := a.intakeOpen(); l != nil {
		defer func() {
			if applied, err := a.store.Applied(ctx); err == nil {
				l.applied(applied)
			}
		}()
	}
	again, err := a.erasedSince(applied)
	if err != nil {
		return err
	}
	if again { // nothing of what was erased may stay in the projections
		if err := a.emptyStore(ctx); err != nil {
			return err
		}
		applied = 0
	}
	const few = 1000 // take no time: they are the last ones, just recorded
	if head-applied > few && (applied > 0 || head > 10_000) {
		a.log.Info("applying records of the journal to the projections", "records", head-applied)
	}
	a.progress.Begin("applying records", int64(head-applied))
	defer a.progress.End()
	known := &a.known
	if err := known.reserve(ctx, int(head-applied)); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for chunk := range a.parsed(ctx, applied) {
		if chunk.err != nil {
			return chunk.err
		}
		if err := a.applyChunk(ctx, known, chunk.records); err != nil {
			return err
		}
		a.progress.Done(int64(chunk.records[len(chunk.records)-1].Seq + 1 - applied))
	}
	return ctx.Err()
}

// parsedRecord is a record on its way into the projections.
type parsedRecord struct {
	journal.Entry                          // its body only where it is no observation
	observation   *observation.Observation // nil: it is none, or erased
	digest        int64
}

type parsedChunk struct {
	records []parsedRecord
	err     error
}

// parsed reads and parses records from one on, ahead of who stores them.
func (a *App) parsed(ctx context.Context, from uint64) <-chan parsedChunk {
	out := make(chan parsedChunk, 2)
	go func() {
		defer close(out)
		var c parsedChunk
		send := func() bool {
			select {
			case out <- c:
				c = parsedChunk{records: make([]parsedRecord, 0, chunkRows)}
				return true
			case <-ctx.Done():
				return false
			}
		}
		way := way{app: a}
		for e, err := range a.journal.Read(from) {
			way.give()
			r := parsedRecord{Entry: e}
			switch {
			case err != nil:
			case e.Kind == kindObservation && !e.Erased:
				var o observation.Observation
				if o, err = observation.Parse(e.Body); err != nil {
					err = fmt.Errorf("applying record %d (%s): %w", e.Seq, e.Kind, err)
				}
				r.observation, r.digest, r.Body = &o, shortDigest(e.Body), nil
			default:
				r.Body = slices.Clone(e.Body)
			}
			if c.err = err; err == nil {
				c.records = append(c.records, r)
			}
			if (err != nil || len(c.records) == chunkRows) && (!send() || err != nil) {
				return
			}
		}
		if len(c.records) > 0 {
			send()
		}
	}()
	return out
}

// applyChunk puts records into the projections in one transaction.
func (a *App) applyChunk(ctx context.Context, known *known, records []parsedRecord) error {
	b, err := a.store.Begin(ctx)
	if err != nil {
		return err
	}
	defer b.Rollback()
	way := way{app: a}
	for i := range records {
		way.give()
		r := &records[i]
		if err := a.apply(b, known, r); err != nil {
			return fmt.Errorf("applying record %d (%s): %w", r.Seq, r.Kind, err)
		}
	}
	return b.Commit(records[len(records)-1].Seq + 1)
}

// apply puts one record into the projections, as import did when it came.
func (a *App) apply(b *sqlite.Batch, known *known, r *parsedRecord) error {
	if o := r.observation; o != nil {
		if known.mayHold(o.Source, o.Ref) {
			old, ok, err := b.Current(o.Source, o.Ref)
			if err != nil {
				return err
			}
			if ok {
				return b.Observation(r.Seq, o, r.digest, old)
			}
		}
		known.add(o.Source, o.Ref)
		return b.Observation(r.Seq, o, r.digest)
	}
	if r.Erased {
		if r.Kind == kindObservation {
			return nil
		}
		return b.Record(sqlite.Record{Seq: r.Seq, Kind: r.Kind, At: r.Time, Label: "not kept here"})
	}
	of, err := referenceOf(&r.Entry)
	if err != nil {
		return err
	}
	return a.applyRecord(b, r.Seq, r.Kind, of, r.Body)
}
