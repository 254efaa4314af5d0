package simulate

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/truce-monitor/truce/observation"
)

// maxPlan is how large a plan may be, bytes: many times the largest.
const maxPlan = 1 << 20

// ReadPlan reads a plan, a YAML file; what it leaves open about a source is that
// of the source's kind. An error says in which line what is wrong.
func ReadPlan(name string, data []byte) (plan *Plan, err error) {
	defer func() { // the library panics where an alias brings a list of the wrong length
		if r := recover(); r != nil {
			plan, err = nil, fmt.Errorf("%s: it cannot be read: %v", name, r)
		}
	}()
	if len(data) > maxPlan {
		return nil, fmt.Errorf("%s: %d bytes; a plan has at most %d", name, len(data), maxPlan)
	}
	kinds, err := readKinds()
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, inLine(name, err)
	}
	pairs := pairs{name: name}
	for _, doc := range file.Docs {
		ast.Walk(&pairs, doc)
	}
	if pairs.wrong != nil {
		return nil, pairs.wrong
	}
	var p Plan
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&p); err != nil {
		return nil, inLine(name, err)
	}
	// What a source says for itself goes over what its kind says.
	var own struct {
		Sources []yaml.MapSlice `yaml:"sources"`
	}
	if err := yaml.Unmarshal(data, &own); err != nil {
		return nil, inLine(name, err)
	}
	for i := range p.Sources {
		kind, ok := kinds[p.Sources[i].Kind]
		if !ok {
			return nil, where{name, file}.wrong(fmt.Sprintf("sources[%d].kind", i), fmt.Sprintf("no kind %q; expected one of %s", p.Sources[i].Kind, strings.Join(slices.Sorted(maps.Keys(kinds)), ", ")))
		}
		whole := SourcePlan{Model: kind}
		text, err := yaml.Marshal(own.Sources[i])
		if err == nil {
			err = yaml.Unmarshal(text, &whole)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: source %d: %w", name, i+1, err)
		}
		p.Sources[i] = whole
	}
	if at, what := p.check(); what != "" {
		return nil, where{name, file}.wrong(at, what)
	}
	return &p, nil
}

func readKinds() (map[string]Model, error) {
	data, err := scenarios.ReadFile(kindsFile)
	if err != nil {
		return nil, err
	}
	kinds := map[string]Model{}
	if err := yaml.UnmarshalWithOptions(data, &kinds, yaml.Strict()); err != nil {
		return nil, inLine(kindsFile, err)
	}
	return kinds, nil
}

// pairs looks for lists that should be of two, or lists of such.
type pairs struct {
	name  string
	wrong error // the first
}

// Visit implements ast.Visitor.
func (v *pairs) Visit(node ast.Node) ast.Visitor {
	value, ok := node.(*ast.MappingValueNode)
	if !ok || v.wrong != nil {
		return v
	}
	list, ok := value.Value.(*ast.SequenceNode)
	if !ok {
		return v
	}
	switch key := value.Key.String(); key {
	case "parties", "behind_km", "hours", "sortie_h", "delay_min":
		v.two(key, list)
	case "line", "no_go_km":
		for _, x := range list.Values {
			if pair, ok := x.(*ast.SequenceNode); ok {
				v.two(key, pair)
			}
		}
	}
	return v
}

func (v *pairs) two(key string, list *ast.SequenceNode) {
	if n := len(list.Values); n != 2 && v.wrong == nil {
		pos := list.GetToken().Position
		v.wrong = fmt.Errorf("%s:%d:%d: %s: a list of %d; expected two", v.name, pos.Line, pos.Column, key, n)
	}
}

// inLine puts file, line and column before what the library says.
func inLine(name string, err error) error {
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		return fmt.Errorf("%s:%d:%d: %s", name, e.GetToken().Position.Line, e.GetToken().Position.Column, e.GetMessage())
	}
	return fmt.Errorf("%s: %w", name, err)
}

// where finds the lines of a plan's values.
type where struct {
	name string
	file *ast.File
}

