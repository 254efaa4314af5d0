// Package item knows what a feed yields: observations, lines, areas, reference
// data, and what could not be read and why.
//
// It must not know any format, nor what becomes of an item.
package item

import (
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// Item is one thing read from a file: exactly one of the pointers is set.
type Item struct {
	// File names the file, with the member of an archive after a colon. Row is
	// the line (CSV, JSON Lines) or the element (JSON, GeoJSON) in it, from 1.
	File string
	Row  int

	Observation *observation.Observation
	Line        *Line
	Area        *Area
	Place       *Place
	Site        *Site
	Coverage    *Coverage
	Reference   *Reference
	Declaration *Declaration
	Quarantine  *Quarantine
}

// Kind names which of the pointers is set: "observation", "line", "area",
// "place", "site", "coverage", "reference", "declaration" or "quarantine".
func (i *Item) Kind() string {
	switch {
	case i.Observation != nil:
		return "observation"
	case i.Line != nil:
		return "line"
	case i.Area != nil:
		return "area"
	case i.Place != nil:
		return "place"
	case i.Site != nil:
		return "site"
	case i.Coverage != nil:
		return "coverage"
	case i.Reference != nil:
		return "reference"
	case i.Declaration != nil:
		return "declaration"
	case i.Quarantine != nil:
		return "quarantine"
	}
	return ""
}

// Quarantine is a row that could not be read, kept so that nothing is lost.
type Quarantine struct {
	Source string `json:"source,omitempty"`
	File   string `json:"file"`
	Row    int    `json:"row"` // as in Item
	Reason string `json:"reason"`
	Raw    string `json:"raw,omitempty"` // the row, at most MaxRaw bytes, valid UTF-8
}

// MaxRaw is how much of a quarantined row is kept, in bytes.
const MaxRaw = 2000

// Line is a line's course as a source gives it from an instant on.
type Line struct {
	Source  string
	Ref     string
	Line    string // which line of the agreement, as the file names it
	From    time.Time
	Parts   []geo.Polyline
	Left    string // the party on the left along Parts, if said
	Right   string
	RadiusM float64 // how far the true line may lie, 95 %, metres
}

// Area is a named area, or with From one that somebody controls from then on.
type Area struct {
	Source     string
	Ref        string
	Name       string
	From       time.Time // UTC; zero: not dated, a boundary
	HeldBy     string    // as the source names it, if it does
	Line       string    // which line of the agreement its edge is a course of, as the file names it
	Area       geo.MultiPolygon
	RadiusM    float64           // how far the true edge may lie from this one, 95 %, metres; 0: the source does not say
	Properties map[string]string // what the file said beyond this type
	Caveats    []string          // for example "includes-sea"
}

// Place is a settlement of a gazetteer.
type Place struct {
	Source   string
	Ref      string
	Name     string
	Area     string // administrative area it lies in
	Position geo.Point
	People   int // who live there; 0: the source does not say
}

// Site is an object that terms may protect, such as a power plant.
type Site struct {
	Source     string
	Ref        string
	Name       string
	Kind       string // "power-plant"
	Position   geo.Point
	RadiusM    float64 // 95 %, metres, as far as the source's method tells
	Properties map[string]string
	Caveats    []string
}

// Coverage says that a source watched, so that its silence means something.
type Coverage struct {
	Source     string
	From, To   time.Time // UTC
	Detections int       // in the area the file is about
	Properties map[string]string
}

// Reference is a row about the world that is no observation, such as an entry
// in an index of agreements.
type Reference struct {
	Source     string
	Ref        string
	Kind       string // "agreement"
	Title      string
	Date       time.Time // UTC midnight of the day
	URL        string
	Properties map[string]string
}

// Declaration is what somebody declared: a base, a unit, a host's consent, an
// approval, how firm a pledge is, a position. What its words mean is for who
// reads it; Kind tells which of them count. As JSON it is also what a record of a
// declaration holds.
type Declaration struct {
	Source string    `json:"source,omitempty"`
	Ref    string    `json:"ref,omitempty"`
	Kind   string    `json:"kind"`
	Of     string    `json:"of,omitempty"` // what it is about: a thing, a party, an id of the agreement
	Is     string    `json:"is,omitempty"` // yes, no, unknown, or a word of the agreement's language
	Name   string    `json:"name,omitempty"`
	By     string    `json:"by,omitempty"`  // who declares, where that is not the source
	From   time.Time `json:"from,omitzero"` // UTC
	Until  time.Time `json:"until,omitzero"`

	Party      string `json:"party,omitempty"`
	Host       string `json:"host,omitempty"`
	Force      string `json:"force,omitempty"`
	Weapon     string `json:"weapon,omitempty"`
	Agrees     string `json:"agrees,omitempty"` // yes or no
	Commitment string `json:"commitment,omitempty"`

	Position *geo.Point `json:"position,omitempty"`
	RadiusM  float64    `json:"radius_m,omitempty"` // 95 %, metres
	Count    int        `json:"count,omitempty"`
	CountMin int        `json:"count_min,omitempty"`
	CountMax int        `json:"count_max,omitempty"`

	Issue   string `json:"issue,omitempty"`
	Stance  string `json:"stance,omitempty"`
	Speaker string `json:"speaker,omitempty"`
	Quote   string `json:"quote,omitempty"`
	Lang    string `json:"lang,omitempty"` // of text and quote

	Text     string `json:"text,omitempty"`
	URL      string `json:"url,omitempty"`
	Handling string `json:"handling,omitempty"` // TLP label
}

// Reader yields items; after the last it returns io.EOF. What is wrong with
// one row is a Quarantine; an error ends the file.
type Reader interface {
	Next() (Item, error)
}
