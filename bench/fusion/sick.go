package main

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
	"github.com/truce-monitor/truce/track"
)

// sick plays each scenario well and with one sick source, and says what the sickness
// does to fusion.
func sick(args []string) error {
	f := flag.NewFlagSet("sick", flag.ExitOnError)
	seeds := f.Int("seeds", 3, "unseen seeds of each scenario")
	only := f.String("scenario", "", "only this scenario")
	if err := f.Parse(args); err != nil {
		return err
	}
	for _, name := range ours {
		if *only != "" && *only != name {
			continue
		}
		sums := make([]harm, len(sicknesses))
		for seed := range *seeds {
			p, err := newPlay(name, uint64(unseen+seed))
			if err != nil {
				return err
			}
			well := p.played()
			for k := range sicknesses {
				h, err := sicknesses[k].falls(well)
				if err != nil {
					return fmt.Errorf("%s, seed %d, %s: %w", name, unseen+seed, sicknesses[k].name, err)
				}
				sums[k].add(h)
			}
		}
		fmt.Printf("\n%s, %d seeds; 1-F1 well > sick\n", name, *seeds)
		fmt.Println("                                      without the sick source        with it                       its own links      corroborated that is no event")
		fmt.Println("                                      pairs          B-cubed         pairs          B-cubed        1-F1               before after  by the sick (of no event)  heeded  named (others)")
		for k := range sums {
			sums[k].row(sicknesses[k].name, float64(*seeds))
		}
	}
	return nil
}

// sickness is something that befalls a source.
type sickness struct {
	name string
	// of chooses the source, befall makes what is then reported of what was.
	of     func(*play) string
	befall func(p *play, source string, r *rand.Rand) *play
}

// sicknesses are those under which fusion must hold.
var sicknesses = []sickness{
	{"clock 10 min fast: acoustic array", most(observation.Acoustic, "acoustic"), fast(10 * time.Minute)},
	{"clock 10 min fast: patrol", most(observation.Patrol, "patrol"), fast(10 * time.Minute)},
	{"clock 10 min fast: camera", most(observation.Camera, "camera"), fast(10 * time.Minute)},
	{"flood of claims: anywhere", most(observation.Party, "party"), flood(anywhere, floodPerDay)},
	{"flood of claims: real places, words", most(observation.Party, "party"), flood(inWords, floodPerDay)},
	{"flood of claims: as yesterday's", most(observation.Party, "party"), flood(asYesterday, floodPerDay)},
	{"stuck: once a minute for a day", most(observation.Acoustic, "acoustic"), stuck(time.Minute)},
	{"stuck: the same time, new refs", most(observation.Acoustic, "acoustic"), stuck(0)},
}

const floodPerDay = 1000

// played is a play as it was fused.
type played struct {
	*play
	incidents []incident.Incident
	found     []int
}

func (p *play) played() *played {
	incidents, found := p.fuse(&incident.Fuser{})
	return &played{p, incidents, found}
}

// harm is what a sickness does. The first of each two is before, the second after.
type harm struct {
	others [2][2]float64 // pairs, B-cubed: 1 - F1 among the reports of all but the source
	all    [2][2]float64
	links  [2]float64 // 1 - F1 of the pairs that hold a report of the source
	// False are corroborated incidents that no member saw happen. Raised are those
	// that would not be corroborated without what the sick source made up, RaisedFalse
	// those of them that are no event.
	false               [2]int
	raised, raisedFalse int
	heeded              int    // 1: fusion says that it takes the source's clock or errors otherwise
	named               int    // 1: its track record says that it is sick, and did not before
	blamed              [2]int // other sources of which it says so
}

func (h *harm) add(o harm) {
	for k := range 2 {
		for n := range 2 {
			h.others[k][n] += o.others[k][n]
			h.all[k][n] += o.all[k][n]
		}
		h.links[k] += o.links[k]
		h.false[k] += o.false[k]
	}
	h.raised += o.raised
	h.raisedFalse += o.raisedFalse
	h.heeded += o.heeded
	h.named += o.named
	h.blamed[0] += o.blamed[0]
	h.blamed[1] += o.blamed[1]
}

