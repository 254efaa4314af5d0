package incident

import (
	_ "embed"
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/truce-monitor/truce/observation"
)

//go:embed parameters.yaml
var defaultParameters []byte

// Parameters are the numbers with which fusion decides. The embedded file
// parameters.yaml names where each comes from; the zero value is not useful.
type Parameters struct {
	Version int `yaml:"version" json:"version"`

	Space struct {
		DefaultRadiusM     float64                       `yaml:"default_radius_m" json:"default_radius_m"`         // metres, 95 %
		FloorM             float64                       `yaml:"floor_m" json:"floor_m"`                           // metres, 1 sigma
		HeardMaxM          float64                       `yaml:"heard_max_m" json:"heard_max_m"`                   // metres
		SeenMaxM           float64                       `yaml:"seen_max_m" json:"seen_max_m"`                     // metres
		BearingErrorDeg    float64                       `yaml:"bearing_error_deg" json:"bearing_error_deg"`       // degrees, 95 %
		DistanceErrorShare float64                       `yaml:"distance_error_share" json:"distance_error_share"` // of the distance, 95 %
		Scale              map[observation.Means]float64 `yaml:"scale" json:"scale"`                               // true errors of positions by stated ones
		TailShare          float64                       `yaml:"tail_share" json:"tail_share"`                     // of positions that err more than stated
		TailTimes          float64                       `yaml:"tail_times" json:"tail_times"`                     // how much more
		SharedError        float64                       `yaml:"shared_error" json:"shared_error"`                 // share of variance, [0, 1]
		WidestRadiusM      float64                       `yaml:"widest_radius_m" json:"widest_radius_m"`           // metres, 95 %
		NamesSigmaM        float64                       `yaml:"names_sigma_m" json:"names_sigma_m"`               // metres, 1 sigma
	} `yaml:"space" json:"space"`

	Time struct {
		FloorS   float64                       `yaml:"floor_s" json:"floor_s"`         // seconds, 1 sigma
		ClockS   map[observation.Means]float64 `yaml:"clock_s" json:"clock_s"`         // seconds, 1 sigma, beyond what is stated
		SlackS   float64                       `yaml:"slack_s" json:"slack_s"`         // seconds an incident stays open after its end
		SoundMPS float64                       `yaml:"sound_m_per_s" json:"sound_mps"` // metres a second
		DayS     float64                       `yaml:"day_s" json:"day_s"`             // seconds
		WindowS  float64                       `yaml:"window_s" json:"window_s"`       // seconds
	} `yaml:"time" json:"time"`

	Decision struct {
		Threshold        float64                       `yaml:"threshold" json:"threshold"`       // log ratio
		Rival            float64                       `yaml:"rival" json:"rival"`               // log ratio against all other incidents together
		Alone            float64                       `yaml:"alone" json:"alone"`               // share of reports
		AloneWeight      float64                       `yaml:"alone_weight" json:"alone_weight"` // reports
		EventsPerReport  float64                       `yaml:"events_per_report" json:"events_per_report"`
		Again            float64                       `yaml:"again" json:"again"` // log ratio, as BothParties
		BothParties      float64                       `yaml:"both_parties" json:"both_parties"`
		PlaceAgrees      float64                       `yaml:"place_agrees" json:"place_agrees"` // log ratio
		PlaceDiffers     float64                       `yaml:"place_differs" json:"place_differs"`
		HarmAgrees       float64                       `yaml:"harm_agrees" json:"harm_agrees"`
		HarmDiffers      float64                       `yaml:"harm_differs" json:"harm_differs"`
		HarmUntold       float64                       `yaml:"harm_untold" json:"harm_untold"`
		CountError       map[observation.Means]float64 `yaml:"count_error" json:"count_error"`                   // 1 sigma, of ln
		CountSpread      float64                       `yaml:"count_spread" json:"count_spread"`                 // 1 sigma, of ln
		CountDiffers     float64                       `yaml:"count_differs" json:"count_differs"`               // log ratio
		BackgroundKM2Day float64                       `yaml:"background_per_km2_day" json:"background_km2_day"` // events
		Excitation       float64                       `yaml:"excitation" json:"excitation"`                     // events
		GateSigma        float64                       `yaml:"gate_sigma" json:"gate_sigma"`                     // standard deviations
		WeaponAgrees     float64                       `yaml:"weapon_agrees" json:"weapon_agrees"`               // log ratio, as all below
		WeaponDiffers    float64                       `yaml:"weapon_differs" json:"weapon_differs"`
		ActorsAgree      float64                       `yaml:"actors_agree" json:"actors_agree"`
		ActorsDiffer     float64                       `yaml:"actors_differ" json:"actors_differ"`
		SameURL          float64                       `yaml:"same_url" json:"same_url"`
		SameText         float64                       `yaml:"same_text" json:"same_text"`
		SameMedia        float64                       `yaml:"same_media" json:"same_media"`
		DayMergeM        float64                       `yaml:"day_merge_m" json:"day_merge_m"` // metres
		Copy             float64                       `yaml:"copy" json:"copy"`
	} `yaml:"decision" json:"decision"`

	Repeats []observation.Means `yaml:"repeats" json:"repeats"`

	Caveats struct {
		Never    []string `yaml:"never" json:"never"`
		Centroid []string `yaml:"centroid" json:"centroid"`
		Window   []string `yaml:"window" json:"window"`
	} `yaml:"caveats" json:"caveats"`

	Means             map[observation.Means]float64 `yaml:"means" json:"means"` // probability that a report is true
	SourceGrades      map[string]float64            `yaml:"source_grades" json:"source_grades"`
	InformationGrades map[string]float64            `yaml:"information_grades" json:"information_grades"`
	OccurredAtMost    float64                       `yaml:"occurred_at_most" json:"occurred_at_most"`

	Stray float64 `yaml:"stray" json:"stray"`
	// Prevalence of a true type's events against those of types not named, 1.
	Prevalence map[observation.Activity]float64                          `yaml:"prevalence" json:"prevalence,omitempty"`
	Confusion  map[observation.Activity]map[observation.Activity]float64 `yaml:"confusion" json:"confusion"`     // true type, then reported type
	Facets     map[observation.Activity]Facet                            `yaml:"facets" json:"facets,omitempty"` // reported type
	Families   map[string][]observation.Activity                         `yaml:"families" json:"families"`
}

