package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/feed"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/store/sqlite"
)

// reference is how a record other than an observation is known.
type reference struct {
	source, ref string
	at          time.Time // from when it holds
	label       string
}

// The bodies of such records: what the feed yields, with the names that the
// journal's documentation gives.
type (
	areaRecord struct {
		Source     string            `json:"source"`
		Ref        string            `json:"ref"`
		Name       string            `json:"name,omitempty"`
		From       time.Time         `json:"from,omitzero"`
		HeldBy     string            `json:"held_by,omitempty"`
		Line       string            `json:"line,omitempty"`
		Area       geo.MultiPolygon  `json:"area"`
		RadiusM    float64           `json:"radius_m,omitempty"`
		Properties map[string]string `json:"properties,omitempty"`
		Caveats    []string          `json:"caveats,omitempty"`
	}
	placeRecord struct {
		Source   string    `json:"source"`
		Ref      string    `json:"ref"`
		Name     string    `json:"name"`
		Area     string    `json:"area,omitempty"`
		Position geo.Point `json:"position"`
		People   int       `json:"people,omitempty"`
	}
	siteRecord struct {
		Source     string            `json:"source"`
		Ref        string            `json:"ref"`
		Name       string            `json:"name"`
		Kind       string            `json:"kind,omitempty"`
		Position   geo.Point         `json:"position"`
		RadiusM    float64           `json:"radius_m,omitempty"`
		Properties map[string]string `json:"properties,omitempty"`
		Caveats    []string          `json:"caveats,omitempty"`
	}
	coverageRecord struct {
		Source     string            `json:"source"`
		From       time.Time         `json:"from"`
		To         time.Time         `json:"to"`
		Detections int               `json:"detections"`
		Properties map[string]string `json:"properties,omitempty"`
	}
	referenceRecord struct {
		Source     string            `json:"source"`
		Ref        string            `json:"ref"`
		Kind       string            `json:"kind,omitempty"`
		Title      string            `json:"title,omitempty"`
		Date       time.Time         `json:"date,omitzero"`
		URL        string            `json:"url,omitempty"`
		Properties map[string]string `json:"properties,omitempty"`
	}
)

// reference turns an item that is neither observation nor quarantine into a
// record to be.
func (in *ingest) reference(item *feed.Item) (entry, error) {
	var body any
	e := entry{kind: item.Kind()}
	switch {
	case item.Line != nil:
		l := item.Line
		v, err := in.version(line.Version{From: l.From, Source: l.Source, Ref: l.Ref, Parts: l.Parts, Left: l.Left, Right: l.Right, RadiusM: l.RadiusM}, l.Line)
		if err != nil {
			return e, err
		}
		body, e.record = v, reference{l.Source, l.Ref, l.From, v.Line}
	case item.Area != nil && item.Area.HeldBy != "":
		x := item.Area
		v, err := in.version(line.Version{From: x.From, Source: x.Source, Ref: x.Ref, Held: x.Area, HeldBy: x.HeldBy, RadiusM: x.RadiusM}, x.Line)
		if err != nil {
			return e, err
		}
		e.kind = kindLine
		body, e.record = v, reference{x.Source, x.Ref, x.From, v.Line}
	case item.Area != nil:
		x := item.Area
		if err := x.Area.Check(); err != nil {
			return e, fmt.Errorf("area %s: %w", x.Name, err)
		}
		body, e.record = areaRecord(*x), reference{x.Source, x.Ref, x.From, x.Name}
	case item.Place != nil:
		x := item.Place
		body, e.record = placeRecord(*x), reference{x.Source, x.Ref, time.Time{}, x.Name}
	case item.Site != nil:
		x := item.Site
		body, e.record = siteRecord(*x), reference{x.Source, x.Ref, time.Time{}, x.Name}
	case item.Coverage != nil:
		x := item.Coverage
		body, e.record = coverageRecord(*x), reference{x.Source, x.From.UTC().Format(time.RFC3339) + "/" + x.To.UTC().Format(time.RFC3339), x.From, ""}
	case item.Reference != nil:
		x := item.Reference
		body, e.record = referenceRecord(*x), reference{x.Source, x.Ref, x.Date, x.Title}
	case item.Declaration != nil:
		x := item.Declaration
		if _, err := resolve(in.app.agreement, *x); err != nil {
			return e, err
		}
		body, e.record = x, declarationReference(x)
	default:
		return e, fmt.Errorf("an item with nothing in it")
	}
	var err error
	e.body, err = canonical(body)
	return e, err
}

