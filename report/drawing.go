package report

import "strconv"

// drawing is a list of marks in points from the top left corner; each writer
// draws it in its own way.
type drawing struct {
	id    string
	w, h  float64
	title string // what a screen reader says
	desc  string
	marks []mark
}

type pt struct{ x, y float64 }

// mark is a path, a circle, a text, or the begin or end of a clipped part.
type mark struct {
	kind markKind

	paths  [][]pt // path: several make holes (even-odd)
	closed bool

	at pt      // circle, text, clip
	r  float64 // circle
	to pt      // clip: opposite corner

	fill        string // #rrggbb; empty: none
	fillOpacity float64
	stroke      string
	width       float64
	opacity     float64 // of the stroke; 0 means 1
	dash        []float64

	text   string
	size   float64
	anchor string // start, middle, end
	bold   bool
	italic bool
	halo   bool // a white rim, to be read on lines

	href  string
	title string // tooltip
}

type markKind int

const (
	pathMark markKind = iota
	circleMark
	textMark
	clipMark
	unclipMark
)

func (d *drawing) add(m mark) { d.marks = append(d.marks, m) }

func (d *drawing) line(a, b pt, stroke string, width float64, dash ...float64) {
	d.add(mark{kind: pathMark, paths: [][]pt{{a, b}}, stroke: stroke, width: width, dash: dash})
}

func (d *drawing) rect(x, y, w, h float64, fill, stroke string, width float64) {
	d.add(mark{kind: pathMark, closed: true, paths: [][]pt{{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}},
		fill: fill, fillOpacity: 1, stroke: stroke, width: width})
}

func (d *drawing) label(x, y float64, s, anchor string, size float64) {
	d.add(mark{kind: textMark, at: pt{x, y}, text: s, anchor: anchor, size: size, fill: inkColour})
}

// The palette is that of Okabe and Ito (2008), told apart by people with the
// common kinds of colour blindness; nothing is said by colour alone.
const (
	inkColour        = "#1b1f24"
	greyColour       = "#6b7178"
	faintColour      = "#c9ced4"
	breachColour     = "#d55e00" // vermillion
	undeterminedTint = "#0072b2" // blue
	exceptedColour   = "#009e73" // bluish green
	consistentColour = "#5f666d"
	noneColour       = "#8a9099"
	zoneColour       = "#cc79a7" // reddish purple
	watchColour      = "#56b4e9" // sky blue
	orangeColour     = "#e69f00"
)

// fixed writes a coordinate with one decimal at most.
func fixed(b []byte, x float64) []byte {
	if x > -0.05 && x < 0.05 {
		return append(b, '0')
	}
	b = strconv.AppendFloat(b, x, 'f', 1, 64)
	if n := len(b); n > 2 && b[n-1] == '0' && b[n-2] == '.' {
		b = b[:n-2]
	}
	return b
}
