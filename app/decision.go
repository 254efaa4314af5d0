package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
)

// What a person can put on record about a subject.
const (
	DecisionCase         = "case"
	DecisionApproval     = "approval"
	DecisionAck          = "ack"
	DecisionLevel        = "level"
	DecisionNotice       = "notice"
	DecisionDeclaration  = "declaration"
	DecisionInventory    = "inventory"
	DecisionVisit        = "visit"
	DecisionStatusNote   = "status-note"
	DecisionStatement    = "statement"
	DecisionConfirmation = "confirmation"
)

// DecisionKinds lists what a person can put on record.
func DecisionKinds() []string {
	return []string{DecisionCase, DecisionApproval, DecisionAck, DecisionLevel, DecisionNotice, DecisionDeclaration,
		DecisionInventory, DecisionVisit, DecisionStatusNote, DecisionStatement, DecisionConfirmation}
}

// NothingYet is what Decision.Expect says where the subject must have no record
// yet.
const NothingYet uint64 = math.MaxUint64

// Decision is what a person put on record about a subject: a step of a case, an
// approval, an acknowledgement, a declaration. Nothing of it is ever changed;
// what comes later about the same subject is a record of its own.
type Decision struct {
	Of       string               `json:"of"`                 // the subject's id: "C-…", "F-…", of a level, a site
	What     string               `json:"what"`               // one of DecisionKinds
	By       string               `json:"by"`                 // who: an account, or a person's office
	Role     string               `json:"role"`               // in which role
	At       time.Time            `json:"at"`                 // when, UTC; zero: now
	Reasons  string               `json:"reasons,omitempty"`  // why, in words
	Handling observation.Handling `json:"handling,omitempty"` // who may see it; empty: publish.Default
	// Key makes a repeat harmless: the same key with the same content is the
	// record that there is already. It is unique in the workspace; empty: none.
	Key string `json:"key,omitempty"`
	// Data is what the subject's own package adds, as JSON; nil: nothing.
	Data json.RawMessage `json:"data,omitempty"`
	// Replaces is the record whose place this one takes after persons' data
	// were erased from it; 0: none.
	Replaces uint64 `json:"replaces,omitempty"`

	// Expect is the last record of this subject that the author has seen
	// (NothingYet: none); with another one since, nothing is recorded and the
	// error is a Conflict. 0: whatever there is.
	Expect uint64 `json:"-"`
	// Record is its number in the journal, once it is there.
	Record uint64 `json:"-"`
}

// MarshalJSON writes the decision with the number of its record.
func (d Decision) MarshalJSON() ([]byte, error) {
	type body Decision
	return json.Marshal(struct {
		body
		Record uint64 `json:"record,omitempty"`
	}{body(d), d.Record})
}

// ErrConflict is what errors.Is finds in the error of Decide where somebody
// else was first.
var ErrConflict = errors.New("somebody else has put something on record in the meantime")

// ErrKey is wrapped by the error for a key under which something else is on
// record.
var ErrKey = errors.New("a new record needs a new key")

// Conflict says who was first.
type Conflict struct {
	Of       string
	Expected uint64
	Last     *Decision // nil: the subject has no record
}

// Error names who wrote last, what and when.
func (c *Conflict) Error() string {
	if c.Last == nil {
		return fmt.Sprintf("%s: record %d was expected to be the last of it, and it has none", c.Of, c.Expected)
	}
	text := fmt.Sprintf("%s: %s (%s) has put a record of kind %s there at %s (record %d)", c.Of, c.Last.By, c.Last.Role, c.Last.What,
		c.Last.At.Format(time.RFC3339), c.Last.Record)
	if c.Expected == NothingYet {
		return text + "; it was expected to have none"
	}
	return fmt.Sprintf("%s since record %d; read it and decide again", text, c.Expected)
}

// Is makes every Conflict an ErrConflict.
func (c *Conflict) Is(target error) bool { return target == ErrConflict }

