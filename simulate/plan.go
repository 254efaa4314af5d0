package simulate

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/truce-monitor/truce/observation"
)

//go:embed scenarios/*.yaml
var scenarios embed.FS

// kindsFile says how kinds of sources perceive, with where each figure is from.
const kindsFile = "scenarios/kinds.yaml"

// Plan describes a scenario: a line, what happens along it, and who watches.
// Everything that is drawn follows from the plan and a seed. Both sides fire and
// are watched by the same rules.
type Plan struct {
	Name    string       `yaml:"scenario"`
	Words   string       `yaml:"words"` // what it is about
	From    string       `yaml:"from"`  // date, UTC
	Days    float64      `yaml:"days"`
	Line    [][2]float64 `yaml:"line"`    // lon, lat; the first party to its left
	Parties [2]string    `yaml:"parties"` // left, right
	// NoGoKM are stretches of the line, kilometres from its start to, where patrols
	// may not go: they stop at the edge.
	NoGoKM [][2]float64 `yaml:"no_go_km"`
	// TownsKM is how far settlements along either side are from each other.
	TownsKM float64      `yaml:"towns_km"`
	Events  EventPlan    `yaml:"events"`
	Sources []SourcePlan `yaml:"sources"`

	start time.Time
}

// EventPlan says how often and where there is fire.
type EventPlan struct {
	PerDay float64 `yaml:"per_day"` // those that follow no other
	// Trend multiplies PerDay, evenly from the scenario's start to its end in as many
	// steps: [1, 1, 0.2] falls to a fifth at the end; empty: [1].
	Trend []float64 `yaml:"trend"`
	// DayShare is how much more there is by day than on the average, [0, 1].
	DayShare float64 `yaml:"day_share"`
	HotSpots int     `yaml:"hot_spots"`
	HotShare float64 `yaml:"hot_share"` // of the fire that lies at hot spots, [0, 1]
	HotKM    float64 `yaml:"hot_km"`    // their reach, one sigma
	// Each event is followed by Children others on the average, [0, 1), after
	// ChildMin minutes and at ChildKM kilometres on the average: fire draws fire
	// (Hawkes 1971, doi:10.1093/biomet/58.1.83).
	Children float64 `yaml:"children"`
	ChildMin float64 `yaml:"child_min"`
	ChildKM  float64 `yaml:"child_km"`
	DepthKM  float64 `yaml:"depth_km"` // farthest behind the line that is hit
	// Heavy is the share of artillery, mortars and rockets; the rest is small arms
	// and drones.
	Heavy float64 `yaml:"heavy"`
	// BadWeather is the share of time without sight and with wind, [0, 1]; it holds for
	// two hours along a hundred kilometres.
	BadWeather float64 `yaml:"bad_weather"`
	// So many a day are no fire: claps of thunder, which come in storms, controlled
	// explosions, exercises, stubble that burns.
	Thunder  float64 `yaml:"thunder"`
	Demining float64 `yaml:"demining"`
	Exercise float64 `yaml:"exercise"`
	Stubble  float64 `yaml:"stubble"`
}

// SourcePlan is a group of like sources. What is not said is that of its kind.
type SourcePlan struct {
	Kind string `yaml:"kind"`
	Name string `yaml:"name"` // empty: the kind's
	N    int    `yaml:"n"`    // on each side, or in all where it stands on none

	Model `yaml:",inline"`
}

