// Command fusion measures fusion against scenarios whose truth is known, beside
// other ways to fuse that are tuned on seeds of their own, and its rate.
//
//	go run ./bench/fusion score   our scenarios and those of others, unseen seeds
//	go run ./bench/fusion rate    observations a second, and how time grows
//	go run ./bench/fusion oracle  what one reaches who is told how sources err, or what happened
//	go run ./bench/fusion sick    a clock that is off, a flood, a stuck sensor
//	go run ./bench/fusion learn   what the parameters are in the training seeds
package main

import (
	"fmt"
	"os"

	"github.com/truce-monitor/truce/bench/foreign"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

func main() {
	runs := map[string]func([]string) error{"score": score, "rate": rate, "oracle": oracle, "sick": sick, "learn": learn}
	if len(os.Args) < 2 || runs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: fusion score|rate|oracle|sick|learn [flags]")
		os.Exit(2)
	}
	if err := runs[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "fusion %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// ours are the scenarios from which parameters may be learned, by seeds that are
// never scored. Those of package foreign are only ever scored.
var ours = []string{"dense-artillery", "quiet-ceasefire", "breakdown"}

// play is a scenario as methods get it, with what is true of it.
type play struct {
	s      *simulate.Scenario
	all    []*observation.Observation
	truth  []int // event of each, -1: none
	events []simulate.Event
}

func newPlay(name string, seed uint64) (*play, error) {
	for _, other := range foreign.Names() {
		if name == other {
			s, err := foreign.Run(name, seed)
			if err != nil {
				return nil, err
			}
			return playOf(s), nil
		}
	}
	plan, err := simulate.Named(name)
	if err != nil {
		return nil, err
	}
	return playOf(plan.Run(seed, nil)), nil
}

func playOf(s *simulate.Scenario) *play {
	p := &play{s: s, events: s.Truth}
	number := map[string]int{}
	for i := range s.Truth {
		number[s.Truth[i].ID] = i
	}
	for i := range s.Observations {
		p.all = append(p.all, &s.Observations[i])
		n := -1
		if id := s.Links[i].Incident; id != "" {
			n = number[id]
		}
		p.truth = append(p.truth, n)
	}
	return p
}

// fuse is our own way: the incidents, and which one each observation is in.
func (p *play) fuse(f *incident.Fuser) ([]incident.Incident, []int) {
	var incidents []incident.Incident
	for i, o := range p.all {
		f.Add(uint64(i), o)
	}
	incidents = append(incidents, f.Flush()...)
	found := make([]int, len(p.all))
	for k := range incidents {
		for _, m := range incidents[k].Members {
			found[m.Seq] = k
		}
	}
	return incidents, found
}

// happened reports whether an event is one, and not only what seemed so.
func (p *play) happened(t int) bool { return t >= 0 && !p.events[t].No }