func (h *harm) row(name string, n float64) {
	fmt.Printf("   %-35s", name)
	for _, x := range []*[2][2]float64{&h.others, &h.all} {
		fmt.Printf("%.3f > %.3f  %.3f > %.3f   ", x[0][0]/n, x[0][1]/n, x[1][0]/n, x[1][1]/n)
	}
	fmt.Printf("%.3f > %.3f      %5d %5d  %5d (%d)   %d of %.0f  %d of %.0f (%d > %d)\n", h.links[0]/n, h.links[1]/n, h.false[0], h.false[1], h.raised, h.raisedFalse, h.heeded, n, h.named, n, h.blamed[0], h.blamed[1])
}

// falls lets the sickness befall a play that was well.
func (s *sickness) falls(well *played) (harm, error) {
	var h harm
	source := s.of(well.play)
	if source == "" {
		return h, fmt.Errorf("no source to fall sick")
	}
	ill := s.befall(well.play, source, rand.New(rand.NewPCG(well.s.Seed, 0x7369636b))).played()
	for n, p := range []*played{well, ill} {
		var truth, found []int
		for i, o := range p.all {
			if o.Source != source {
				truth, found = append(truth, p.truth[i]), append(found, p.found[i])
			}
		}
		h.others[0][n], h.others[1][n] = 1-eval.Pairs(truth, found).F1(), 1-eval.BCubed(truth, found).F1()
		h.all[0][n], h.all[1][n] = 1-eval.Pairs(p.truth, p.found).F1(), 1-eval.BCubed(p.truth, p.found).F1()
		h.links[n] = 1 - p.links(source)
		h.false[n] = p.corroboratedFalsely()
	}
	for n, p := range []*played{well, ill} {
		for _, name := range p.sick() {
			if name != source {
				h.blamed[n]++
			} else if h.named = n; n == 0 {
				fmt.Printf("   %s is taken to be sick when it is well\n", name)
			}
		}
	}
	h.raised, h.raisedFalse = ill.raisedBy(source)
	for i := range ill.incidents {
		for _, m := range ill.incidents[i].Members {
			if m.Source == source && strings.Contains(m.Why, "its source's") {
				h.heeded = 1
			}
		}
	}
	return h, nil
}

// sick names the sources whose track record says that they should not be relied on.
func (p *played) sick() []string {
	in := track.Input{Incidents: p.incidents}
	for _, o := range p.all {
		in.Observations = append(in.Observations, *o)
	}
	var names []string
	for _, r := range track.Records(in) {
		if len(r.Sick) > 0 {
			names = append(names, r.Source)
		}
	}
	return names
}

// links is the F1 of the pairs of reports of which one is by the source.
func (p *played) links(source string) float64 {
	var right, held, actual float64
	event, group := map[int][2]int{}, map[int][2]int{} // reports, of them the source's
	both := map[[2]int][2]int{}
	for i, o := range p.all {
		own := 0
		if o.Source == source {
			own = 1
		}
		count(group, p.found[i], own)
		if t := p.truth[i]; t >= 0 {
			count(event, t, own)
			count(both, [2]int{t, p.found[i]}, own)
		}
	}
	pairs := func(n [2]int) float64 { return float64(n[0]*(n[0]-1)-(n[0]-n[1])*(n[0]-n[1]-1)) / 2 }
	for _, n := range both {
		right += pairs(n)
	}
	for _, n := range group {
		held += pairs(n)
	}
	for _, n := range event {
		actual += pairs(n)
	}
	return eval.Agreement{Precision: right / max(held, 1), Recall: right / max(actual, 1)}.F1()
}

func count[K comparable](m map[K][2]int, k K, own int) {
	n := m[k]
	m[k] = [2]int{n[0] + 1, n[1] + own}
}

// corroborated is what findings are allowed to rest on.
func corroborated(sources int, probability float64) bool { return sources >= 2 && probability >= 0.8 }

