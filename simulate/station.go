package simulate

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// stander is one source of a scenario that follows a plan.
type stander struct {
	*SourcePlan
	name  string
	lang  string
	group []reteller // those of its kind, who may repeat it
	own   int        // which of the group it is
	side  int        // on which it stands or whose it is; -1: neither
	along float64    // metres along the line
	days  [][]post   // by day: when it watches and from where
}

// reteller is a source that may repeat another's report.
type reteller struct{ name, lang string }

// post is a time in which a source watches, from a place if it has one.
type post struct {
	Window
	at    point
	along float64
}

// station puts the sources in their places.
func (g *generator) station() {
	length := g.w.along[len(g.w.along)-1]
	for i := range g.plan.Sources {
		p := &g.plan.Sources[i]
		base := cmp.Or(p.Name, p.Kind)
		sides := []int{-1}
		if p.stands() || p.Claims > 0 || p.Denies > 0 {
			sides = []int{0, 1}
		}
		for _, side := range sides {
			first := len(g.stood)
			for k := range p.N {
				s := stander{SourcePlan: p, side: side, own: k, name: fmt.Sprintf("simulated %s %d", base, k+1), lang: "en"}
				if side >= 0 {
					s.name = fmt.Sprintf("simulated %s %d of %s", base, k+1, g.w.parties[side])
				}
				if len(p.Langs) > 0 {
					s.lang = p.Langs[k%len(p.Langs)]
				}
				if p.stands() {
					s.along = (float64(k) + g.r.Float64()) / float64(p.N) * length
				}
				g.duty(&s)
				g.s.Sources = append(g.s.Sources, g.source(&s))
				g.stood = append(g.stood, s)
			}
			group := make([]reteller, p.N)
			for k := range group {
				group[k] = reteller{g.stood[first+k].name, g.stood[first+k].lang}
			}
			for k := range group {
				g.stood[first+k].group = group
			}
		}
	}
	// Those that stand somewhere, in order along the line; before them the others.
	slices.SortStableFunc(g.stood, func(a, b stander) int {
		if a.stands() != b.stands() {
			if a.stands() {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.along, b.along)
	})
}

// duty draws when a source watches and from where.
func (g *generator) duty(s *stander) {
	days := int(math.Ceil(g.plan.Days))
	s.days = make([][]post, days)
	home := g.stand(s, s.along)
	for d := range s.days {
		if s.Every > 0 && g.r.Float64() >= s.Every {
			continue
		}
		midnight := g.s.From.AddDate(0, 0, d)
		hour := func(h float64) time.Time {
			return midnight.Add(time.Duration(h * float64(time.Hour))).Round(time.Minute)
		}
		from, to := 0.0, 24.0
		if s.Hours != [2]float64{} {
			from, to = s.Hours[0], s.Hours[1]
		}
		if s.Sorties == 0 {
			home.Window = Window{hour(from), hour(to)}
			s.days[d] = []post{home}
			continue
		}
		// Sorties share the day's hours evenly and begin anywhere in their share.
		share := (to - from) / float64(s.Sorties)
		for k := range s.Sorties {
			lasts := math.Min(share, s.SortieH[0]+(s.SortieH[1]-s.SortieH[0])*g.r.Float64())
			begin := from + float64(k)*share + (share-lasts)*g.r.Float64()
			p := g.stand(s, s.along+s.RoamsKM*1000*g.r.NormFloat64())
			p.Window = Window{hour(begin), hour(begin + lasts)}
			s.days[d] = append(s.days[d], p)
		}
	}
}

// stand is a place for a source, metres along the line; patrols stop where they
// may not go on.
func (g *generator) stand(s *stander, along float64) post {
	if !s.stands() {
		return post{}
	}
	if s.Means == observation.Patrol {
		for _, a := range g.plan.NoGoKM {
			if from, to := 1000*a[0], 1000*a[1]; along > from && along < to {
				if along-from < to-along {
					along = from
				} else {
					along = to
				}
			}
		}
	}
	along = min(max(along, 0), g.w.along[len(g.w.along)-1])
	on, heading := g.w.onLine(along)
	return post{along: along, at: beside(on, heading, s.side, 1000*(s.BehindKM[0]+g.r.Float64()*(s.BehindKM[1]-s.BehindKM[0])))}
}

// source describes a stander for those who read the scenario.
func (g *generator) source(s *stander) Source {
	out := Source{Name: s.name, Means: s.Means, RangeM: s.RangeKM * 1000, Watched: g.watched(s)}
	if s.side >= 0 {
		out.Party = g.w.parties[s.side]
	}
	if s.stands() && s.RoamsKM == 0 {
		for _, posts := range s.days {
			if len(posts) > 0 {
				out.Lat, out.Lon = round(posts[0].at.lat, 5), round(posts[0].at.lon, 5)
				break
			}
		}
	}
	return out
}

// watched are the times at which a source watches.
func (g *generator) watched(s *stander) []Window {
	if s.Hours == [2]float64{} && s.Every == 0 && s.Sorties == 0 && len(s.PassesH) == 0 {
		return []Window{{g.s.From, g.s.To}}
	}
	var out []Window
	if len(s.PassesH) > 0 {
		for t := g.s.From; ; {
			pass, _ := s.pass(t)
			if !pass.Before(g.s.To) {
				return out
			}
			out = append(out, Window{pass, pass.Add(time.Minute)})
			t = pass
		}
	}
	for _, posts := range s.days {
		for _, p := range posts {
			out = append(out, p.Window)
		}
	}
	return out
}

// on is where a source watches from at an instant, nil if it does not watch.
func (g *generator) on(s *stander, t time.Time) *post {
	d := int(t.Sub(g.s.From) / (24 * time.Hour))
	if d < 0 || d >= len(s.days) {
		return nil
	}
	for i := range s.days[d] {
		if s.days[d][i].holds(t) {
			return &s.days[d][i]
		}
	}
	return nil
}

// pass is the first pass of a satellite after an instant, and the one before it.
func (m *Model) pass(t time.Time) (next, last time.Time) {
	midnight := t.Truncate(24 * time.Hour)
	for d := -1; d < 3; d++ {
		for _, h := range m.PassesH {
			p := midnight.AddDate(0, 0, d).Add(time.Duration(h * float64(time.Hour))).Round(time.Minute)
			if p.After(t) {
				return p, last
			}
			last = p
		}
	}
	return t, t
}

// Bad weather holds for two hours on a stretch of a hundred kilometres, for all
// who look or listen there.
const (
	badHolds = 2 * time.Hour
	badM     = 100e3
)

func (g *generator) bad(t time.Time, along float64) bool {
	share := g.plan.Events.BadWeather
	if share == 0 {
		return false
	}
	r := rand.New(rand.NewPCG(g.s.Seed^uint64(t.Unix()/int64(badHolds/time.Second)), uint64(max(along, 0)/badM)))
	return r.Float64() < share
}

// dark reports whether it is night at a place, by the sun as at an equinox.
func dark(t time.Time, p point) bool {
	hour := math.Mod(t.Sub(t.Truncate(24*time.Hour)).Hours()+p.lon/15+24, 24)
	return hour < 6 || hour >= 18
}
