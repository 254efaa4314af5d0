package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
)

const (
	mapWidth = 520.0 // points: a little more than A4 within its margins
	mapMaxH  = 420.0
	mapMinH  = 180.0
	detailH  = 290.0
)

// mapView is which part of the world an incident map shows and how.
type mapView struct {
	id, title string
	extent    box
	maxH      float64   // points; 0: as high as a map may be
	details   []cluster // parts that have a map of their own, framed with a letter
	legend    bool
}

// letter names a detail map.
func letter(i int) string { return string(rune('A' + i)) }

// baseMap draws frame, areas, zones and lines, and leaves the drawing clipped
// to the frame; finish ends that.
func (r *Report) baseMap(v mapView, zones, line bool) (*drawing, projection) {
	d := &drawing{id: v.id, w: mapWidth, title: v.title}
	if v.maxH == 0 {
		v.maxH = mapMaxH
	}
	p, h := fit(v.extent, 24, 8, mapWidth-32, mapMinH, v.maxH)
	d.h = h + 24
	d.add(mark{kind: clipMark, at: pt{p.x, p.y}, to: pt{p.x + mapWidth - 32, p.y + h}})
	for _, s := range r.geometry.areas {
		for _, path := range rings(&p, s.Geometry) {
			d.add(mark{kind: pathMark, closed: true, paths: path, fill: "#f6f6f3", fillOpacity: 1, stroke: faintColour, width: 0.5})
		}
	}
	r.graticule(d, &p, h)
	if zones {
		for i, s := range r.geometry.zones {
			for _, path := range rings(&p, s.Geometry) {
				d.add(mark{kind: pathMark, closed: true, paths: path, fill: zoneColour, fillOpacity: zoneTint(len(r.geometry.zones)),
					stroke: zoneHue(i), width: 0.8, dash: zoneDash(i)})
			}
		}
	}
	if line {
		r.lines(d, &p)
	}
	return d, p
}

// rings projects polygons, each with its holes, that the frame shows.
func rings(p *projection, m geo.MultiPolygon) [][][]pt {
	var out [][][]pt
	for _, poly := range m {
		if len(poly) == 0 || !p.sees(poly[0]) {
			continue
		}
		var paths [][]pt
		for _, ring := range poly {
			if path := p.path(ring, true); path != nil {
				paths = append(paths, path)
			}
		}
		if len(paths) > 0 {
			out = append(out, paths)
		}
	}
	return out
}

// zoneTint is the opacity of zones' fill: many lie upon each other.
func zoneTint(n int) float64 {
	if n > 4 {
		return 0.035
	}
	return 0.07
}

// zoneHue and zoneDash tell up to 15 zones apart.
func zoneHue(i int) string { return []string{zoneColour, "#7b6bb0", "#a0713c"}[i%3] }

func zoneDash(i int) []float64 {
	switch i % 5 {
	case 0:
		return nil
	case 1:
		return []float64{4, 2}
	case 2:
		return []float64{1.5, 1.5}
	case 3:
		return []float64{6, 2, 1.5, 2}
	}
	return []float64{8, 3}
}

func lineDash(i int) []float64 {
	if i == 0 {
		return nil
	}
	return []float64{5, 2.5}
}

func (r *Report) lines(d *drawing, p *projection) {
	for i, ln := range r.geometry.lines {
		for _, part := range ln.parts {
			if !p.sees(part) {
				continue
			}
			path := p.path(part, false)
			d.add(mark{kind: pathMark, paths: [][]pt{path}, stroke: "#ffffff", width: 3.4})
			d.add(mark{kind: pathMark, paths: [][]pt{path}, stroke: inkColour, width: 1.6, dash: lineDash(i)})
		}
	}
}

