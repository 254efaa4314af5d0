// Command calibration measures whether what truce says of an incident is what it
// says, on scenarios whose truth is known: who did it, whether it lies in the zone,
// whether the true place lies in the stated circle, and how many there were.
//
//	go run ./bench/calibration                            unseen seeds
//	go run ./bench/calibration -bins                      what it comes from
//	go run ./bench/calibration -learn -first 1 -seeds 2   the shares behind finding/parameters.yaml
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"testing/fstest"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/bench/foreign"
	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
	"github.com/truce-monitor/truce/zone"
)

func main() {
	first := flag.Uint64("first", 201, "first seed; parameters are learned from 1 and 2")
	seeds := flag.Uint64("seeds", 5, "seeds of each scenario")
	only := flag.String("scenario", "", "only this scenario")
	shares := flag.Bool("learn", false, "print the shares behind the weights of evidence")
	full := flag.Bool("bins", false, "print reliability diagrams")
	flag.Parse()
	names := slices.Concat([]string{"dense-artillery", "quiet-ceasefire", "breakdown"}, foreign.Names())
	if *only != "" {
		names = []string{*only}
	}
	for _, name := range names {
		var all total
		for seed := *first; seed < *first+*seeds; seed++ {
			p, err := newPlay(name, seed)
			if err != nil {
				fmt.Fprintf(os.Stderr, "calibration: %s: %v\n", name, err)
				os.Exit(1)
			}
			if *shares {
				all.learn(p)
				continue
			}
			all.add(p)
		}
		if *shares {
			fmt.Println(name)
			all.printShares()
			continue
		}
		all.print(name, *full)
	}
}

// play is a scenario, judged.
type play struct {
	s         *simulate.Scenario
	plan      *simulate.Plan // nil: a foreign one
	truth     *eval.Truth
	incidents []incident.Incident
	terms     *agreement.Agreement
	zones     *zone.Set
	judge     *finding.Judge
}

func newPlay(name string, seed uint64) (*play, error) {
	p := &play{}
	var text string
	if slices.Contains(foreign.Names(), name) {
		s, err := foreign.Run(name, seed)
		if err != nil {
			return nil, err
		}
		p.s = s
		text = "agreement: f\ntitle: f\ntime_zone: Etc/UTC\nceasefire:\n  - {id: truce, from: 2020-01-01}\nparties:\n" +
			"  - {id: gray, name: gray, actors: [gray, statement of gray, simulated foreign statement of gray], roles: [{role: party-to-conflict}]}\n  - {id: teal, name: teal, actors: [teal], roles: [{role: party-to-conflict}]}\n" +
			"provisions:\n  - {id: no-fire, words: Nobody fires., ceasefire: truce, prohibits: {kind: activity}, severity: S2}\n"
	} else {
		plan, err := simulate.Named(name)
		if err != nil {
			return nil, err
		}
		p.s, p.plan, text = plan.Run(seed, nil), plan, plan.Terms()
	}
	terms, problems := agreement.Parse(name, []byte(text))
	if terms == nil {
		return nil, fmt.Errorf("%v", problems)
	}
	lines, err := zone.Lines(terms, fstest.MapFS{})
	if err != nil {
		return nil, err
	}
	p.terms = terms
	if p.zones, err = zone.New(terms, lines, fstest.MapFS{}); err != nil {
		return nil, err
	}
	p.judge = finding.New(terms, p.zones)
	p.truth = &eval.Truth{Of: map[eval.Ref]int{}}
	number := map[string]int{}
	for i, e := range p.s.Truth {
		number[e.ID] = i
		p.truth.Events = append(p.truth.Events, eval.Event{ID: e.ID, At: e.At, Lat: e.Lat, Lon: e.Lon, Activity: e.Activity, Weapon: e.Weapon, Count: e.Count, Party: e.Party, No: e.No})
	}
	for _, l := range p.s.Links {
		n := -1
		if l.Incident != "" {
			n = number[l.Incident]
		}
		p.truth.Of[eval.Ref{Source: l.Source, Ref: l.Ref}] = n
	}
	var f incident.Fuser
	for i := range p.s.Observations {
		f.Add(uint64(i), &p.s.Observations[i])
	}
	p.incidents = f.Flush()
	return p, nil
}

// event is the one that most members of an incident are of, -1: none.
func (p *play) event(in *incident.Incident) int {
	votes, best := map[int]int{}, -1
	for _, m := range in.Members {
		at := p.truth.Of[eval.Ref{Source: m.Source, Ref: m.Ref}]
		if at < 0 {
			continue
		}
		votes[at]++
		if best < 0 || votes[at] > votes[best] {
			best = at
		}
	}
	return best
}