// Facet is a type that reports of other types give as well.
type Facet struct {
	Share float64                `yaml:"share" json:"share"`
	Of    []observation.Activity `yaml:"of" json:"of"`
}

// DefaultParameters returns the parameters of the embedded file. Each call
// returns its own copy.
func DefaultParameters() Parameters {
	p, err := ReadParameters(defaultParameters)
	if err != nil {
		panic(err) // the file is part of the program; a test reads it
	}
	return p
}

// ReadParameters reads parameters from YAML in the layout of the embedded file.
// Fields that it does not know, and numbers that make no sense, are errors.
func ReadParameters(data []byte) (Parameters, error) {
	var p Parameters
	if err := yaml.UnmarshalWithOptions(data, &p, yaml.Strict()); err != nil {
		return Parameters{}, fmt.Errorf("reading fusion parameters: %w", err)
	}
	if err := p.check(); err != nil {
		return Parameters{}, fmt.Errorf("reading fusion parameters: %w", err)
	}
	return p, nil
}

func (p *Parameters) check() error {
	positive := []struct {
		name  string
		value float64
	}{
		{"space.default_radius_m", p.Space.DefaultRadiusM}, {"space.floor_m", p.Space.FloorM},
		{"space.heard_max_m", p.Space.HeardMaxM}, {"space.seen_max_m", p.Space.SeenMaxM},
		{"space.bearing_error_deg", p.Space.BearingErrorDeg},
		{"space.widest_radius_m", p.Space.WidestRadiusM}, {"space.names_sigma_m", p.Space.NamesSigmaM},
		{"time.floor_s", p.Time.FloorS}, {"time.slack_s", p.Time.SlackS}, {"time.sound_m_per_s", p.Time.SoundMPS},
		{"time.day_s", p.Time.DayS}, {"time.window_s", p.Time.WindowS},
		{"decision.alone", p.Decision.Alone}, {"decision.background_per_km2_day", p.Decision.BackgroundKM2Day},
		{"decision.gate_sigma", p.Decision.GateSigma}, {"decision.alone_weight", p.Decision.AloneWeight}, {"decision.count_spread", p.Decision.CountSpread},
		{"decision.events_per_report", p.Decision.EventsPerReport}, {"space.tail_times", p.Space.TailTimes},
		{"occurred_at_most", p.OccurredAtMost}, {"stray", p.Stray},
	}
	for _, n := range positive {
		if !(n.value > 0) || math.IsInf(n.value, 0) {
			return fmt.Errorf("%s is %g; expected a positive number", n.name, n.value)
		}
	}
	if !(p.Decision.Alone < 1) {
		return fmt.Errorf("decision.alone is %g; expected a share below 1", p.Decision.Alone)
	}
	if !(p.Space.TailShare >= 0 && p.Space.TailShare < 1) {
		return fmt.Errorf("space.tail_share is %g; expected a share from 0 to below 1", p.Space.TailShare)
	}
	if p.Space.SharedError < 0 || p.Space.SharedError > 1 {
		return fmt.Errorf("space.shared_error is %g; expected a share from 0 to 1", p.Space.SharedError)
	}
	if len(p.Confusion) == 0 || len(p.Families) == 0 {
		return fmt.Errorf("confusion and families must not be empty")
	}
	for t, v := range p.Prevalence {
		if !(v > 0) || math.IsInf(v, 0) {
			return fmt.Errorf("prevalence of %s is %g; expected a positive number", t, v)
		}
	}
	for r, f := range p.Facets {
		if _, ok := p.Confusion[r]; !ok || !(f.Share >= 0 && f.Share < 1) {
			return fmt.Errorf("facets: %s: expected a type of the confusion and a share from 0 to below 1", r)
		}
	}
	for t, row := range p.Confusion {
		sum := 0.0
		for _, v := range row {
			sum += v
		}
		if sum <= 0 || sum > 1+1e-9 {
			return fmt.Errorf("confusion of %s sums to %g; expected more than 0 and at most 1", t, sum)
		}
	}
	return nil
}