// sides names the parties on either side of the first line, where both names
// find room beside it.
func (r *Report) sides(l *locale, d *drawing, p *projection) {
	if len(r.geometry.lines) == 0 {
		return
	}
	ln := &r.geometry.lines[0]
	if ln.left == "" || ln.right == "" || ln.left == ln.right {
		return
	}
	var path []pt
	longest := 0.0
	for _, part := range ln.parts {
		if !p.sees(part) {
			continue
		}
		q, length := p.path(part, false), 0.0
		for i := 1; i < len(q); i++ {
			length += math.Hypot(q[i].x-q[i-1].x, q[i].y-q[i-1].y)
		}
		if length > longest {
			path, longest = q, length
		}
	}
	names := [2]string{clipText(l.party(ln.left), 32), clipText(l.party(ln.right), 32)}
	a, b := p.at(geo.Point{Lat: p.frame.n, Lon: p.frame.w}), p.at(geo.Point{Lat: p.frame.s, Lon: p.frame.e})
	const size = 8.5
	fits := func(q pt, name string) bool {
		half := size * 0.3 * float64(len([]rune(name)))
		return q.x-half > a.x+4 && q.x+half < b.x-4 && q.y-size > a.y+4 && q.y < b.y-22
	}
	for _, off := range []float64{70, 50, 34} {
		for _, share := range []float64{0.25, 0.75, 0.35, 0.65, 0.5, 0.15, 0.85} {
			i := int(share * float64(len(path)))
			from, to := max(0, i-len(path)/10-1), min(len(path)-1, i+len(path)/10+1)
			if from >= to {
				continue
			}
			dx, dy := path[to].x-path[from].x, path[to].y-path[from].y
			n := math.Hypot(dx, dy)
			if n == 0 {
				continue
			}
			mid := path[min(i, len(path)-1)]
			left := pt{mid.x + dy/n*off, mid.y - dx/n*off + size/3}
			right := pt{mid.x - dy/n*off, mid.y + dx/n*off + size/3}
			if !fits(left, names[0]) || !fits(right, names[1]) {
				continue
			}
			for k, q := range []pt{left, right} {
				d.add(mark{kind: textMark, at: q, text: names[k], anchor: "middle", size: size, bold: true, fill: greyColour})
			}
			return
		}
	}
}

// graticule draws meridians and parallels at a round step.
func (r *Report) graticule(d *drawing, p *projection, h float64) {
	for _, v := range steps(p.frame.w, p.frame.e, 5) {
		x := p.at(geo.Point{Lat: p.frame.n, Lon: v}).x
		d.line(pt{x, p.y}, pt{x, p.y + h}, "#dfe3e8", 0.5)
	}
	for _, v := range steps(p.frame.s, p.frame.n, 4) {
		y := p.at(geo.Point{Lat: v, Lon: p.frame.w}).y
		d.line(pt{p.x, y}, pt{p.x + mapWidth - 32, y}, "#dfe3e8", 0.5)
	}
}

// steps returns round values between a and b, about n of them.
func steps(a, b float64, n int) []float64 {
	step := 0.01
	for _, s := range []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 45} {
		step = s
		if (b-a)/s <= float64(n)+1 {
			break
		}
	}
	var list []float64
	for k := math.Ceil(a / step); k*step < b; k++ {
		list = append(list, round(k*step, 6))
	}
	return list
}

func degrees(v float64, pos, neg string) string {
	s := pos
	if v < 0 {
		s, v = neg, -v
	}
	return fmt.Sprintf("%g° %s", v, s)
}

