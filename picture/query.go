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
	latest       int64           // To at the most; 0: any
	see          map[uint32]bool // handling
	found        map[uint32]bool // nil: any
	columns      []want
	incident     *incident.Key
	hidesParty   bool
	nothing      bool
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
	s := &sieve{words: &p.words, since: -noTime, until: noTime, box: q.Box, grid: q.Policy.RoundM, see: map[uint32]bool{},
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
		if publish.Sees(q.Policy, observation.Handling(text)) {
			s.see[uint32(n)] = true
		}
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
		s.found = map[uint32]bool{}
	}
	if q.Incident != "" {
		k, err := incident.ParseKey(q.Incident)
		s.incident, s.nothing = &k, s.nothing || err != nil
	}
	s.findings(q)
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
		s.found[uint32(n)] = slices.ContainsFunc(strings.Fields(text), func(f string) bool {
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

// Shows reports whether a policy lets its audience know of an incident now.
func Shows(policy agreement.Policy, now time.Time, s *Summary) bool {
	if d := policy.Delay.Duration; d > 0 && s.To.After(now.Add(-d)) {
		return false
	}
	return publish.Sees(policy, s.Handling)
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
	after := row{From: noTime}
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

type run struct {
	part    *part
	ground  *ground // nil: nobody asks for the place
	at, end int
}

// find goes to the next row that passes, from at on; false if there is none.
func (r *run) find(s *sieve) bool {
	rows := r.part.rows
	for ; r.at < r.end; r.at++ {
		x := &rows[r.at]
		if x.From < s.since {
			return false
		}
		if s.passes(x) && !r.part.hides(r.at) && (s.box == nil || x.Radius > 0 && s.box.holds(r.ground.lat[r.at], r.ground.lon[r.at])) {
			return true
		}
	}
	return false
}

func (m *merge) next() *row {
	for {
		best := -1
		for i := range m.open {
			if best < 0 || newer(m.open[i].row(), m.open[best].row()) < 0 {
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
		out := &r.part.rows[r.at]
		if r.at++; !r.find(m.sieve) {
			m.open = slices.Delete(m.open, best, best+1)
		}
		return out
	}
}

func (r *run) row() row { return r.part.rows[r.at] }

func (m *merge) begin(g *part) {
	if m.sieve.misses(g) {
		return
	}
	r := run{part: g, end: len(g.rows)}
	until := row{From: m.sieve.until} // a From of until itself is out
	if newer(m.after, until) > 0 {
		until = m.after
	}
	r.at, _ = slices.BinarySearchFunc(g.rows, until, newer)
	for r.at < len(g.rows) && newer(g.rows[r.at], m.after) <= 0 {
		r.at++
	}
	if id := m.sieve.incident; id != nil {
		i, ok := g.find(*id)
		if !ok || i < r.at {
			return
		}
		r.at, r.end = i, i+1
	}
	if m.sieve.box != nil {
		r.ground = g.on(m.sieve.grid)
	}
	if r.find(m.sieve) {
		m.open = append(m.open, r)
	}
}
