package incident

import (
	_ "embed"
	"fmt"
	"math"

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