// Model is how a kind of source perceives and reports.
type Model struct {
	Means    observation.Means    `yaml:"means"`
	How      observation.How      `yaml:"how"`
	Grade    observation.Grade    `yaml:"grade"`
	Handling observation.Handling `yaml:"handling"`

	// Where it stands: behind the line on its side, evenly along it; 0, 0: nowhere.
	BehindKM [2]float64 `yaml:"behind_km"`
	// Detects is the probability that it perceives the loudest fire next to it; it
	// falls with distance as exp(-(d/RangeKM)²).
	Detects float64 `yaml:"detects"`
	RangeKM float64 `yaml:"range_km"`
	Sight   bool    `yaml:"sight"` // sees nothing in bad weather
	Ears    bool    `yaml:"ears"`  // hears: loud fire farther, one explosion like another
	Night   float64 `yaml:"night"` // share of its range by night; 0: all
	Windy   float64 `yaml:"windy"` // share of its range in bad weather; 0: all
	// Hours of the day (UTC) at which it watches, [from, to); empty: always. Every is
	// the share of days that it watches at all; 0: all.
	Hours [2]float64 `yaml:"hours"`
	Every float64    `yaml:"every"`
	// In those hours it goes out Sorties times, for SortieH hours each; 0: it watches
	// throughout. Each time it stands elsewhere, RoamsKM along the line (one sigma).
	Sorties int        `yaml:"sorties"`
	SortieH [2]float64 `yaml:"sortie_h"`
	RoamsKM float64    `yaml:"roams_km"`

	// Gives is what it says of the place: position, bearing (with a distance), azimuth
	// (a bearing alone), settlement (the middle of the next one, as a position) or name
	// (of it, alone).
	Gives      string     `yaml:"gives"`
	ErrorM     float64    `yaml:"error_m"`     // one sigma a coordinate
	ErrorShare float64    `yaml:"error_share"` // and of the distance from it
	StatedM    float64    `yaml:"stated_m"`    // 95 % radius that it states; 0: the right one
	BearingDeg float64    `yaml:"bearing_deg"` // one sigma
	RoundDeg   float64    `yaml:"round_deg"`   // to which it rounds bearings
	RoundM     float64    `yaml:"round_m"`     // to which it rounds distances
	Misplaced  float64    `yaml:"misplaced"`   // probability of naming another settlement
	TimeS      float64    `yaml:"time_s"`      // one sigma
	RoundMin   float64    `yaml:"round_min"`   // to which it rounds instants, and says so by an interval
	ClockS     float64    `yaml:"clock_s"`     // by which its clock is fast
	DelayMin   [2]float64 `yaml:"delay_min"`   // until it reports
	// A satellite passes at PassesH, hours UTC in order, and sees what still burns:
	// of what burnt at first it is exp(-t/LastsH) after t hours (0: all), and nothing
	// after WithinMin minutes. It says that it was since the pass before.
	PassesH   []float64 `yaml:"passes_h"`
	WithinMin float64   `yaml:"within_min"`
	LastsH    float64   `yaml:"lasts_h"`

	Vague     float64 `yaml:"vague"`      // probability of "explosion" for any fire
	Wrong     float64 `yaml:"wrong"`      // of another kind of fire
	WeaponsOf float64 `yaml:"weapons_of"` // of naming the weapon
	CountsOf  float64 `yaml:"counts_of"`  // error of a count, as a share
	Bearings  float64 `yaml:"bearings"`   // probability of telling the direction it came from

	// A side's own: it tells of fire at its side (Claims) and denies its own
	// (Denies), with Exaggerates as many rounds on the average, and names who did it.
	Claims      float64 `yaml:"claims"`
	Denies      float64 `yaml:"denies"`
	Exaggerates float64 `yaml:"exaggerates"`
	// CopiedBy is the probability that the next source of the group repeats it, then
	// the one after that, and so on, and Hidden that one does not say so.
	CopiedBy float64 `yaml:"copied_by"`
	Hidden   float64 `yaml:"hidden"`
	// Callers is how many reports it has of one event on the average, if it has any:
	// several people call. 0: one.
	Callers float64  `yaml:"callers"`
	Words   bool     `yaml:"words"` // says it in words
	Langs   []string `yaml:"langs"` // in which its group writes, one after the other; empty: en

	FalsePerDay float64 `yaml:"false_per_day"` // reports of nothing, each source
}

// stands reports whether it has a place of its own.
func (m *Model) stands() bool { return m.BehindKM != [2]float64{} }

// Names lists the embedded scenarios' names.
func Names() []string {
	entries, err := scenarios.ReadDir("scenarios")
	if err != nil {
		panic(err) // embedded
	}
	var out []string
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".yaml"); "scenarios/"+e.Name() != kindsFile {
			out = append(out, name)
		}
	}
	return out
}

// Named returns an embedded scenario's plan.
func Named(name string) (*Plan, error) {
	data, err := scenarios.ReadFile("scenarios/" + name + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no scenario %q; there are %s, or the path of a file", name, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, err
	}
	return ReadPlan(name+".yaml", data)
}

// Terms is an agreement under which the scenario can be played: nobody fires, and
// there are zones along the line without troops and without heavy weapons.
func (p *Plan) Terms() string {
	var b strings.Builder
	west, south, east, north := 180.0, 90.0, -180.0, -90.0
	for _, c := range p.Line {
		west, east = min(west, c[0]), max(east, c[0])
		south, north = min(south, c[1]), max(north, c[1])
	}
	fmt.Fprintf(&b, "agreement: %s\ntitle: %s (simulated)\ntime_zone: Etc/UTC\narea: [%.2f, %.2f, %.2f, %.2f]\n", p.Name, p.Name, west-1, south-1, east+1, north+1)
	fmt.Fprintf(&b, "ceasefire:\n  - {id: truce, from: %s}\nparties:\n", p.From)
	for _, party := range p.Parties {
		fmt.Fprintf(&b, "  - {id: %s, name: %s, actors: [%s], roles: [{role: party-to-conflict}]}\n", party, party, party)
	}
	fmt.Fprintf(&b, "lines:\n  - id: contact\n    left: %s\n    right: %s\n    versions:\n      - from: 2000-01-01\n        coordinates: [", p.Parties[0], p.Parties[1])
	for i, c := range p.Line {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "[%v, %v]", c[0], c[1])
	}
	b.WriteString("]\nzones:\n  - {id: strip, within: {km: 2}}\n  - {id: near, within: {km: 5}}\n  - {id: withdrawal, within: {km: 15}}\n" +
		"provisions:\n  - {id: no-fire, words: Nobody fires., ceasefire: truce, prohibits: {kind: activity}, severity: S2}\n" +
		"  - {id: no-fire-near, words: Nobody fires within 5 km of the line., zone: near, ceasefire: truce, prohibits: {kind: activity}, severity: S2}\n" +
		"  - {id: no-troops, words: No troops within 2 km of the line., zone: strip, ceasefire: truce, prohibits: {kind: presence}, severity: S1}\n" +
		"  - {id: no-heavy-weapons, words: No heavy weapons within 15 km of the line., zone: withdrawal, ceasefire: truce, prohibits: {kind: presence, weapons: [artillery-ge100, mlrs]}, severity: S2}\n")
	return b.String()
}
