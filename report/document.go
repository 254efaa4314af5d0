package report

// document is a report in one language, laid out as blocks that every writer
// draws in its own way; so HTML and PDF say the same by construction.
type document struct {
	lang      string
	title     string
	subtitle  string
	head      []fact // the block of identity under the title
	banner    string // on every page; empty: none
	running   string // in every page's header
	handling  string
	pageOf    string // "page {p} of {n}"
	contents  string // heading of the table of contents
	sections  []section
	signature []string // captions of the lines to sign on
}

// fact is a caption with its value.
type fact struct{ name, value string }

type section struct {
	id        string
	title     string
	landscape bool
	newPage   bool
	blocks    []block
}

// block is a paragraph, table or figure.
type block interface{ block() }

// run is a piece of a paragraph.
type run struct {
	text   string
	href   string // anchor in the document, without #
	strong bool
	code   bool
}

type paragraph struct {
	runs  []run
	style string // "", lead, note, warning
}

type subheading struct{ id, text string }

type bullets struct{ items [][]run }

type column struct {
	name   string
	weight float64 // share of the width
	number bool    // right-aligned
}

type cell struct {
	text   string // lines are parted by \n; the second and later are set smaller
	href   string
	strong bool
	code   bool
	mark   string // result, for a sign before the text: breach, undetermined, ...
}

type row struct {
	id    string
	cells []cell
	total bool
	sub   string // a row that spans the table
}

type table struct {
	id      string
	caption string
	columns []column
	rows    []row
	small   bool
	rowHead bool // the first cell heads its row
}

type figure struct {
	id      string
	caption string
	drawing *drawing
}

// tiles are the day's few head figures, side by side.
type tiles struct{ items []tile }

type tile struct {
	value, name string
	href        string
	notes       []string // what is needed to read the value
	mark        string   // as in cell
}

func (tiles) block()      {}
func (paragraph) block()  {}
func (subheading) block() {}
func (bullets) block()    {}
func (table) block()      {}
func (figure) block()     {}

func text(s string) run              { return run{text: s} }
func strong(s string) run            { return run{text: s, strong: true} }
func para(runs ...run) paragraph     { return paragraph{runs: runs} }
func note(s string) paragraph        { return paragraph{runs: []run{{text: s}}, style: "note"} }
func numberCell(s, href string) cell { return cell{text: s, href: href} }
func plain(s string) cell            { return cell{text: s} }