func (p *Parameters) prevalence(a observation.Activity) float64 {
	if v, ok := p.Prevalence[a]; ok {
		return v
	}
	return 1
}

// model is Parameters made ready: activities by index, logarithms taken.
type model struct {
	Parameters
	activities []observation.Activity // sorted; the index is used everywhere
	index      map[observation.Activity]int
	family     []int       // by activity; -1: in none
	says       [][]float64 // says[true][reported]
	reported   [][]float64 // reported[reported][true]
	alone      [][]float64 // posterior over true types of one report
	any        []float64   // probability of a report's type, its family given
	rate       float64     // events per m² and second
	enough     float64     // ratio against an event of its own
	clearly    float64     // ratio against all other incidents
}

var defaultModel = sync.OnceValue(func() *model { return newModel(DefaultParameters()) })

func newModel(p Parameters) *model {
	m := &model{Parameters: p, index: map[observation.Activity]int{}}
	for a := range p.Confusion {
		m.activities = append(m.activities, a)
	}
	sort.Slice(m.activities, func(i, j int) bool { return m.activities[i] < m.activities[j] })
	for i, a := range m.activities {
		m.index[a] = i
	}
	n := len(m.activities)
	names := make([]string, 0, len(p.Families))
	for f := range p.Families {
		names = append(names, f)
	}
	sort.Strings(names)
	together := make([][]bool, n)
	m.family = make([]int, n)
	for i := range together {
		together[i] = make([]bool, n)
		together[i][i] = true
		m.family[i] = -1
	}
	// A type may be of two families; its first in alphabetical order by size
	// counts for densities, any shared one for confusion.
	for f, name := range names {
		for _, a := range p.Families[name] {
			i, ok := m.index[a]
			if !ok {
				continue
			}
			if m.family[i] < 0 || len(p.Families[names[m.family[i]]]) < len(p.Families[name]) {
				m.family[i] = f
			}
			for _, b := range p.Families[name] {
				if j, ok := m.index[b]; ok {
					together[i][j] = true
				}
			}
		}
	}
	m.says = make([][]float64, n)
	for t, a := range m.activities {
		row := make([]float64, n)
		sum, kin := 0.0, 0
		for r, b := range m.activities {
			row[r] = p.Confusion[a][b]
			sum += row[r]
			if together[t][r] {
				kin++
			}
		}
		rest := math.Max(0, 1-sum-p.Stray)
		for r := range row {
			row[r] += p.Stray / float64(n)
			if together[t][r] {
				row[r] += rest / float64(kin)
			}
		}
		m.says[t] = row
	}
	m.reported = make([][]float64, n)
	for r := range m.reported {
		m.reported[r] = make([]float64, n)
		for t := range m.reported[r] {
			m.reported[r][t] = m.says[t][r]
		}
	}
	for _, r := range slices.Sorted(maps.Keys(p.Facets)) {
		f := p.Facets[r]
		for _, t := range f.Of {
			if i, ok := m.index[t]; ok {
				for other := range m.reported {
					m.reported[other][i] *= 1 - f.Share
				}
				m.reported[m.index[r]][i] += f.Share
			}
		}
	}
	m.alone = make([][]float64, n)
	m.any = make([]float64, n)
	for r := range m.activities {
		post := make([]float64, n)
		for t := range post {
			post[t] = m.reported[r][t] * p.prevalence(m.activities[t])
		}
		normalise(post)
		m.alone[r] = post
		kin := 0
		for t := range m.activities {
			if together[t][r] {
				m.any[r] += m.reported[r][t]
				kin++
			}
		}
		m.any[r] /= float64(kin)
	}
	m.enough, m.clearly = math.Exp(p.Decision.Threshold), math.Exp(p.Decision.Rival)
	m.rate = p.Decision.BackgroundKM2Day / 1e6 / 86400
	return m
}