// wrong is what is wrong with a value, in its line or, where the file does not have
// it, in that of what it belongs to.
func (w where) wrong(at, what string) error {
	for path := at; path != ""; {
		if p, err := yaml.PathString("$." + path); err == nil {
			if node, err := p.FilterFile(w.file); err == nil && node != nil && node.GetToken() != nil {
				pos := node.GetToken().Position
				return fmt.Errorf("%s:%d:%d: %s: %s", w.name, pos.Line, pos.Column, at, what)
			}
		}
		path = path[:max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['), 0)]
	}
	return fmt.Errorf("%s:1:1: %s: %s", w.name, at, what)
}

// bound is the range that a number must lie in.
type bound struct {
	at          string
	x           float64
	least, most float64
}

func (b bound) wrong() string {
	if b.x >= b.least && b.x <= b.most {
		return ""
	}
	return fmt.Sprintf("%g; expected %g to %g", b.x, b.least, b.most)
}

// check is where what is wrong, empty if nothing is.
func (p *Plan) check() (at, what string) {
	var err error
	if p.start, err = time.Parse(time.DateOnly, p.From); err != nil || p.start.Year() < 1900 || p.start.Year() > 9000 {
		return "from", fmt.Sprintf("%q; expected a date such as 2026-03-01", p.From)
	}
	switch {
	case p.Name == "":
		return "scenario", "it has no name"
	case !isID(p.Name):
		return "scenario", fmt.Sprintf("%q; expected small letters, digits and hyphens", p.Name)
	case len(p.Line) < 2:
		return "line", "expected at least two places, [lon, lat]"
	case p.Parties[0] == "" || p.Parties[1] == "" || p.Parties[0] == p.Parties[1]:
		return "parties", "expected two, left and right of the line"
	case !isID(p.Parties[0]) || !isID(p.Parties[1]):
		return "parties", fmt.Sprintf("%q; expected small letters, digits and hyphens", p.Parties)
	}
	length := 0.0
	for i, c := range p.Line {
		if !(math.Abs(c[0]) <= 179 && math.Abs(c[1]) <= 80) {
			return fmt.Sprintf("line[%d]", i), fmt.Sprintf("%v; expected lon, lat in degrees, within 179 and 80", c)
		}
		if i > 0 {
			d, _ := between(point{p.Line[i-1][1], p.Line[i-1][0]}, point{c[1], c[0]})
			length += d / 1000
		}
	}
	if !(length >= 1 && length <= 5000) {
		return "line", fmt.Sprintf("%.3g km long; expected 1 to 5000", length)
	}
	for i, a := range p.NoGoKM {
		if !(a[0] < a[1]) {
			return fmt.Sprintf("no_go_km[%d]", i), fmt.Sprintf("%v; expected kilometres along the line, from less than to", a)
		}
	}
	e := &p.Events
	bounds := []bound{
		{"days", p.Days, 0.01, 1000}, {"towns_km", p.TownsKM, 0.5, 5000},
		{"events.per_day", e.PerDay, 0, 1e5}, {"events.day_share", e.DayShare, 0, 1}, {"events.hot_spots", float64(e.HotSpots), 0, 1000},
		{"events.hot_share", e.HotShare, 0, 1}, {"events.hot_km", e.HotKM, 0, 1000}, {"events.children", e.Children, 0, 0.9},
		{"events.child_min", e.ChildMin, 0, 1e5}, {"events.child_km", e.ChildKM, 0, 1000}, {"events.depth_km", e.DepthKM, 0.1, 100},
		{"events.heavy", e.Heavy, 0, 1}, {"events.bad_weather", e.BadWeather, 0, 1}, {"events.thunder", e.Thunder, 0, 1e4},
		{"events.demining", e.Demining, 0, 1e4}, {"events.exercise", e.Exercise, 0, 1e4}, {"events.stubble", e.Stubble, 0, 1e4},
	}
	for i, x := range e.Trend {
		bounds = append(bounds, bound{fmt.Sprintf("events.trend[%d]", i), x, 0, 100})
	}
	names := map[string]bool{}
	for i := range p.Sources {
		s := &p.Sources[i]
		at := fmt.Sprintf("sources[%d]", i)
		bounds = append(bounds, bound{at + ".n", float64(s.N), 1, 10000})
		bounds = append(bounds, s.bounds(at)...)
		name := s.Name
		if name == "" {
			name = s.Kind
		}
		if names[name] {
			return at, fmt.Sprintf("there are sources named %q already; give these a name", name)
		}
		names[name] = true
		if key, what := s.check(); what != "" {
			return at + "." + key, what
		}
	}
	for _, b := range bounds {
		if what := b.wrong(); what != "" {
			return b.at, what
		}
	}
	return "", ""
}

// isID reports whether s can name an agreement or a party.
func isID(s string) bool {
	return s != "" && s[0] >= 'a' && s[0] <= 'z' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// bounds of a model's numbers.
func (m *Model) bounds(at string) []bound {
	const year = 366 * 24 * 60.0 // minutes
	out := []bound{
		{"detects", m.Detects, 0, 1}, {"range_km", m.RangeKM, 0, 1000}, {"night", m.Night, 0, 2}, {"windy", m.Windy, 0, 2}, {"every", m.Every, 0, 1},
		{"sorties", float64(m.Sorties), 0, 48}, {"roams_km", m.RoamsKM, 0, 1000},
		{"error_m", m.ErrorM, 0, 1e6}, {"error_share", m.ErrorShare, 0, 10}, {"stated_m", m.StatedM, 0, 1e6}, {"bearing_deg", m.BearingDeg, 0, 180},
		{"round_deg", m.RoundDeg, 0, 180}, {"round_m", m.RoundM, 0, 1e5}, {"misplaced", m.Misplaced, 0, 1}, {"time_s", m.TimeS, 0, 1e6},
		{"round_min", m.RoundMin, 0, year}, {"clock_s", m.ClockS, -1e6, 1e6}, {"within_min", m.WithinMin, 0, 7 * 24 * 60}, {"lasts_h", m.LastsH, 0, 1000},
		{"vague", m.Vague, 0, 1}, {"wrong", m.Wrong, 0, 1}, {"weapons_of", m.WeaponsOf, 0, 1}, {"counts_of", m.CountsOf, 0, 10}, {"bearings", m.Bearings, 0, 1},
		{"claims", m.Claims, 0, 1}, {"denies", m.Denies, 0, 1}, {"exaggerates", m.Exaggerates, 0, 100}, {"copied_by", m.CopiedBy, 0, 1}, {"hidden", m.Hidden, 0, 1},
		{"callers", m.Callers, 0, 100}, {"false_per_day", m.FalsePerDay, 0, 1e4},
	}
	for i, h := range m.PassesH {
		out = append(out, bound{fmt.Sprintf("passes_h[%d]", i), h, 0, 23.999})
	}
	for i := range 2 {
		out = append(out, bound{fmt.Sprintf("behind_km[%d]", i), m.BehindKM[i], 0, 500}, bound{fmt.Sprintf("hours[%d]", i), m.Hours[i], 0, 24},
			bound{fmt.Sprintf("sortie_h[%d]", i), m.SortieH[i], 0, 24}, bound{fmt.Sprintf("delay_min[%d]", i), m.DelayMin[i], 0, year})
	}
	for i := range out {
		out[i].at = at + "." + out[i].at
	}
	return out
}

// check is what is wrong with a model beside its numbers.
func (m *Model) check() (key, what string) {
	switch {
	case !slices.Contains([]string{"position", "bearing", "azimuth", "settlement", "name"}, m.Gives):
		return "gives", fmt.Sprintf("%q; expected position, bearing, azimuth, settlement or name", m.Gives)
	case (m.Gives == "bearing" || m.Gives == "azimuth") && !m.stands():
		return "behind_km", "it stands nowhere and can give no bearing"
	case m.stands() != (m.RangeKM > 0):
		return "range_km", "what stands somewhere (behind_km) has a range, and what has a range stands somewhere"
	case m.Hours != [2]float64{} && !(m.Hours[0] < m.Hours[1]):
		return "hours", fmt.Sprintf("%v; expected from less than to", m.Hours)
	case m.Sorties > 0 && !(m.SortieH[1] > 0):
		return "sortie_h", "how long do sorties last?"
	case m.Means == observation.Party && m.Claims == 0 && m.Denies == 0:
		return "claims", "a party that neither claims nor denies says nothing"
	case len(m.PassesH) > 0 && (!slices.IsSorted(m.PassesH) || m.WithinMin == 0):
		return "passes_h", "expected hours in order, and within_min"
	case !observation.KnownMeans(m.Means):
		return "means", fmt.Sprintf("%q is not in the taxonomy", m.Means)
	case !observation.KnownHow(m.How):
		return "how", fmt.Sprintf("%q is not in the taxonomy", m.How)
	case m.Grade != "" && !observation.KnownGrade(m.Grade):
		return "grade", fmt.Sprintf("%q is not A to F with 1 to 6", m.Grade)
	case m.Handling != "" && !observation.KnownHandling(m.Handling):
		return "handling", fmt.Sprintf("%q is not a TLP 2.0 label", m.Handling)
	}
	for _, l := range m.Langs {
		if _, ok := languages[l]; !ok {
			return "langs", fmt.Sprintf("%q; expected %s", l, strings.Join(slices.Sorted(maps.Keys(languages)), ", "))
		}
	}
	return "", ""
}