// finish ends the clipped part and draws frame, labels, scale and north.
func (r *Report) finish(l *locale, d *drawing, p *projection) {
	h, w := d.h-24, mapWidth-32
	r.towns(l, d, p)
	d.add(mark{kind: unclipMark})
	d.rect(p.x, p.y, w, h, "", greyColour, 0.7)
	for _, v := range steps(p.frame.w, p.frame.e, 5) {
		x := p.at(geo.Point{Lat: p.frame.n, Lon: v}).x
		if x > p.x+12 && x < p.x+w-12 {
			d.add(mark{kind: textMark, at: pt{x, p.y + h + 8}, text: degrees(v, "E", "W"), anchor: "middle", size: 6, fill: greyColour})
		}
	}
	for _, v := range steps(p.frame.s, p.frame.n, 4) {
		y := p.at(geo.Point{Lat: v, Lon: p.frame.w}).y
		if y > p.y+6 && y < p.y+h-6 {
			d.add(mark{kind: textMark, at: pt{p.x - 3, y + 2}, text: degrees(v, "N", "S"), anchor: "end", size: 6, fill: greyColour})
		}
	}
	// Scale bar: the longest round length that fits a fifth of the width.
	length := 1000.0
	for _, km := range []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000} {
		if km*1000*p.perMetre <= w/5 {
			length = km * 1000
		}
	}
	bar := length * p.perMetre
	x, y := p.x+10, p.y+h-10
	d.add(mark{kind: pathMark, closed: true, paths: [][]pt{{{x - 5, y - 12}, {x + bar + 26, y - 12}, {x + bar + 26, y + 6}, {x - 5, y + 6}}}, fill: "#ffffff", fillOpacity: 0.85})
	d.rect(x, y-2, bar/2, 3, inkColour, inkColour, 0.5)
	d.rect(x+bar/2, y-2, bar/2, 3, "#ffffff", inkColour, 0.5)
	d.label(x, y-5, "0", "middle", 6)
	d.label(x+bar, y-5, l.t("unit.km", "n", l.num(length/1000, 0)), "middle", 6)
	// North arrow.
	nx, ny := p.x+w-14, p.y+12
	d.add(mark{kind: circleMark, at: pt{nx, ny + 8}, r: 12, fill: "#ffffff", fillOpacity: 0.85})
	d.add(mark{kind: pathMark, closed: true, paths: [][]pt{{{nx, ny}, {nx + 4, ny + 14}, {nx, ny + 11}, {nx - 4, ny + 14}}}, fill: inkColour, fillOpacity: 1})
	d.add(mark{kind: textMark, at: pt{nx, ny + 20}, text: l.t("compass.0"), anchor: "middle", size: 6.5, bold: true, fill: inkColour})
}

// towns draws settlements, larger ones first, where their names do not collide.
func (r *Report) towns(l *locale, d *drawing, p *projection) {
	list := slices.Clone(r.geometry.settlements)
	slices.SortStableFunc(list, func(a, b Settlement) int { return a.Rank - b.Rank })
	right, bottom := p.x+mapWidth-32, p.y+d.h-24
	taken := []box{{p.x, bottom - 26, p.x + mapWidth/4, bottom}} // the scale bar's
	n := 0
	for _, s := range list {
		at := p.at(s.At)
		if !p.frame.holds(s.At) || n >= 24 {
			continue
		}
		name := l.text(s.Name)
		length := 4 + 3.6*float64(len([]rune(name)))
		b, anchor, x := box{at.x - 2, at.y - 8, at.x + length, at.y + 3}, "", at.x+3
		if b.e > right { // the frame would cut it off
			b.w, b.e, anchor, x = at.x-length, at.x+2, "end", at.x-3
		}
		if slices.ContainsFunc(taken, func(o box) bool { return b.w < o.e && b.e > o.w && b.s < o.n && b.n > o.s }) {
			continue
		}
		taken = append(taken, b)
		n++
		d.add(mark{kind: pathMark, closed: true, paths: [][]pt{{{at.x - 1.3, at.y - 1.3}, {at.x + 1.3, at.y - 1.3}, {at.x + 1.3, at.y + 1.3}, {at.x - 1.3, at.y + 1.3}}}, fill: "#ffffff", fillOpacity: 1, stroke: inkColour, width: 0.6})
		d.add(mark{kind: textMark, at: pt{x, at.y - 2}, text: name, anchor: anchor, size: 6.5, italic: true, halo: true, fill: "#3a4048"})
	}
}

// style is how a result is drawn: by shape, then by colour.
func resultColour(res finding.Result) string {
	switch res {
	case finding.Breach:
		return breachColour
	case finding.Undetermined:
		return undeterminedTint
	case finding.Excepted:
		return exceptedColour
	case finding.Consistent:
		return consistentColour
	}
	return noneColour
}