// activity returns the index of a, that of "other" if fusion does not know a,
// and -1 if it knows neither.
func (m *model) activity(a observation.Activity) int {
	if i, ok := m.index[a]; ok {
		return i
	}
	if i, ok := m.index[observation.Other]; ok {
		return i
	}
	return -1
}

func (m *model) repeats(means observation.Means) bool {
	for _, r := range m.Repeats {
		if r == means {
			return true
		}
	}
	return false
}

func (m *model) countError(means observation.Means) float64 {
	if s, ok := m.Decision.CountError[means]; ok {
		return s
	}
	return m.Decision.CountError["unknown"]
}

// akin reports whether two reports of such types may be of one event.
func (m *model) akin(a, b int32) bool {
	p := 0.0
	for t, q := range m.alone[a] {
		p += q * m.reported[b][t]
	}
	return p >= m.Stray
}

// scale is how much greater the errors of positions are than stated.
func (m *model) scale(means observation.Means) float64 {
	if s, ok := m.Space.Scale[means]; ok {
		return s
	}
	return 1
}

// reliability is the probability that o's report is true.
func (m *model) reliability(o *observation.Observation) float64 {
	byMeans, ok := m.Means[o.Means]
	if !ok {
		byMeans = m.Means["unknown"]
	}
	if len(o.Grade) == 0 {
		return byMeans
	}
	source, ok := m.SourceGrades[string(o.Grade[:1])]
	if !ok {
		source = byMeans
	}
	information, ok := m.InformationGrades[string(o.Grade[1:])]
	if !ok {
		information = byMeans
	}
	return math.Sqrt(source * information)
}

func contains(caveats, words []string) bool {
	for _, c := range caveats {
		for _, w := range words {
			if strings.Contains(c, w) {
				return true
			}
		}
	}
	return false
}

func normalise(p []float64) {
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	if sum > 0 {
		for i := range p {
			p[i] /= sum
		}
	}
}