// declarationReference is how a declaration is known: one from another instant is
// another, one from the same a correction.
func declarationReference(d *Declaration) reference {
	return reference{d.Source, d.Ref + "@" + d.From.UTC().Format(time.RFC3339), d.From, strings.TrimSpace(d.Kind + " " + d.Of)}
}

// border is where the country ends: from the agreement's areas.
func (a *App) border() (*geo.LineIndex, error) {
	areas, err := areasOf(a.agreement, a.files)
	if err != nil {
		return nil, err
	}
	return border(areas), nil
}

// applyRecord puts a record other than an observation into the projections.
func (a *App) applyRecord(b *sqlite.Batch, seq uint64, kind string, r reference, body []byte) error {
	if r.at.IsZero() {
		r.at = time.Unix(0, 0)
	}
	digest := contentDigest(body)
	if kind == kindDecision {
		d, err := decodeDecision(body)
		if err != nil {
			return err
		}
		digest = d.digest(body)
	}
	if err := b.Record(sqlite.Record{Seq: seq, Kind: kind, Source: r.source, Ref: r.ref, At: r.at, Digest: digest, Label: r.label}); err != nil {
		return err
	}
	switch kind {
	case kindAgreement:
		return b.Dirty(time.Unix(0, 0).AddDate(-1000, 0, 0))
	case kindLine:
		return b.Dirty(r.at)
	}
	return nil
}

// referenceOf says how a record of the journal is known.
func referenceOf(e *journal.Entry) (reference, error) {
	var err error
	decode := func(into any) { err = json.Unmarshal(e.Body, into) }
	var r reference
	switch e.Kind {
	case kindSoftware:
		var x softwareRecord
		decode(&x)
		r = reference{"", x.Name, e.Time, x.Version}
	case kindAgreement:
		var x agreementRecord
		if decode(&x); err == nil {
			var terms *agreement.Agreement
			if terms, err = agreement.FromCanonical(x.Agreement); err == nil {
				r = reference{"", terms.ID, e.Time, x.Version}
			}
		}
	case kindLine:
		var x line.Version
		decode(&x)
		r = reference{x.Source, x.Ref, x.From, x.Line}
	case kindArea:
		var x areaRecord
		decode(&x)
		r = reference{x.Source, x.Ref, x.From, x.Name}
	case kindPlace:
		var x placeRecord
		decode(&x)
		r = reference{x.Source, x.Ref, time.Time{}, x.Name}
	case kindSite:
		var x siteRecord
		decode(&x)
		r = reference{x.Source, x.Ref, time.Time{}, x.Name}
	case kindCoverage:
		var x coverageRecord
		decode(&x)
		r = reference{x.Source, x.From.UTC().Format(time.RFC3339) + "/" + x.To.UTC().Format(time.RFC3339), x.From, ""}
	case kindReference:
		var x referenceRecord
		decode(&x)
		r = reference{x.Source, x.Ref, x.Date, x.Title}
	case kindDeclaration:
		var x Declaration
		decode(&x)
		r = declarationReference(&x)
	case kindRedaction:
		var x redactionRecord
		decode(&x)
		r = reference{"", fmt.Sprintf("%x", digestOf(e.Body)[:8]), e.Time, x.Reason}
	case kindDecision:
		var d *Decision
		if d, err = decodeDecision(e.Body); err == nil {
			r = d.reference()
		}
	case kindQuarantine:
		var x feed.Quarantine
		decode(&x)
		r = reference{x.Source, fmt.Sprintf("%x", digestOf(e.Body)[:8]), e.Time, fmt.Sprintf("%s: row %d: %s", x.File, x.Row, x.Reason)}
	default:
		err = fmt.Errorf("a kind that this program does not know; a newer one wrote it")
	}
	return r, err
}
