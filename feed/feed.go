// Package feed turns files of any known format into observations, lines, areas
// and reference data. A file's format is recognised by its content; gzip, zip,
// byte order marks and other encodings are taken off first; memory stays flat
// whatever the size of the file. What cannot be read comes out as a
// quarantined row with its reason, and the rest goes on.
//
// It must not know storage or the meaning of an agreement. Each format is a
// package of its own below this one.
package feed

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
)

// What a Stream yields; see package item.
type (
	Item        = item.Item
	Quarantine  = item.Quarantine
	Line        = item.Line
	Area        = item.Area
	Place       = item.Place
	Site        = item.Site
	Coverage    = item.Coverage
	Reference   = item.Reference
	Declaration = item.Declaration
)

// ErrUnknownFormat is wrapped by Open's error for a file that no format
// recognises.
var ErrUnknownFormat = errors.New("not a format that truce knows")

// Options are what the user says about a file. The zero value is good.
type Options struct {
	// Format forces a format by name instead of recognising it.
	Format string
	// Source names who reports, instead of what the format or row says.
	Source string
	// Encoding names the text's encoding (as the web does: "windows-1251",
	// "utf-16le") where it is neither UTF-8 nor marked nor Windows-1252.
	Encoding string
	// Location is the time zone of days and of times without a zone, usually
	// the agreement's; nil is UTC.
	Location *time.Location
	// Now is the clock against which dates are in the future (UTC); zero: do
	// not ask.
	Now time.Time
	// Area is the box of interest, west, south, east, north in degrees WGS84,
	// by which swapped latitude and longitude are recognised; zero: do not ask.
	Area [4]float64
}

// Stream yields the items of one file. Close it.
type Stream struct {
	// Format and Source are of the file being read; in an archive they change
	// from member to member. Source is empty where each row names its own.
	Format string
	Source string
	Credit string // what whoever uses the data must or should say

	name    string
	opt     Options
	members members
	file    string
	current item.Reader
	refused error // why an archive's first member can't be read
	done    bool
}

// Open recognises the file and prepares to read it. name is the file's name,
// which some formats carry the date in. If r is an *os.File or the like
// (io.ReaderAt and io.Seeker) a zip archive is read in place, otherwise by way
// of a temporary file.
//
// An error means that nothing at all can be read; what is wrong further on
// comes out of Next as quarantine.
func Open(r io.Reader, name string, opt Options) (*Stream, error) {
	if opt.Format != "" && formatNamed(opt.Format) == nil {
		return nil, fmt.Errorf("there is no format %q; there are %s", opt.Format, strings.Join(Names(), ", "))
	}
	m, err := unpack(r, name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	s := &Stream{name: name, opt: opt, members: m}
	if err := s.advance(); err != nil {
		if _, several := m.(*archive); several && err != io.EOF { // what follows may be good
			s.refused = err
			return s, nil
		}
		m.Close()
		if err == io.EOF {
			err = errors.New("the file is empty")
		}
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return s, nil
}

// Close releases what reading needed, but not the reader given to Open.
func (s *Stream) Close() error { return s.members.Close() }

// advance opens the next member.
func (s *Stream) advance() error {
	m, err := s.members.Next()
	if err != nil {
		return err
	}
	s.file = m.name
	text, err := decodeText(m.r, s.opt.Encoding)
	if err != nil {
		return err
	}
	head, rest, err := peek(text)
	if err != nil {
		return err
	}
	h := format.NewHead(baseName(m.name), head)
	f, err := s.recognise(h)
	if err != nil {
		return err
	}
	in := &format.Input{R: rest, Name: h.Name, Head: h, Options: format.Options{Source: s.opt.Source, Location: s.opt.Location}}
	s.current, err = f.Open(in)
	if err != nil {
		return fmt.Errorf("as %s: %w", f.Title, err)
	}
	s.Format, s.Credit, s.Source = f.Name, f.Credit, s.opt.Source
	return nil
}

func (s *Stream) recognise(h *format.Head) (*format.Format, error) {
	if s.opt.Format != "" {
		return formatNamed(s.opt.Format), nil
	}
	var best *format.Format
	most := 0
	for _, f := range formats() {
		if n := f.Detect(h); n > most {
			best, most = f, n
		}
	}
	if best == nil {
		return nil, unknown(h)
	}
	return best, nil
}

// Next returns the next item; io.EOF ends. Any other error is of the machine
// (a disk that fails), not of the file's content.
func (s *Stream) Next() (Item, error) {
	if err := s.refused; err != nil {
		s.refused = nil
		return s.quarantine(0, err.Error(), ""), nil
	}
	for {
		if s.done {
			return Item{}, io.EOF
		}
		if s.current == nil {
			switch err := s.advance(); {
			case err == io.EOF:
				s.done = true
				continue
			case err != nil:
				// One member of an archive is no reason to drop the others.
				return s.quarantine(0, err.Error(), ""), nil
			}
		}
		it, err := s.current.Next()
		switch {
		case err == io.EOF:
			s.current = nil
			continue
		case err != nil:
			s.current = nil
			return s.quarantine(it.Row, broken(err, s.members), ""), nil
		}
		it.File = s.file
		if q := it.Quarantine; q != nil {
			q.File, q.Source = s.file, s.opt.Source
			if len(q.Raw) > item.MaxRaw {
				q.Raw = strings.ToValidUTF8(q.Raw[:item.MaxRaw], "")
			}
			return it, nil
		}
		if o := it.Observation; o != nil {
			if s.Source == "" {
				s.Source = o.Source
			}
			if err := o.Check(s.opt.Now, s.opt.Area); err != nil {
				return s.quarantine(it.Row, err.Error(), rawOf(o)), nil
			}
		}
		return it, nil
	}
}

func (s *Stream) quarantine(row int, reason, raw string) Item {
	return Item{File: s.file, Row: row, Quarantine: &Quarantine{Source: s.opt.Source, File: s.file, Row: row, Reason: reason, Raw: raw}}
}

// Names lists the formats for --format, sorted.
func Names() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// Formats lists the formats in the order of their names.
func Formats() []format.Format {
	var list []format.Format
	for _, f := range formats() {
		list = append(list, *f)
	}
	slices.SortFunc(list, func(a, b format.Format) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func formatNamed(name string) *format.Format {
	for _, f := range formats() {
		if f.Name == name {
			return f
		}
	}
	return nil
}
