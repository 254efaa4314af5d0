package simulate

import (
	"fmt"

	"github.com/truce-monitor/truce/observation"
)

// language is how a source says what happened.
type language struct {
	fire, drone, guns string
	report            string // of what, where and when
	rounds            string
	town              string // settlement 3 of a party
}

// languages are those that sources write in; a report that is taken over from
// one into another is another text with another spelling of the place.
var languages = map[string]language{
	"en": {"shelling", "a drone strike", "gunfire", "Simulated: %s near %s at about %s", ", %d rounds or so", ""},
	"fr": {"des tirs d'artillerie", "une frappe de drone", "des tirs d'armes légères", "Simulated (simulé) : %s près de %s vers %s", ", environ %d coups", "localité %d de %s"},
	"de": {"Beschuss", "ein Drohnenangriff", "Schüsse", "Simulated (simuliert): %s bei %s gegen %s", ", etwa %d Schuss", "Ort %d von %s"},
}

// words says in a language what an observation says; text only if the source
// writes at all.
func (g *generator) words(o *observation.Observation, lang string, e *Event, text bool) {
	if !text {
		return
	}
	l := languages[lang]
	what := l.fire
	switch o.Activity {
	case observation.UAVStrike:
		what = l.drone
	case observation.Burst, observation.Shot:
		what = l.guns
	}
	if o.Place != "" {
		for _, t := range g.towns[1-e.side] {
			if o.Place == t.name || o.Place == t.in(languages[o.Lang]) {
				o.Place = t.in(l)
				break
			}
		}
	}
	o.Lang = lang
	o.Text = fmt.Sprintf(l.report, what, o.Place, o.From.Format("15:04"))
	if o.Count.N > 0 {
		o.Text += fmt.Sprintf(l.rounds, o.Count.N)
	}
	o.Text += "."
}

// in is how a language spells a settlement.
func (t town) in(l language) string {
	if l.town == "" {
		return t.name
	}
	return fmt.Sprintf(l.town, t.number, t.party)
}