// corroboratedFalsely counts corroborated incidents none of whose members is of
// something that happened.
func (p *played) corroboratedFalsely() int {
	n := 0
	for k := range p.incidents {
		if in := &p.incidents[k]; corroborated(in.IndependentSources, in.Probability) && !p.true(in) {
			n++
		}
	}
	return n
}

func (p *played) true(in *incident.Incident) bool {
	for _, m := range in.Members {
		if p.happened(p.truth[m.Seq]) {
			return true
		}
	}
	return false
}

// raisedBy counts corroborated incidents that have fewer than two independent
// sources without what the source made up, and of them those that are no event.
func (p *played) raisedBy(source string) (raised, untrue int) {
	for k := range p.incidents {
		in := &p.incidents[k]
		if !corroborated(in.IndependentSources, in.Probability) {
			continue
		}
		others, invented := 0, false
		for _, m := range in.Members {
			switch {
			case m.Source == source && p.truth[m.Seq] < 0:
				invented = true
			case m.Independent || m.Source == source:
				others++
			}
		}
		if invented && others < 2 {
			raised++
			if !p.true(in) {
				untrue++
			}
		}
	}
	return raised, untrue
}

// most chooses the source of a means, and of a kind by its name, with the most
// reports of events.
func most(means observation.Means, kind string) func(*play) string {
	return func(p *play) string {
		n := map[string]int{}
		for i, o := range p.all {
			if o.Means == means && strings.HasPrefix(o.Source, "simulated "+kind) && p.truth[i] >= 0 {
				n[o.Source]++
			}
		}
		best := ""
		for source := range n {
			if best == "" || cmp.Or(cmp.Compare(n[source], n[best]), cmp.Compare(best, source)) > 0 {
				best = source
			}
		}
		return best
	}
}

// with is the play with each observation changed, and with others added that are
// of no event.
func (p *play) with(change func(*observation.Observation), more []observation.Observation) *play {
	type row struct {
		o *observation.Observation
		t int
	}
	var rows []row
	for i, o := range p.all {
		c := *o
		change(&c)
		rows = append(rows, row{&c, p.truth[i]})
	}
	for i := range more {
		rows = append(rows, row{&more[i], -1})
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(a.o.From.Compare(b.o.From), cmp.Compare(a.o.Source, b.o.Source), cmp.Compare(a.o.Ref, b.o.Ref))
	})
	out := &play{s: p.s, events: p.events}
	for _, r := range rows {
		out.all, out.truth = append(out.all, r.o), append(out.truth, r.t)
	}
	return out
}

// fast sets a source's clock forward: both ends of its times, not when it reports.
func fast(by time.Duration) func(*play, string, *rand.Rand) *play {
	return func(p *play, source string, _ *rand.Rand) *play {
		return p.with(func(o *observation.Observation) {
			if o.Source == source {
				o.From, o.To = o.From.Add(by), o.To.Add(by)
			}
		}, nil)
	}
}

// stuck lets a source say again and again, for the day after its report in the
// middle, what it said there: at the time of its clock, or always at the same.
func stuck(every time.Duration) func(*play, string, *rand.Rand) *play {
	return func(p *play, source string, _ *rand.Rand) *play {
		var own []*observation.Observation
		for i, o := range p.all {
			if o.Source == source && p.truth[i] >= 0 {
				own = append(own, o)
			}
		}
		like := own[len(own)/3]
		var more []observation.Observation
		for k := 1; k <= 24*60; k++ {
			o := *like
			o.Ref = fmt.Sprintf("%s-%d", like.Ref, k)
			o.From, o.To = o.From.Add(time.Duration(k)*every), o.To.Add(time.Duration(k)*every)
			o.Reported = o.Reported.Add(time.Duration(k) * time.Minute)
			more = append(more, o)
		}
		return p.with(func(*observation.Observation) {}, more)
	}
}