// symbol draws an incident: the shape tells the result, the size the severity,
// the filling how sure it is that it occurred (0 least, 1 most).
func symbol(at pt, res finding.Result, severity int, sure float64, href, title string) mark {
	size := 2.6 + 0.8*float64(max(0, severity))
	colour := resultColour(res)
	m := mark{kind: pathMark, closed: true, stroke: colour, width: 1, href: href, title: title}
	switch {
	case sure >= 1:
		m.fill, m.fillOpacity = colour, 0.95
	case sure > 0:
		m.fill, m.fillOpacity = colour, 0.4
	default:
		m.fill, m.fillOpacity = "#ffffff", 0.85
	}
	x, y := at.x, at.y
	switch res {
	case finding.Breach: // diamond
		s := size * 1.25
		m.paths = [][]pt{{{x, y - s}, {x + s, y}, {x, y + s}, {x - s, y}}}
	case finding.Undetermined:
		m.kind, m.at, m.r = circleMark, at, size
	case finding.Excepted: // square
		s := size * 0.9
		m.paths = [][]pt{{{x - s, y - s}, {x + s, y - s}, {x + s, y + s}, {x - s, y + s}}}
	case finding.Consistent: // triangle
		s := size * 1.1
		m.paths = [][]pt{{{x, y - s}, {x + s, y + s*0.8}, {x - s, y + s*0.8}}}
	default: // cross
		m.closed, m.fill = false, ""
		m.paths = [][]pt{{{x - 2, y - 2}, {x + 2, y + 2}}, {{x - 2, y + 2}, {x + 2, y - 2}}}
	}
	return m
}

// crowd is the number of incidents on a map from which symbols are drawn
// smaller, so that they do not hide one another.
const crowd = 250

// smaller scales a mark towards a point.
func (m mark) smaller(at pt, k float64) mark {
	m.r *= k
	m.width *= k
	for _, path := range m.paths {
		for i, q := range path {
			path[i] = pt{at.x + (q.x-at.x)*k, at.y + (q.y-at.y)*k}
		}
	}
	return m
}

// sure is the place of an occurrence step on its scale, [0, 1].
func (r *Report) sure(step string) float64 {
	scale := r.occurrence
	i := slices.Index(scale, step)
	if i <= 0 || len(scale) < 2 {
		return 0
	}
	return float64(i) / float64(len(scale)-1)
}

// incidentMap shows where what happened, with the uncertainty of each place.
func (r *Report) incidentMap(l *locale, v mapView) *drawing {
	d, p := r.baseMap(v, true, true)
	shown := 0
	order := make([]int, 0, len(r.Annex))
	for i := range r.Annex {
		if q := r.Annex[i].Position; q != nil && p.frame.holds(geo.Point{Lat: q.Lat, Lon: q.Lon}) {
			order = append(order, i)
		}
	}
	// The gravest are drawn last, on top.
	slices.SortStableFunc(order, func(a, b int) int { return weight(r.Annex[a].Result) - weight(r.Annex[b].Result) })
	r.sides(l, d, &p)
	for _, i := range order {
		r.uncertainty(d, &p, &r.Annex[i])
	}
	stacked := map[pt]int{}
	top := map[pt]int{}
	for _, i := range order {
		row := &r.Annex[i]
		at := p.at(geo.Point{Lat: row.Position.Lat, Lon: row.Position.Lon})
		key := pt{math.Round(at.x), math.Round(at.y)}
		stacked[key]++
		top[key] = i
		shown++
	}
	for _, i := range order {
		row := &r.Annex[i]
		at := p.at(geo.Point{Lat: row.Position.Lat, Lon: row.Position.Lon})
		key := pt{math.Round(at.x), math.Round(at.y)}
		if top[key] != i {
			continue // hidden by the one on top, which says how many it covers
		}
		severity := slices.Index(r.severity, row.Severity)
		tip := fmt.Sprintf("%d · %s · %s", row.No, row.ID, l.word("activity", string(row.Activity)))
		sym := symbol(at, row.Result, severity, r.sure(row.Occurrence), rowAnchor(row.No), tip)
		if len(order) > crowd {
			sym = sym.smaller(at, 0.7)
		}
		d.add(sym)
		if n := stacked[key]; n > 1 {
			d.add(mark{kind: textMark, at: pt{at.x + 4, at.y + 6}, text: l.t("times", "n", n), size: 6, bold: true, halo: true, fill: inkColour})
		}
	}
	for i, c := range v.details {
		a, b := p.at(geo.Point{Lat: c.box.n, Lon: c.box.w}), p.at(geo.Point{Lat: c.box.s, Lon: c.box.e})
		d.rect(a.x, a.y, b.x-a.x, b.y-a.y, "", "#ffffff", 2.2)
		d.rect(a.x, a.y, b.x-a.x, b.y-a.y, "", inkColour, 0.8)
		d.rect(a.x, a.y, 11, 11, inkColour, "", 0)
		d.add(mark{kind: textMark, at: pt{a.x + 5.5, a.y + 8}, text: letter(i), anchor: "middle", size: 7.5, bold: true, fill: "#ffffff"})
	}
	r.finish(l, d, &p)
	d.desc = l.t("map.desc", "n", shown)
	if v.legend {
		r.mapLegend(l, d, len(r.geometry.zones) > 0)
	}
	return d
}

