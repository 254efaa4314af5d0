package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/feed"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/zone"
)

// changedTerms reads the terms to replay under.
func (a *App) changedTerms(path string) (*agreement.Agreement, fs.FS, error) {
	if path == "" {
		return a.agreement, a.files, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	terms, problems := agreement.Parse(path, data)
	if agreement.Failed(problems) {
		return nil, nil, Problems(problems)
	}
	return terms, os.DirFS(filepath.Dir(path)), nil
}

// changedZones makes lines and zones under the changed terms, with imported
// lines and those of files.
func (a *App) changedZones(ctx context.Context, terms *agreement.Agreement, files fs.FS, paths []string) (*zone.Set, error) {
	lines, err := zone.Lines(terms, files)
	if err != nil {
		return nil, err
	}
	versions, err := a.lineVersions(ctx)
	if err != nil {
		return nil, err
	}
	in := &ingest{app: a, dry: true}
	for _, path := range paths {
		more, err := in.lineFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for _, v := range more {
			versions = slices.DeleteFunc(versions, func(x *line.Version) bool { return x.Source == v.Source && x.Ref == v.Ref && v.Ref != "" })
			versions = append(versions, v)
		}
	}
	for _, v := range versions {
		if l := lines[v.Line]; l != nil {
			if err := l.Add(v); err != nil {
				return nil, err
			}
		}
	}
	return zone.New(terms, lines, files)
}

// lineFile reads the line versions of a file; anything else in it is an error.
func (in *ingest) lineFile(path string) ([]*line.Version, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := feed.Open(f, filepath.Base(path), feed.Options{Location: in.app.agreement.Location(), Now: in.app.now()})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var out []*line.Version
	for {
		item, err := s.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			if err == nil && len(out) == 0 {
				err = errors.New("it holds no line version")
			}
			return out, err
		}
		if q := item.Quarantine; q != nil {
			return nil, fmt.Errorf("row %d: %s", q.Row, q.Reason)
		}
		e, err := in.reference(&item)
		if err != nil {
			return nil, err
		}
		if e.kind != kindLine {
			return nil, fmt.Errorf("it holds a record of kind %s; expected line versions only", e.kind)
		}
		v, err := line.Decode(e.body)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
}