// flood adds false claims to those that a party makes: what they are like says claim.
func flood(claim func(*play, *observation.Observation, *rand.Rand), perDay float64) func(*play, string, *rand.Rand) *play {
	return func(p *play, source string, r *rand.Rand) *play {
		var like *observation.Observation
		for _, o := range p.all {
			if o.Source == source && o.Activity == observation.Shelling {
				like = o
				break
			}
		}
		days := p.s.To.Sub(p.s.From).Hours() / 24
		var more []observation.Observation
		for k := range int(days * perDay) {
			o := observation.Observation{Source: source, Ref: fmt.Sprintf("flood-%d", k+1), Means: like.Means, How: like.How, Grade: like.Grade, Handling: like.Handling,
				Activity: observation.Shelling, Party: like.Party, Actors: like.Actors, Count: observation.Count{N: 1 + r.IntN(12)}, Extra: like.Extra}
			at := p.s.From.Add(time.Duration(r.Float64() * float64(p.s.To.Sub(p.s.From)))).Round(30 * time.Minute)
			if !at.Before(p.s.To) {
				at = at.Add(-30 * time.Minute)
			}
			o.From, o.To = at.Add(-15*time.Minute), at.Add(15*time.Minute)
			claim(p, &o, r)
			o.Reported = o.To.Add(time.Duration(2+12*r.Float64()) * time.Hour).Truncate(time.Second)
			more = append(more, o)
		}
		return p.with(func(*observation.Observation) {}, more)
	}
}

// anywhere puts a claim where its source has seen fire before, kilometres off, and
// words and settlements it has none.
func anywhere(p *play, o *observation.Observation, r *rand.Rand) {
	e := p.against(o, r)
	o.Position = near(e.Lat, e.Lon, 3000, r)
}

// inWords is a claim like those that the source makes of what happened: with the
// settlements that it names and its words for them, at another time.
func inWords(p *play, o *observation.Observation, r *rand.Rand) {
	var own []*observation.Observation
	for _, x := range p.all {
		if x.Source == o.Source {
			own = append(own, x)
		}
	}
	x := own[r.IntN(len(own))]
	o.Position = near(x.Position.Lat, x.Position.Lon, 900, r)
	o.Place, o.Lang, o.Activity, o.Weapon = x.Place, x.Lang, x.Activity, x.Weapon
	o.Text = strings.Replace(x.Text, x.From.Format("15:04"), o.From.Format("15:04"), 1)
	o.Count = x.Count
}

// asYesterday is a claim of what truly happened the day before, as if it were today
// at that time of day; on the first day the next one's.
func asYesterday(p *play, o *observation.Observation, r *rand.Rand) {
	const day = 24 * time.Hour
	for range 1000 {
		e := p.against(o, r)
		at := e.At.Add(day)
		if !at.Before(p.s.To) {
			if at = e.At.Add(-day); at.Before(p.s.From) {
				continue
			}
		}
		at = at.Add(time.Duration(500 * r.NormFloat64() * float64(time.Second))).Round(30 * time.Minute)
		if at.Before(p.s.From) || !at.Before(p.s.To) {
			continue
		}
		o.From, o.To = at.Add(-15*time.Minute), at.Add(15*time.Minute)
		o.Position = near(e.Lat, e.Lon, 900, r)
		o.Activity, o.Weapon, o.Count = e.Activity, e.Weapon, observation.Count{N: max(1, e.Count+r.IntN(3)-1)}
		return
	}
}

// against is an act of fire by the party that the claim accuses.
func (p *play) against(o *observation.Observation, r *rand.Rand) *simulate.Event {
	for {
		if e := &p.events[r.IntN(len(p.events))]; e.Party == o.Party {
			return e
		}
	}
}

func near(lat, lon, metres float64, r *rand.Rand) *observation.Position {
	const perDegree = 111195
	round := func(x float64) float64 { return float64(int(x*1e5)) / 1e5 }
	return &observation.Position{Lat: round(lat + metres*r.NormFloat64()/perDegree), Lon: round(lon + metres*r.NormFloat64()/perDegree/0.67), Radius: 2205}
}
