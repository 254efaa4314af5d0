package report

import (
	"cmp"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// TypicalRangeM is how far, in metres, a means is taken to notice an act of
// force where nobody declared its range; 0: it watches no stretch of ground.
// These are assumptions, stated in every report, on the order of the distances
// that missions publish with what they saw and heard (a few kilometres by
// camera, up to ten by ear); they are not properties of a device.
func TypicalRangeM(m observation.Means) float64 {
	switch m {
	case observation.Patrol, observation.Post:
		return 5000
	case observation.Camera:
		return 4000
	case observation.Acoustic:
		return 10000
	case observation.Seismic, observation.Radar:
		return 20000
	case observation.UAV:
		return 3000
	}
	return 0
}

// longestHeld is the longest interval of an observation that still tells that
// its source was there in all of it.
const longestHeld = 6 * time.Hour

// InferCoverage returns what can honestly be inferred from reports alone: a
// source with a position of its own counts as watching within the typical range
// of its means around it, in those hours (of the clock, UTC) in which it
// reported. Observations with the extra "watch" = "on" declare it: their
// interval counts whole, and their extra "range_m" is the range. News, data
// sets, parties, hotlines and satellites watch no stretch of ground by this rule.
func InferCoverage(observations []observation.Observation, from, to time.Time) []Watch {
	type spot struct {
		source   string
		lat, lon int // of a thousandth of a degree
		hour     int64
		declared bool
	}
	seen := map[spot]int{}
	var list []Watch
	for i := range observations {
		o := &observations[i]
		reach := TypicalRangeM(o.Means)
		declared := o.Extra["watch"] == "on"
		if declared {
			if m, err := strconv.ParseFloat(o.Extra["range_m"], 64); err == nil && m > 0 {
				reach = m
			}
		}
		var at geo.Point
		switch {
		case reach == 0 || !o.From.Before(to) || o.To.Before(from):
			continue
		case !declared && o.To.Sub(o.From) > longestHeld:
			continue
		case o.Observer != nil:
			at = geo.Point{Lat: o.Observer.Lat, Lon: o.Observer.Lon}
		case declared && o.Position != nil:
			at = geo.Point{Lat: o.Position.Lat, Lon: o.Position.Lon}
		default:
			continue // the place of an event is not where its observer stood
		}
		start, end := o.From, o.To
		if start.Before(from) {
			start = from
		}
		if end.Before(start) {
			end = start
		}
		for h := start.Truncate(time.Hour); !h.After(end) && h.Before(to); h = h.Add(time.Hour) {
			k := spot{o.Source, int(math.Round(at.Lat * 1000)), int(math.Round(at.Lon * 1000)), h.Unix(), declared}
			if j, ok := seen[k]; ok {
				list[j].RangeM = max(list[j].RangeM, reach)
				continue
			}
			seen[k] = len(list)
			list = append(list, Watch{Source: o.Source, Means: o.Means, Handling: o.Handling, Center: at,
				RangeM: reach, From: h, To: h.Add(time.Hour), Declared: declared})
		}
	}
	slices.SortStableFunc(list, func(x, y Watch) int {
		return cmp.Or(x.From.Compare(y.From), cmp.Compare(x.Source, y.Source),
			cmp.Compare(x.Center.Lat, y.Center.Lat), cmp.Compare(x.Center.Lon, y.Center.Lon))
	})
	return list
}

// coverStretch is a piece of a line, short against the ranges, with the hours
// of the period (bit i: the hour that starts i hours after the cut-off) in
// which a source watched its middle.
type coverStretch struct {
	line, part int
	mid        geo.Point
	from, to   geo.Point
	lengthM    float64
	hours      uint64
}

// pieceM is the length of the pieces of a line in which coverage is told.
const pieceM = 1000

func cutPieces(lines []line.Version) []coverStretch {
	var list []coverStretch
	for l := range lines {
		for part, path := range lines[l].Parts {
			for i := 1; i < len(path); i++ {
				a, b := path[i-1], path[i]
				d := metres(a, b)
				n := max(1, int(math.Ceil(d/pieceM)))
				at := func(k float64) geo.Point {
					f := k / float64(n)
					return geo.Point{Lat: a.Lat + f*(b.Lat-a.Lat), Lon: a.Lon + f*(b.Lon-a.Lon)}
				}
				for k := range n {
					list = append(list, coverStretch{line: l, part: part, lengthM: d / float64(n),
						from: at(float64(k)), mid: at(float64(k) + 0.5), to: at(float64(k) + 1)})
				}
			}
		}
	}
	return list
}

// maySay reports whether the audience may know of a watch that ended so.
// Leaving one out can only make the coverage look smaller.
func (b *builder) maySay(w *Watch, to time.Time) bool {
	return b.sees(w.Handling) && (b.r.Policy.DelayS == 0 || !to.After(b.asOf.Add(-time.Duration(b.r.Policy.DelayS*float64(time.Second)))))
}

// coarse moves a watching place to the grid on which the audience sees places.
func (b *builder) coarse(p geo.Point) geo.Point {
	q := publish.Round(observation.Position{Lat: p.Lat, Lon: p.Lon}, b.r.Policy.RoundM)
	return geo.Point{Lat: q.Lat, Lon: q.Lon}
}

// coverage measures which part of the lines was watched in which hours.
func (b *builder) coverage() {
	r, c := b.r, &b.r.Coverage
	pieces := cutPieces(b.in.Lines)
	hours := int(math.Ceil(r.To.Sub(r.From).Hours()))
	watching := map[string]float64{}
	type spot struct {
		source string
		at     geo.Point
	}
	places := map[spot]bool{}
	type meansOf struct {
		sources map[string]bool
		hours   float64
		ranges  Range
	}
	byMeans := map[observation.Means]*meansOf{}
	for i := range b.in.Coverage {
		w := &b.in.Coverage[i]
		from, to := w.From, w.To
		if from.Before(r.From) {
			from = r.From
		}
		if to.After(r.To) {
			to = r.To
		}
		if !from.Before(to) || w.RangeM <= 0 {
			continue
		}
		if !b.maySay(w, to) {
			c.HeldBack++
			continue
		}
		at := b.coarse(w.Center)
		c.Watches++
		if w.Declared {
			c.Declared++
		}
		watching[w.Source] += to.Sub(from).Hours()
		places[spot{w.Source, at}] = true
		m := byMeans[w.Means]
		if m == nil {
			m = &meansOf{sources: map[string]bool{}, ranges: Range{Min: int(w.RangeM)}}
			byMeans[w.Means] = m
		}
		m.sources[w.Source] = true
		m.hours += to.Sub(from).Hours()
		m.ranges.Min, m.ranges.Max = min(m.ranges.Min, int(w.RangeM)), max(m.ranges.Max, int(w.RangeM))

		var mask uint64
		first := int(from.Sub(r.From) / time.Hour)
		last := int((to.Sub(r.From) - 1) / time.Hour)
		for h := max(0, first); h <= last && h < hours && h < 64; h++ {
			mask |= 1 << h
		}
		dLat := w.RangeM / 110000
		dLon := dLat / math.Max(0.01, math.Cos(at.Lat*math.Pi/180))
		for j := range pieces {
			p := &pieces[j]
			if p.hours&mask == mask || math.Abs(p.mid.Lat-at.Lat) > dLat || math.Abs(p.mid.Lon-at.Lon) > dLon {
				continue
			}
			if metres(p.mid, at) <= w.RangeM {
				p.hours |= mask
			}
		}
	}
	for _, m := range slices.Sorted(maps.Keys(byMeans)) {
		x := byMeans[m]
		c.Means = append(c.Means, MeansCover{m, len(x.sources), round(x.hours, 3), Range{Min: x.ranges.Min, Max: x.ranges.Max}})
	}
	for i := range r.Sources {
		id := b.sourceID[i]
		r.Sources[i].Watch = round(watching[id], 3)
		for s := range places {
			if s.source == id {
				r.Sources[i].Places++
			}
		}
	}
	c.Known = len(pieces) > 0 && c.Watches > 0
	c.ByHour = make([]float64, hours)
	perLine := make([]LineCover, len(b.in.Lines))
	for l := range b.in.Lines {
		perLine[l].Line = b.in.Lines[l].Line
	}
	for _, p := range pieces {
		n := float64(bits.OnesCount64(p.hours)) / float64(hours)
		c.LengthM += p.lengthM
		c.Share += p.lengthM * n
		perLine[p.line].LengthM += p.lengthM
		perLine[p.line].Share += p.lengthM * n
		if p.hours == 0 {
			c.NeverM += p.lengthM
			perLine[p.line].NeverM += p.lengthM
		}
		for h := range c.ByHour {
			if p.hours&(1<<h) != 0 {
				c.ByHour[h] += p.lengthM
			}
		}
	}
	if c.LengthM > 0 {
		c.Share = round(c.Share/c.LengthM, 6)
		for h := range c.ByHour {
			c.ByHour[h] = round(c.ByHour[h]/c.LengthM, 6)
		}
	}
	c.LengthM, c.NeverM = round(c.LengthM, 0), round(c.NeverM, 0)
	for _, l := range perLine {
		if l.LengthM > 0 {
			c.Lines = append(c.Lines, LineCover{l.Line, round(l.LengthM, 0), round(l.Share/l.LengthM, 6), round(l.NeverM, 0)})
		}
	}
	c.stretch = pieces
	for i := range b.in.Lines {
		c.lines = append(c.lines, b.in.Lines[i].Line)
	}
	if c.Known {
		c.Gaps = gaps(b.in.Lines, pieces, b.in.Settlements, &r.names)
		for i := range c.Gaps {
			c.Gaps[i].From, c.Gaps[i].To = b.coarse(c.Gaps[i].From), b.coarse(c.Gaps[i].To)
		}
	}
	if n := len(r.Days); n > 0 {
		r.Days[n-1].Watched = c.Share
	}
}

// Strip is a stretch of a line and how much of it was watched in each hour.
type Strip struct {
	Line    string    `json:"line"`
	From    geo.Point `json:"from"`
	To      geo.Point `json:"to"`
	LengthM float64   `json:"length_m"`
	ByHour  []float64 `json:"by_hour"` // share of its length, from the cut-off on
}

// Strips cuts the lines into at most n stretches of about equal length, a part
// of a line each at least, in the order of the lines' courses. Nobody may be
// shown them who may not know where each source watched.
func (c *Coverage) Strips(n int) []Strip {
	list := []Strip{}
	most := c.LengthM / float64(max(1, n))
	for i := range c.stretch {
		p := &c.stretch[i]
		last := len(list) - 1
		if i == 0 || p.line != c.stretch[i-1].line || p.part != c.stretch[i-1].part || list[last].LengthM+p.lengthM/2 > most {
			list = append(list, Strip{Line: c.lines[p.line], From: p.from, ByHour: make([]float64, len(c.ByHour))})
			last++
		}
		x := &list[last]
		x.To = p.to
		x.LengthM += p.lengthM
		for h := range x.ByHour {
			if p.hours&(1<<h) != 0 {
				x.ByHour[h] += p.lengthM
			}
		}
	}
	for i := range list {
		for h := range list[i].ByHour {
			list[i].ByHour[h] = round(list[i].ByHour[h]/list[i].LengthM, 3)
		}
		list[i].LengthM = round(list[i].LengthM, 0)
	}
	return list
}

// gaps joins neighbouring pieces that were never watched, longest first.
func gaps(lines []line.Version, pieces []coverStretch, places []Settlement, n *names) []Gap {
	var list []Gap
	for i := 0; i < len(pieces); {
		if pieces[i].hours != 0 {
			i++
			continue
		}
		g := Gap{Line: lines[pieces[i].line].Line, From: pieces[i].from}
		j := i
		for ; j < len(pieces) && pieces[j].hours == 0 && pieces[j].line == pieces[i].line && pieces[j].part == pieces[i].part; j++ {
			g.LengthM += pieces[j].lengthM
			g.To = pieces[j].to
		}
		mid := pieces[(i+j)/2].mid
		best := 50e3 // metres; farther places say nothing
		for _, s := range places {
			if d := metres(s.At, mid); d < best {
				best, g.Near = d, n.pick(s.Name, "en")
			}
		}
		g.LengthM = round(g.LengthM, 0)
		list = append(list, g)
		i = j
	}
	slices.SortStableFunc(list, func(x, y Gap) int { return cmp.Compare(y.LengthM, x.LengthM) })
	return list
}