// uncertainty draws the circle that holds the true place with 95 %, or the
// sector in which an observer saw or heard it.
func (r *Report) uncertainty(d *drawing, p *projection, row *AnnexRow) {
	colour := resultColour(row.Result)
	centre := geo.Point{Lat: row.Position.Lat, Lon: row.Position.Lon}
	sectors := 0
	for _, o := range row.Observed {
		if o.Bearing == nil || sectors == 2 {
			continue
		}
		sectors++
		from := geo.Point{Lat: o.Lat, Lon: o.Lon}
		near, far := 0.0, metres(from, centre)+row.Position.Radius
		if o.Distance != nil {
			near, far = max(0, *o.Distance-o.DistanceError), *o.Distance+o.DistanceError
		}
		half := max(1, o.BearingError)
		var path []pt
		arc := func(dist, a, b float64) {
			const n = 8
			for k := range n + 1 {
				path = append(path, p.at(reach(from, *o.Bearing+a+(b-a)*float64(k)/n, dist)))
			}
		}
		arc(far, -half, half)
		if near > 0 {
			arc(near, half, -half)
		} else {
			path = append(path, p.at(from))
		}
		d.add(mark{kind: pathMark, closed: true, paths: [][]pt{path}, fill: colour, fillOpacity: 0.08, stroke: colour, width: 0.5, opacity: 0.7, dash: []float64{2, 1.5}})
		if at := p.at(from); near*p.perMetre > 4 {
			d.add(mark{kind: pathMark, closed: true, paths: [][]pt{{{at.x, at.y - 2}, {at.x + 1.8, at.y + 1.4}, {at.x - 1.8, at.y + 1.4}}}, stroke: greyColour, width: 0.6})
		}
	}
	if e := row.Ellipse; e != nil && sectors == 0 && e.MajorM*p.perMetre > 3 {
		d.add(mark{kind: pathMark, closed: true, paths: [][]pt{p.ellipse(centre, e)}, fill: colour, fillOpacity: 0.04, stroke: colour, width: 0.5, opacity: 0.6})
		return
	}
	if rad := row.Position.Radius * p.perMetre; rad > 3 && sectors == 0 {
		d.add(mark{kind: circleMark, at: p.at(centre), r: rad, fill: colour, fillOpacity: 0.04, stroke: colour, width: 0.5, opacity: 0.6})
	}
}