// Check says what is wrong with a decision, all of it.
func (d *Decision) Check() error {
	var wrong []string
	for _, f := range []struct{ name, value string }{{"of (the subject)", d.Of}, {"what", d.What}, {"by (who)", d.By}, {"role", d.Role}} {
		if strings.TrimSpace(f.value) == "" {
			wrong = append(wrong, f.name+" is missing")
		}
	}
	if d.What != "" && !slices.Contains(DecisionKinds(), d.What) {
		wrong = append(wrong, fmt.Sprintf("what is %q; it can be %s", d.What, strings.Join(DecisionKinds(), ", ")))
	}
	if d.Handling != "" && !observation.KnownHandling(d.Handling) {
		wrong = append(wrong, fmt.Sprintf("handling %q is not a TLP 2.0 label", d.Handling))
	}
	if d.Data != nil && !json.Valid(d.Data) {
		wrong = append(wrong, "data is not JSON")
	}
	if wrong != nil {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

// body is the decision as the journal keeps it.
func (d *Decision) body() ([]byte, error) {
	type body Decision
	return canonical((*body)(d))
}

// digest is by what the decision is found again: its key, or else its content.
func (d *Decision) digest(body []byte) []byte {
	if d.Key != "" {
		return digestOf([]byte("key\x00" + d.Key))
	}
	return contentDigest(body)
}

// reference is how the record is known: by its subject.
func (d *Decision) reference() reference { return reference{d.What, d.Of, d.At, d.Role} }

// Decide puts a decision on record; it is durable when it returns. A repeat
// with the same key and content returns the record that there is.
func (a *App) Decide(ctx context.Context, d Decision) (record uint64, err error) {
	if d.What == DecisionCase {
		return 0, fmt.Errorf("deciding on %s: a case is led by its procedure: take a step in it", d.Of)
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	return a.decide(ctx, d)
}

// decide is Decide for who holds the lock.
func (a *App) decide(ctx context.Context, d Decision) (uint64, error) {
	if a.opt.ReadOnly || a.sealed {
		return 0, errors.New("deciding: the workspace is open for reading only")
	}
	now, undated := a.now(), d.At.IsZero()
	if undated {
		d.At = now
	}
	d.At = d.At.UTC().Truncate(time.Microsecond)
	if err := d.Check(); err != nil {
		return 0, fmt.Errorf("deciding on %s: %w", cmp.Or(d.Of, "nothing"), err)
	}
	if err := a.catchUp(ctx); err != nil {
		return 0, err
	}
	body, err := d.body()
	if err != nil {
		return 0, fmt.Errorf("deciding on %s: %w", d.Of, err)
	}
	if d.Key != "" {
		if seq, ok, err := a.repeated(ctx, &d, body, undated); err != nil || ok {
			return seq, err
		}
	}
	if d.Expect != 0 {
		if err := a.expected(ctx, &d); err != nil {
			return 0, err
		}
	}
	seq, err := a.journal.Append(ctx, []journal.Record{{Kind: kindDecision, Time: now, Body: body}})
	if err != nil {
		return 0, fmt.Errorf("recording a decision on %s: %w", d.Of, err)
	}
	return seq, a.catchUp(ctx)
}

// repeated finds the record with the decision's key. One that did not say when may be
// repeated later.
func (a *App) repeated(ctx context.Context, d *Decision, body []byte, undated bool) (uint64, bool, error) {
	found, ok, err := a.store.DecisionByDigest(ctx, d.digest(body))
	if err != nil || !ok {
		return 0, false, err
	}
	before, ok, err := a.decision(a.journal, found.Seq)
	if err != nil || !ok {
		return 0, false, err
	}
	same := *before
	same.Record = 0
	if undated {
		same.At = d.At
	}
	again, err := same.body()
	if err != nil {
		return 0, false, err
	}
	if !bytes.Equal(again, body) {
		return 0, false, fmt.Errorf("deciding on %s: the key %q is that of record %d by %s, which says something else: %w", d.Of, d.Key, found.Seq, before.By, ErrKey)
	}
	return found.Seq, true, nil
}

// expected holds what the author has seen last against what is there.
func (a *App) expected(ctx context.Context, d *Decision) error {
	last, ok, err := a.store.LastDecision(ctx, d.Of)
	if err != nil {
		return err
	}
	if !ok && d.Expect == NothingYet || ok && last.Seq == d.Expect {
		return nil
	}
	c := &Conflict{Of: d.Of, Expected: d.Expect}
	if ok {
		if c.Last, _, err = a.decision(a.journal, last.Seq); err != nil {
			return err
		}
	}
	return c
}

// Decisions lists what people put on record, in the order in which it happened:
// of one kind (what; empty: all) and about one subject (of; empty: all).
func (a *App) Decisions(ctx context.Context, what, of string) ([]Decision, error) {
	records, err := a.store.Decisions(ctx, what, of)
	if err != nil {
		return nil, err
	}
	out := make([]Decision, 0, len(records))
	cursor := a.journal.Cursor()
	for _, r := range records {
		d, ok, err := a.decision(cursor, r.Seq)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, *d)
		}
	}
	slices.SortStableFunc(out, func(x, y Decision) int {
		return cmp.Compare(cmp.Or(x.Replaces, x.Record), cmp.Or(y.Replaces, y.Record))
	})
	return out, nil
}

// decision reads the decision of a record; not ok: its body was erased or is
// withheld here.
func (a *App) decision(from interface {
	Get(uint64) (journal.Entry, error)
}, seq uint64) (*Decision, bool, error) {
	e, err := from.Get(seq)
	if err != nil || e.Erased {
		return nil, false, err
	}
	d, err := decodeDecision(e.Body)
	if err != nil {
		return nil, false, fmt.Errorf("record %d: %w", seq, err)
	}
	d.Record = seq
	return d, true, nil
}

func decodeDecision(body []byte) (*Decision, error) {
	type plain Decision
	var d plain
	if err := json.Unmarshal(body, &d); err != nil {
		return nil, fmt.Errorf("reading a decision: %w", err)
	}
	d.At = d.At.UTC()
	return (*Decision)(&d), nil
}

// withoutAuthor is a decision without who it was by and why, in place of the
// record from which they are erased.
func (d *Decision) withoutAuthor(record uint64) *Decision {
	out := *d
	out.By, out.Reasons, out.Key, out.Record = redacted, "", "", 0
	out.Replaces = cmp.Or(d.Replaces, record)
	return &out
}