// pure reports whether all members of an incident are of one event.
func (p *play) pure(in *incident.Incident) bool {
	for _, m := range in.Members {
		if p.truth.Of[eval.Ref{Source: m.Source, Ref: m.Ref}] != p.event(in) {
			return false
		}
	}
	return true
}

// input is what eval scores, made without a workspace.
func (p *play) input() eval.Input {
	in := eval.Input{Truth: p.truth, Day: func(t time.Time) string { return t.UTC().Format(time.DateOnly) }}
	for _, z := range p.terms.Zones {
		in.Zones = append(in.Zones, z.ID)
	}
	in.Inside = func(e eval.Event) map[string]bool {
		out := map[string]bool{}
		for _, m := range p.zones.At(geo.Point{Lat: e.Lat, Lon: e.Lon}, 0, e.At).Zones {
			out[m.Zone] = m.Probability >= 0.5
		}
		return out
	}
	for i := range p.s.Observations {
		o := &p.s.Observations[i]
		in.Seen = append(in.Seen, eval.Seen{Ref: eval.Ref{Source: o.Source, Ref: o.Ref}, Means: o.Means, Reported: o.Reported})
	}
	for i := range p.incidents {
		x := &p.incidents[i]
		f := eval.Found{ID: x.ID, From: x.From, To: x.To, Probability: x.Probability, Distinct: x.Distinct, Activities: map[observation.Activity]float64{}}
		for _, a := range x.Activities {
			f.Activities[a.Activity] += a.Probability
		}
		for _, m := range x.Members {
			f.Members = append(f.Members, eval.Ref{Source: m.Source, Ref: m.Ref})
		}
		if q := x.Position; q != nil {
			f.Zones = map[string]float64{}
			for _, m := range p.zones.At(geo.Point{Lat: q.Lat, Lon: q.Lon}, q.Radius, x.From).Zones {
				f.Zones[m.Zone] = m.Probability
			}
		}
		for _, y := range p.judge.Judge(x) {
			if f.Zones != nil {
				f.Zones = map[string]float64{}
				for _, m := range y.Place.Zones {
					f.Zones[m.Zone] = m.Probability
				}
			}
			f.Parties, f.Named = map[string]float64{}, y.Responsible.Party
			for _, c := range y.Responsible.Candidates {
				if c.Party != "" {
					f.Parties[c.Party] = c.Probability
				}
			}
			break
		}
		in.Found = append(in.Found, f)
	}
	return in
}

// total is what is measured, over seeds.
type total struct {
	scores  []*eval.Scores
	all     eval.Input // of all seeds together
	circles map[string]*circle
	shares  map[string]*share
	why     groups // forecasts of who did it
	doubt   groups // of lying in a zone
	lone    map[string]*lone
}

// circle is how often the true place lies within what is stated.
type circle struct {
	n, in int
	d2    []float64 // squared distance in units of the stated radius
}

func (t *total) add(p *play) {
	in := p.input()
	t.scores = append(t.scores, eval.Measure(in))
	t.pool(in)
	if t.circles == nil {
		t.circles, t.why, t.doubt = map[string]*circle{}, groups{}, groups{}
	}
	t.why.add(p)
	t.doubt.doubts(p)
	t.own(p)
	put := func(kind string, d, r float64) {
		c := t.circles[kind]
		if c == nil {
			c = &circle{}
			t.circles[kind] = c
		}
		c.n++
		if d <= r {
			c.in++
		}
		c.d2 = append(c.d2, d/r)
	}
	for i := range p.incidents {
		in := &p.incidents[i]
		at := p.event(in)
		if in.Position == nil || at < 0 || p.s.Truth[at].Lat == 0 || in.Position.Radius == 0 {
			continue
		}
		e := &p.truth.Events[at]
		d := geo.Distance(geo.Point{Lat: e.Lat, Lon: e.Lon}, geo.Point{Lat: in.Position.Lat, Lon: in.Position.Lon})
		put(" all", d, in.Position.Radius)
		if p.pure(in) {
			put(" whose reports are of one event", d, in.Position.Radius)
			put(" pure, sources "+number(in.IndependentSources), d, in.Position.Radius)
			if in.Ellipse != nil {
				put(" pure, with an ellipse", d, in.Position.Radius)
			}
		}
		put("sources "+number(in.IndependentSources), d, in.Position.Radius)
		if len(in.Members) == 1 {
			put("alone "+string(in.Members[0].Means), d, in.Position.Radius)
		} else {
			best := in.Members[0].Means
			for _, m := range in.Members {
				if rank(m.Means) < rank(best) {
					best = m.Means
				}
			}
			put("best of several "+string(best), d, in.Position.Radius)
		}
		r := in.Position.Radius
		put(fmt.Sprintf("stated radius %6.0f", math.Pow(2, math.Round(math.Log2(r)))), d, r)
	}
}