// mapLegend adds the legend below the map.
func (r *Report) mapLegend(l *locale, d *drawing, zones bool) {
	type item struct {
		draw func(x, y float64)
		text string
	}
	one := func(m func(x, y float64) mark) func(x, y float64) {
		return func(x, y float64) { d.add(m(x, y)) }
	}
	var spaces, items []item
	for i, ln := range r.geometry.lines {
		spaces = append(spaces, item{func(x, y float64) { d.line(pt{x - 8, y}, pt{x + 8, y}, inkColour, 1.6, lineDash(i)...) }, l.line(ln.id)})
	}
	if zones {
		for i, z := range r.geometry.zones {
			spaces = append(spaces, item{one(func(x, y float64) mark {
				return mark{kind: pathMark, closed: true, paths: [][]pt{{{x - 8, y - 3.5}, {x + 8, y - 3.5}, {x + 8, y + 3.5}, {x - 8, y + 3.5}}},
					fill: zoneColour, fillOpacity: zoneTint(len(r.geometry.zones)), stroke: zoneHue(i), width: 0.8, dash: zoneDash(i)}
			}), l.zone(z.ID)})
		}
	}
	for _, res := range []finding.Result{finding.Breach, finding.Undetermined, finding.Excepted, finding.Consistent, ""} {
		items = append(items, item{one(func(x, y float64) mark { return symbol(pt{x, y}, res, 1, 1, "", "") }), l.result(res)})
	}
	for i, s := range []float64{0, 0.5, 1} {
		items = append(items, item{one(func(x, y float64) mark { return symbol(pt{x, y}, finding.Undetermined, 1, s, "", "") }),
			l.t([]string{"legend.reported", "legend.corroborated", "legend.verified"}[i])})
	}
	items = append(items, item{func(x, y float64) {
		for k := range 3 {
			d.add(symbol(pt{x - 6 + 6*float64(k), y}, finding.Breach, k-1, 0, "", ""))
		}
	}, l.t("legend.severity")},
		item{func(x, y float64) {
			d.add(mark{kind: circleMark, at: pt{x, y}, r: 5, fill: undeterminedTint, fillOpacity: 0.04, stroke: undeterminedTint, width: 0.5})
			d.add(symbol(pt{x, y}, finding.Undetermined, -1, 0, "", ""))
		}, l.t("legend.circle")},
		item{func(x, y float64) {
			d.add(mark{kind: pathMark, closed: true, paths: [][]pt{{{x + 8, y - 4}, {x + 9, y}, {x + 8, y + 4}, {x - 1, y + 1.5}, {x - 1, y - 1.5}}},
				fill: undeterminedTint, fillOpacity: 0.08, stroke: undeterminedTint, width: 0.5, dash: []float64{2, 1.5}})
			d.add(mark{kind: pathMark, closed: true, paths: [][]pt{{{x - 7, y - 2}, {x - 5.2, y + 1.4}, {x - 8.8, y + 1.4}}}, stroke: greyColour, width: 0.6})
		}, l.t("legend.sector")})
	const height = 12.0
	lay := func(items []item, columns, runes int) {
		top := d.h + 6
		rows := (len(items) + columns - 1) / columns
		for i, it := range items {
			x := 34 + float64(i/rows)*(mapWidth-30)/float64(columns)
			y := top + 4 + float64(i%rows)*height
			it.draw(x, y)
			d.label(x+14, y+2.4, clipText(it.text, runes), "start", 7)
		}
		d.h = top + float64(rows)*height
	}
	if len(spaces) > 3 {
		lay(spaces, 2, 60)
		lay(items, 3, 38)
	} else {
		lay(append(spaces, items...), 3, 38)
	}
	d.h += 2
}

func clipText(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// coverageMap shows which stretches of the line were watched for how long.
func (r *Report) coverageMap(l *locale, id, title string) *drawing {
	d, p := r.baseMap(mapView{id: id, title: title, extent: r.geometry.extent, maxH: detailH}, false, false)
	hours := len(r.Coverage.ByHour)
	type class struct {
		colour string
		width  float64
		dash   []float64
		text   string
	}
	classes := []class{
		{breachColour, 1.6, []float64{1.5, 2}, l.t("cover.never")},
		{orangeColour, 2.4, []float64{6, 1.5}, l.t("cover.some")},
		{watchColour, 3.2, nil, l.t("cover.most")},
		{undeterminedTint, 4.4, nil, l.t("cover.all")},
	}
	of := func(s *coverStretch) int {
		n := 0
		for h := range hours {
			if s.hours&(1<<h) != 0 {
				n++
			}
		}
		switch {
		case n == 0:
			return 0
		case 2*n < hours:
			return 1
		case n < hours:
			return 2
		}
		return 3
	}
	pieces := r.Coverage.stretch
	for i := 0; i < len(pieces); {
		c := of(&pieces[i])
		path := []geo.Point{pieces[i].from}
		j := i
		for ; j < len(pieces) && of(&pieces[j]) == c && pieces[j].line == pieces[i].line && pieces[j].part == pieces[i].part && (j == i || pieces[j].from == pieces[j-1].to); j++ {
			path = append(path, pieces[j].to)
		}
		k := classes[c]
		d.add(mark{kind: pathMark, paths: [][]pt{p.path(path, false)}, stroke: k.colour, width: k.width, dash: k.dash})
		i = j
	}
	r.finish(l, d, &p)
	top := d.h + 6
	for i, k := range classes {
		x, y := 34+float64(i%2)*(mapWidth-30)/2, top+4+float64(i/2)*12
		d.line(pt{x - 8, y}, pt{x + 10, y}, k.colour, k.width, k.dash...)
		d.label(x+16, y+2.4, k.text, "start", 7)
	}
	d.h = top + 28
	return d
}
