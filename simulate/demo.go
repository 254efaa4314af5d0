package simulate

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
	_ "time/tzdata" // the demonstration must not depend on the machine's zones

	"github.com/truce-monitor/truce/observation"
)

// builder makes a scenario.
type builder struct {
	s         *Scenario
	w         *world
	r         *rand.Rand
	zone      *time.Location
	ceasefire time.Time
	watchers  []*watcher
	events    []*Event
	refs      map[string]int
	plain     map[string]string // the extra of those who say nothing extra
}

// Demo is the embedded demonstration: eleven days around the start of the
// ceasefire of the example paris-2026, with heavy fire before it, a ceasefire
// that takes hold slowly, hot spots, and on either side the same serious
// incidents, exceptions and failures of sensors. The same seed gives the same
// scenario, to the byte. Nothing in it happened.
func Demo(seed uint64) *Scenario {
	zone, err := time.LoadLocation("Europe/Kyiv") // of the example
	if err != nil {
		panic(err) // embedded above
	}
	b := &builder{
		w: demoWorld(), r: rand.New(rand.NewPCG(seed, 0x7472756365)), zone: zone, refs: map[string]int{},
		ceasefire: time.Date(2026, 3, 1, 0, 0, 0, 0, zone).UTC(),
		s: &Scenario{
			Name: "demonstration", Seed: seed, Agreement: "paris-2026",
			From: time.Date(2026, 2, 26, 0, 0, 0, 0, zone).UTC(), To: time.Date(2026, 3, 9, 0, 0, 0, 0, zone).UTC(),
		},
	}
	b.station()
	b.story()
	b.fire()
	for _, e := range b.events {
		b.perceive(e)
		b.tell(e)
	}
	b.rumours()
	b.sources()
	for _, e := range b.events {
		b.s.Truth = append(b.s.Truth, *e)
	}
	b.s.sort()
	return b.s
}

// sources describes who watched and when.
func (b *builder) sources() {
	for _, w := range b.watchers {
		s := Source{Name: w.source, Means: w.means, Party: b.w.parties[w.side], RangeM: w.rangeM}
		if w.means == observation.Camera || w.means == observation.Acoustic {
			s.Lat, s.Lon = round(w.stays[0].at.lat, 5), round(w.stays[0].at.lon, 5)
		}
		slices.SortFunc(w.stays, func(x, y stay) int { return x.From.Compare(y.From) })
		for _, x := range w.stays {
			s.Watched = append(s.Watched, x.Window)
			b.s.stays = append(b.s.stays, watch{w.source, w.means, w.rangeM, x})
		}
		b.s.Sources = append(b.s.Sources, s)
	}
	whole := []Window{{b.s.From, b.s.To}}
	for side, party := range b.w.parties {
		b.s.Sources = append(b.s.Sources,
			Source{Name: b.hotline(side), Means: observation.Hotline, Party: party, Watched: whole},
			Source{Name: b.statement(side), Means: observation.Party, Party: party, Watched: whole},
			Source{Name: b.aircraft(side), Means: observation.UAV, Party: party})
		for team := range 4 {
			b.s.Sources = append(b.s.Sources, Source{Name: b.patrol(team+1, side), Means: observation.Patrol, Party: party})
		}
	}
	for _, s := range []Source{{Name: agencyOne, Means: observation.News}, {Name: agencyTwo, Means: observation.News}} {
		s.Watched = whole
		b.s.Sources = append(b.s.Sources, s)
	}
	passes := Source{Name: thermal, Means: observation.Satellite}
	for p := b.pass(b.s.From); p.Before(b.s.To); p = b.pass(p) {
		passes.Watched = append(passes.Watched, Window{p, p.Add(time.Minute)})
	}
	b.s.Sources = append(b.s.Sources, passes, Source{Name: imagery, Means: observation.Satellite})
	slices.SortFunc(b.s.Sources, func(x, y Source) int { return cmp.Compare(x.Name, y.Name) })
}
