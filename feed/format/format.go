// Package format knows what a format of a feed is: how it is recognised, how
// it is credited and how it is opened. The formats themselves are its siblings.
package format

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/truce-monitor/truce/feed/item"
)

// Format is a kind of file.
type Format struct {
	Name   string // for --format
	Title  string // for people
	Credit string // what whoever uses the data must or should say; may be empty
	// Detect tells from a file's beginning how specifically it is recognised:
	// 0 is not at all; the highest wins.
	Detect func(*Head) int
	// Open reads the file. The reader may yield items before it notices that
	// something is wrong.
	Open func(*Input) (item.Reader, error)
}

// Options are what the user says about a file.
type Options struct {
	Source string // who reports; empty: as the format or the row says
	// Location is the time zone of times that come without one and of days;
	// nil is UTC.
	Location *time.Location
}

// Zone is Location or UTC.
func (o Options) Zone() *time.Location {
	if o.Location == nil {
		return time.UTC
	}
	return o.Location
}

// Input is a file to read: UTF-8 without a byte order mark (single rows may
// still hold other bytes), unpacked.
type Input struct {
	R    io.Reader
	Name string // file name without folder, .gz and .zip
	Head *Head
	Options
}

// SourceOr is the source the user named, or else the format's own.
func (in *Input) SourceOr(own string) string {
	if in.Source != "" {
		return in.Source
	}
	return own
}

// Head is the beginning of a file.
type Head struct {
	Name    string   // as Input.Name
	Text    []byte   // the first bytes, UTF-8
	Columns []string // of the first line read as a table, lower case; nil for JSON
	Delim   byte     // between them: , ; tab or |
}

// NewHead looks at the first bytes of a file.
func NewHead(name string, text []byte) *Head {
	h := &Head{Name: name, Text: text}
	if t := bytes.TrimLeft(text, " \t\r\n"); len(t) == 0 || t[0] == '{' || t[0] == '[' {
		return h
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	h.Delim = ','
	most := 0
	for _, d := range []byte{',', ';', '\t', '|'} {
		if n := bytes.Count(line, []byte{d}); n > most {
			h.Delim, most = d, n
		}
	}
	for _, c := range bytes.Split(line, []byte{h.Delim}) {
		h.Columns = append(h.Columns, strings.ToLower(strings.Trim(strings.TrimSpace(string(c)), `"`)))
	}
	return h
}

// Has tells whether the table has all these columns (lower case).
func (h *Head) Has(columns ...string) bool {
	for _, want := range columns {
		found := false
		for _, c := range h.Columns {
			found = found || c == want
		}
		if !found {
			return false
		}
	}
	return len(columns) > 0
}

// IfHas is a Detect that asks for columns; more columns are more specific.
func IfHas(columns ...string) func(*Head) int {
	return func(h *Head) int {
		if h.Has(columns...) {
			return len(columns)
		}
		return 0
	}
}

// JSON tells whether the file is JSON, by its first byte.
func (h *Head) JSON() bool { return h.Columns == nil && len(bytes.TrimLeft(h.Text, " \t\r\n")) > 0 }
