package picture

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// Box is west, south, east and north in degrees WGS84; where west is greater
// than east it reaches over the antimeridian.
type Box [4]float64

func (b *Box) holds(lat, lon int32) bool {
	x, y := float64(lon)/1e7, float64(lat)/1e7
	if y < b[1] || y > b[3] {
		return false
	}
	if b[0] > b[2] {
		return x >= b[0] || x <= b[2]
	}
	return x >= b[0] && x <= b[2]
}

// Query chooses incidents as an audience may see them. The zero Query is that
// of an audience with the zero policy, which sees TLP:CLEAR only.
type Query struct {
	Policy agreement.Policy // of the audience
	Now    time.Time        // for the policy's delay, UTC

	Since, Until time.Time // From in [Since, Until); zero: open
	Box          *Box      // nil: anywhere or nowhere
	Activity     string    // empty: any, as with the following
	Severity     string
	Provisions   []string // a finding under one of these, and with
	Result       string   // this result
	Party        string   // responsible by the gravest finding
	Incident     string

	Limit  int    // 0: all
	Cursor string // what List gave as next
}

// ErrCursor is wrapped by the error for a cursor that List did not give.
var ErrCursor = fmt.Errorf("this is no place in a list; begin at its start")

// sieve is a query made ready for one picture. The picture is locked while it
// is used.
type sieve struct {
	words        *words
	since, until int64
	box          *Box
	grid         float64
	latest       int64  // To at the most; 0: any
	see          []bool // by the word of the handling
	found        []bool // by the word of the findings; nil: any
	columns      []want
	incident     *incident.Key
	hidesParty   bool
	nothing      bool
	spans        [][2]uint64 // of keys that cover the box
	query        string      // all that it asks for but time and place
}

type want struct {
	column, word uint32
}

// The columns of want, as row.columns numbers them.
const (
	activityColumn = 0
	severityColumn = 3
	partyColumn    = 6
)

const noTime = int64(^uint64(0) >> 1)

func (p *Picture) sieve(q *Query) *sieve {
	s := &sieve{words: &p.words, since: -noTime, until: noTime, box: q.Box, grid: q.Policy.RoundM, see: make([]bool, len(p.words.text)),
		hidesParty: publish.Withholds(q.Policy, publish.FieldParty)}
	if !q.Since.IsZero() {
		s.since = q.Since.UnixMicro()
	}
	if !q.Until.IsZero() {
		s.until = q.Until.UnixMicro()
	}
	if d := q.Policy.Delay.Duration; d > 0 {
		s.latest = q.Now.Add(-d).UnixMicro()
		s.until = min(s.until, s.latest+1)
	}
	for n, text := range p.words.text {
		s.see[n] = publish.Sees(q.Policy, observation.Handling(text))
	}
	for _, w := range []struct {
		column uint32
		text   string
	}{{activityColumn, q.Activity}, {severityColumn, q.Severity}, {partyColumn, q.Party}} {
		if w.text == "" {
			continue
		}
		n, ok := p.words.number[w.text]
		if !ok || w.column == partyColumn && s.hidesParty {
			s.nothing = true
		}
		s.columns = append(s.columns, want{w.column, n})
	}
	if len(q.Provisions) > 0 || q.Result != "" {
		s.found = make([]bool, len(p.words.text))
	}
	if q.Incident != "" {
		k, err := incident.ParseKey(q.Incident)
		s.incident, s.nothing = &k, s.nothing || err != nil
	}
	s.findings(q)
	if b := q.Box; b != nil {
		s.spans = [][2]uint64{{0, 1 << (2 * finest)}}
		if b[0] <= b[2] {
			s.spans = cover(mercator(b[1], b[0]), mercator(b[3], b[2]))
		}
	}
	s.query = fmt.Sprintf("%q", []string{q.Policy.Handling, strconv.FormatFloat(s.grid, 'g', -1, 64), q.Activity, q.Severity, q.Result, q.Party, strings.Join(q.Provisions, " ")})
	return s
}

// findings marks the words of findings that meet the query.
func (s *sieve) findings(q *Query) {
	if s.found == nil {
		return
	}
	for n, text := range s.words.text {
		if !strings.HasPrefix(text, " ") {
			continue
		}
		s.found[n] = slices.ContainsFunc(strings.Fields(text), func(f string) bool {
			provision, result, _ := strings.Cut(f, "=")
			return (len(q.Provisions) == 0 || slices.Contains(q.Provisions, provision)) && (q.Result == "" || q.Result == result)
		})
	}
}

// misses reports whether nothing of a segment can pass.
func (s *sieve) misses(g *part) bool {
	if s.nothing || g.newest < s.since || g.oldest >= s.until {
		return true
	}
	return slices.ContainsFunc(s.columns, func(w want) bool { return !g.has[w.word] })
}

// passes is the question for every row; the box is asked beside it.
func (s *sieve) passes(r *row) bool {
	if r.From < s.since || r.From >= s.until || s.latest != 0 && r.To > s.latest || !s.see[r.Handling] {
		return false
	}
	for _, w := range s.columns {
		var is uint32
		switch w.column {
		case activityColumn:
			is = r.Activity
		case severityColumn:
			is = r.Severity
		default:
			is = r.Party
		}
		if is != w.word {
			return false
		}
	}
	return (s.found == nil || s.found[r.Found]) && (s.incident == nil || *s.incident == r.ID)
}

// Shows reports whether a policy lets its audience know now of an incident that
// ended at an instant and bears a label.
func Shows(policy agreement.Policy, now, to time.Time, handling observation.Handling) bool {
	if d := policy.Delay.Duration; d > 0 && to.After(now.Add(-d)) {
		return false
	}
	return publish.Sees(policy, handling)
}

