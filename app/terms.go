package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/store/sqlite"
	"github.com/truce-monitor/truce/zone"
)

// The kinds of records.
const (
	kindSoftware    = "software"
	kindAgreement   = "agreement"
	kindObservation = "observation"
	kindLine        = "line"
	kindArea        = "area"
	kindPlace       = "place"
	kindSite        = "site"
	kindCoverage    = "coverage"
	kindReference   = "reference"
	kindQuarantine  = "quarantine"
	kindRedaction   = "redaction"
	kindDeclaration = "declaration" // of a state or body
	kindDecision    = "decision"    // of a person about a subject
)

// agreementRecord is the body of an agreement's record: the terms and the
// files that they name, so that nothing outside the journal is needed.
type agreementRecord struct {
	Agreement json.RawMessage            `json:"agreement"`
	Files     map[string]json.RawMessage `json:"files,omitempty"`
	Version   string                     `json:"version"`
}

// softwareRecord says which program wrote what follows.
type softwareRecord struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// recordAgreement puts the workspace's agreement into the journal if it is not
// the last one recorded.
func (a *App) recordAgreement(ctx context.Context) error {
	path := filepath.Join(a.dir, AgreementFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	terms, problems := agreement.Parse(path, data)
	if agreement.Failed(problems) {
		return Problems(problems)
	}
	r := agreementRecord{Agreement: terms.Canonical(), Version: terms.Version(), Files: map[string]json.RawMessage{}}
	for _, f := range agreement.Files(terms) {
		data, err := os.ReadFile(filepath.Join(a.dir, filepath.FromSlash(f.Name)))
		if err != nil {
			return fmt.Errorf("%s:%d:%d: reading %s, which the agreement names: %w", f.File, f.Line, f.Column, f.Name, err)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))); err != nil {
			return fmt.Errorf("%s:%d:%d: %s, which the agreement names: %w", f.File, f.Line, f.Column, f.Name, err)
		}
		r.Files[f.Name] = compact.Bytes()
	}
	body, err := canonical(r)
	if err != nil {
		return fmt.Errorf("recording the agreement: %w", err)
	}
	digest := contentDigest(body)
	last, ok, err := a.store.LastRecord(ctx, kindAgreement, "", terms.ID)
	if err != nil {
		return err
	}
	current, err := a.store.Records(ctx, kindAgreement)
	if err != nil {
		return err
	}
	if ok && bytes.Equal(last.Digest, digest) && current[len(current)-1].Seq == last.Seq {
		return nil
	}
	// Whether zones and lines can be made is asked before it is on record.
	lines, err := zone.Lines(terms, os.DirFS(a.dir))
	if err != nil {
		return err
	}
	if _, err := zone.New(terms, lines, os.DirFS(a.dir)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	software, err := canonical(softwareRecord{"truce", Version})
	if err != nil {
		return err
	}
	now := a.now()
	if _, err := a.journal.Append(ctx, []journal.Record{{Kind: kindSoftware, Time: now, Body: software}, {Kind: kindAgreement, Time: now, Body: body}}); err != nil {
		return fmt.Errorf("recording the agreement: %w", err)
	}
	if ok {
		a.log.Info("the agreement has changed: recorded it and judging again", "version", terms.Version())
	}
	return a.catchUp(ctx)
}

// load makes the terms, lines and zones in force from the journal.
func (a *App) load(ctx context.Context) error {
	records, err := a.store.Records(ctx, kindAgreement)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return fmt.Errorf("no agreement is on record; open the workspace for writing once")
	}
	a.recorded = records[len(records)-1].Seq
	e, err := a.journal.Get(a.recorded)
	if err != nil {
		return err
	}
	var r agreementRecord
	if err := json.Unmarshal(e.Body, &r); err != nil {
		return fmt.Errorf("reading the agreement's record %d: %w", a.recorded, err)
	}
	read := agreement.FromCanonical
	if a.sealed {
		read = soundTerms
	}
	if a.agreement, err = read(r.Agreement); err != nil {
		return fmt.Errorf("reading the agreement's record %d: %w", a.recorded, err)
	}
	a.files = folder(r.Files)
	a.forgetPicture()
	return nil
}

// place makes the lines, zones and the judge, which many questions do without.
func (a *App) place(ctx context.Context) error {
	a.placing.Lock()
	defer a.placing.Unlock()
	return a.placeLocked(ctx)
}