// pool puts the seeds together, for what does not go by day.
func (t *total) pool(in eval.Input) {
	seed := fmt.Sprint(len(t.scores))
	if t.all.Truth == nil {
		t.all = in
		t.all.Truth, t.all.Seen, t.all.Found = &eval.Truth{Of: map[eval.Ref]int{}}, nil, nil
	}
	of := func(r eval.Ref) eval.Ref { return eval.Ref{Source: r.Source + seed, Ref: r.Ref} }
	first := len(t.all.Truth.Events)
	t.all.Truth.Events = append(t.all.Truth.Events, in.Truth.Events...)
	for r, at := range in.Truth.Of {
		if at >= 0 {
			at += first
		}
		t.all.Truth.Of[of(r)] = at
	}
	for _, x := range in.Seen {
		x.Ref = of(x.Ref)
		t.all.Seen = append(t.all.Seen, x)
	}
	for _, x := range in.Found {
		x.Members = slices.Clone(x.Members)
		for k := range x.Members {
			x.Members[k] = of(x.Members[k])
		}
		t.all.Found = append(t.all.Found, x)
	}
}

func rank(m observation.Means) int {
	return slices.Index([]observation.Means{observation.UAV, observation.Camera, observation.Acoustic, observation.Radar, observation.Patrol, observation.Seismic, observation.Satellite, observation.Party, observation.Hotline, observation.News}, m)
}

func number(n int) string {
	if n > 4 {
		return "5 or more"
	}
	return fmt.Sprint(n)
}

func (t *total) print(name string, bins bool) {
	fmt.Printf("\n%s, %d seeds\n", name, len(t.scores))
	keys := []string{}
	for k := range t.circles {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		c := t.circles[k]
		slices.Sort(c.d2)
		fmt.Printf("   true place in circle: %-32s %6d  %5.1f %%  median %.2f (0.48)  95 %% at %.2f\n", k, c.n, 100*float64(c.in)/float64(c.n), c.d2[len(c.d2)/2], c.d2[len(c.d2)*95/100])
	}
	mean := func(of func(*eval.Scores) float64) float64 {
		sum := 0.0
		for _, s := range t.scores {
			sum += of(s) / float64(len(t.scores))
		}
		return sum
	}
	pooled := eval.Measure(t.all)
	for _, c := range []struct {
		name string
		of   func(*eval.Scores) *eval.Calibration
	}{{"it happened", func(s *eval.Scores) *eval.Calibration { return &s.Happened }}, {"inside", func(s *eval.Scores) *eval.Calibration { return &s.Inside }},
		{"inside, in doubt", func(s *eval.Scores) *eval.Calibration { return &s.InsideDoubt }}, {"who did it", func(s *eval.Scores) *eval.Calibration { return &s.Attribution }}} {
		fmt.Printf("   %-18s n %6d Brier %.3f calibration error %.3f (a seed alone: %.3f)\n", c.name, c.of(pooled).N, c.of(pooled).Brier, c.of(pooled).Error, mean(func(s *eval.Scores) float64 { return c.of(s).Error }))
		if bins {
			for _, b := range c.of(pooled).Bins {
				fmt.Printf("      %6d said %.3f, was %.3f\n", b.N, b.Stated, b.Happened)
			}
		}
	}
	if bins {
		t.why.print()
		t.doubt.print()
		t.printOwn()
	}
	a := pooled.Attributed
	fmt.Printf("   named rightly %d, wrongly %d, undetermined %d\n", a.Right, a.Wrong, a.Undetermined)
	fmt.Printf("   count: %+.1f %% in all, %.1f %% a day\n", 100*mean(func(s *eval.Scores) float64 { return s.Count.Bias }), 100*mean(func(s *eval.Scores) float64 { return s.Count.Error }))
	off, days := 0.0, 0.0
	for _, s := range t.scores {
		for _, d := range s.Days {
			if d.True >= 20 {
				off += math.Abs(d.Counted-d.True) / d.True
				days++
			}
		}
	}
	fmt.Printf("   days with 20 events and more: %.1f %% off on the average of %.0f\n", 100*off/days, days)
	for _, list := range [][]eval.Counts{t.scores[0].ByType, t.scores[0].ByZone} {
		for _, c := range list {
			fmt.Printf("      %-24s true %6.0f counted %8.1f  %+6.1f %%  %6.1f %% a day\n", c.Name, c.True, c.Counted, 100*c.Bias, 100*c.Error)
		}
	}
	for _, d := range t.scores[0].Days {
		fmt.Printf("      %s true %5.0f counted %7.1f %+5.1f %%\n", d.Day, d.True, d.Counted, 100*(d.Counted-d.True)/math.Max(1, d.True))
	}
}