// passesAt is passes for a row of a part, with its place.
func (s *sieve) passesAt(x *part, g *ground, at int) bool {
	r := &x.rows[at]
	return s.passes(r) && !x.hides(at) && (s.box == nil || r.Radius > 0 && s.box.holds(g.lat[at], g.lon[at]))
}

// show is a row as the audience may see it.
func (s *sieve) show(r *row) Summary {
	out := s.words.unpack(r)
	if r.Radius > 0 && s.grid > 0 {
		p := publish.Round(observation.Position{Lat: *out.Lat, Lon: *out.Lon, Radius: out.RadiusM}, s.grid)
		out.place(p.Lat, p.Lon, p.Radius)
	}
	if s.hidesParty {
		out.Party = ""
	}
	return out
}

// List returns the newest incidents first, and the cursor behind the last of
// them, "" at the end.
func (p *Picture) List(q Query) (rows []Summary, next string, err error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	s := p.sieve(&q)
	after := row{From: noTime, ID: incident.Key{255}}
	if q.Cursor != "" {
		if after, err = place(q.Cursor); err != nil {
			return nil, "", err
		}
	}
	m := merge{sieve: s, waiting: p.parts, after: after}
	for r := m.next(); r != nil; r = m.next() {
		if q.Limit > 0 && len(rows) == q.Limit {
			last := &rows[len(rows)-1]
			return rows, cursor(last), nil
		}
		rows = append(rows, s.show(r))
	}
	return rows, "", nil
}

func cursor(s *Summary) string {
	return strconv.FormatInt(s.From.UnixMicro(), 36) + "." + strings.TrimPrefix(s.ID, "I-")
}

func place(cursor string) (row, error) {
	at, id, _ := strings.Cut(cursor, ".")
	from, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return row{}, fmt.Errorf("cursor %q: %w", cursor, ErrCursor)
	}
	k, err := incident.ParseKey("I-" + id)
	if err != nil {
		return row{}, fmt.Errorf("cursor %q: %w", cursor, ErrCursor)
	}
	return row{From: from, ID: k}, nil
}

// merge yields the rows of all segments that pass, the newest first.
type merge struct {
	sieve   *sieve
	waiting []*part // not begun, the one with the newest row first
	open    []run
	after   row
}

// run is a part's rows in turn.
type run struct {
	part   *part
	ground *ground // nil: nobody asks for the place
	only   []int32 // the rows that may lie in the box, rising; nil: all
	at     int     // of the rows, or of only
	end    int
}

// run begins with the first of a part's rows that passes behind a row; false if
// none does.
func (s *sieve) run(x *part, after row) (r run, ok bool) {
	r = run{part: x, end: len(x.rows)}
	if until := (row{From: s.until}); newer(after, until) < 0 { // a From of until itself is out
		after = until
	}
	r.at, _ = slices.BinarySearchFunc(x.rows, after, newer)
	for r.at < r.end && newer(x.rows[r.at], after) <= 0 {
		r.at++
	}
	if s.incident != nil {
		i, ok := x.find(*s.incident)
		if !ok || i < r.at {
			return r, false
		}
		r.at, r.end = i, i+1
	}
	if s.box != nil {
		r.ground = x.on(s.grid)
		r.narrow(s.spans)
	}
	return r, r.find(s)
}

// narrow leaves out the rows that lie in none of the spans of keys, where they
// are most.
func (r *run) narrow(spans [][2]uint64) {
	n := 0
	for _, span := range spans {
		from, to := r.ground.span(span[0], span[1])
		n += to - from
	}
	if n > (r.end-r.at)/4 {
		return
	}
	r.only = make([]int32, 0, n)
	for _, span := range spans {
		from, to := r.ground.span(span[0], span[1])
		for _, at := range r.ground.at[from:to] {
			if int(at) >= r.at && int(at) < r.end {
				r.only = append(r.only, at)
			}
		}
	}
	slices.Sort(r.only)
	r.at, r.end = 0, len(r.only)
}

func (r *run) index() int {
	if r.only != nil {
		return int(r.only[r.at])
	}
	return r.at
}

func (r *run) row() *row { return &r.part.rows[r.index()] }

// find goes to the next row that passes, from at on; false if there is none.
func (r *run) find(s *sieve) bool {
	for ; r.at < r.end; r.at++ {
		i := r.index()
		if r.part.rows[i].From < s.since {
			return false
		}
		if s.passesAt(r.part, r.ground, i) {
			return true
		}
	}
	return false
}

func (r *run) next(s *sieve) bool {
	r.at++
	return r.find(s)
}

func (m *merge) next() *row {
	for {
		best := -1
		for i := range m.open {
			if best < 0 || newer(*m.open[i].row(), *m.open[best].row()) < 0 {
				best = i
			}
		}
		if len(m.waiting) > 0 && (best < 0 || m.waiting[0].newest >= m.open[best].row().From) {
			m.begin(m.waiting[0])
			m.waiting = m.waiting[1:]
			continue
		}
		if best < 0 {
			return nil
		}
		r := &m.open[best]
		out := r.row()
		if !r.next(m.sieve) {
			m.open = slices.Delete(m.open, best, best+1)
		}
		return out
	}
}

func (m *merge) begin(x *part) {
	if m.sieve.misses(x) {
		return
	}
	if r, ok := m.sieve.run(x, m.after); ok {
		m.open = append(m.open, r)
	}
}