func (a *App) placeLocked(ctx context.Context) error {
	if a.zones != nil {
		return nil
	}
	var err error
	if a.lines, err = zone.Lines(a.agreement, a.files); err != nil {
		return err
	}
	if a.areas, err = areasOf(a.agreement, a.files); err != nil {
		return err
	}
	if err := a.importedLines(ctx); err != nil {
		return err
	}
	if a.zones, err = zone.New(a.agreement, a.lines, a.files); err != nil {
		return err
	}
	a.epochs, a.drawn = a.zones.Epochs(), map[int]*geo.Features{}
	return nil
}

// displace forgets them, since terms or lines have changed.
func (a *App) displace() {
	a.cases.forget()
	a.placing.Lock()
	defer a.placing.Unlock()
	a.lines, a.control, a.areas, a.zones, a.epochs, a.drawn, a.moved = nil, nil, nil, nil, nil, nil, nil
}

// fromHeld takes the line from the version's held area.
func fromHeld(v *line.Version, l *agreement.Line, border *geo.LineIndex) error {
	parts, err := line.FromHeldArea(v.Held, line.Held{Border: border})
	if err != nil {
		return fmt.Errorf("line %s from %s: %w", v.Line, v.From.Format(time.DateOnly), err)
	}
	v.Parts = parts
	v.Left, v.Right = v.HeldBy, l.Right // the area lies to the left of its edge
	if l.Right == v.HeldBy {
		v.Right = l.Left
	}
	return nil
}

// border is where the areas, taken together, end.
func border(areas []line.Area) *geo.LineIndex {
	land := make([]geo.MultiPolygon, len(areas))
	for i, x := range areas {
		land[i] = x.Land
	}
	return geo.NewLineIndex(line.OuterBoundary(land, 1500))
}

// areasOf reads the administrative areas that the agreement reports by.
func areasOf(terms *agreement.Agreement, files fs.FS) ([]line.Area, error) {
	if terms.Report.AreaFile == "" {
		return nil, nil
	}
	f, err := files.Open(terms.Report.AreaFile)
	if err != nil {
		return nil, fmt.Errorf("the report's areas: %w", err)
	}
	defer f.Close()
	features, err := geo.ReadGeoJSON(f)
	if err != nil {
		return nil, fmt.Errorf("the report's areas: reading %s: %w", terms.Report.AreaFile, err)
	}
	var out []line.Area
	for i, x := range features.Features {
		name, ok := x.Properties[terms.Report.AreaName].(string)
		if !ok {
			return nil, fmt.Errorf("the report's areas: %s: feature %d has no property %q", terms.Report.AreaFile, i+1, terms.Report.AreaName)
		}
		out = append(out, line.Area{Name: name, Land: x.Polygons})
	}
	return out, nil
}

// importedLines adds the versions of lines that came by import.
func (a *App) importedLines(ctx context.Context) error {
	versions, err := a.lineVersions(ctx)
	if err != nil {
		return err
	}
	a.control = nil
	for _, v := range versions {
		l := a.lines[v.Line]
		if l == nil && v.Line == noLine {
			if a.control == nil {
				a.control = &line.Line{ID: noLine}
			}
			l = a.control
		}
		if l != nil {
			if err := l.Add(v); err != nil {
				return fmt.Errorf("line %s by %s/%s: %w", v.Line, v.Source, v.Ref, err)
			}
		}
	}
	return nil
}

// lineVersions reads the versions of lines on record, of each source and
// reference the last.
func (a *App) lineVersions(ctx context.Context) ([]*line.Version, error) {
	records, err := a.store.Records(ctx, kindLine)
	if err != nil {
		return nil, err
	}
	var out []*line.Version
	cursor := a.journal.Cursor()
	for _, r := range current(records) {
		e, err := cursor.Get(r.Seq)
		if err != nil {
			return nil, err
		}
		v, err := line.Decode(e.Body)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", r.Seq, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// current leaves the last version of each source and reference.
func current(records []sqlite.Record) []sqlite.Record {
	type key struct{ source, ref string }
	last := map[key]uint64{}
	for _, r := range records {
		last[key{r.Source, r.Ref}] = r.Seq
	}
	return slices.DeleteFunc(records, func(r sqlite.Record) bool { return last[key{r.Source, r.Ref}] != r.Seq })
}
