package finding

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/truce-monitor/truce/observation"
)

//go:embed parameters.yaml
var defaultParameters []byte

// Parameters are the weights of evidence. The embedded file parameters.yaml
// names the origin of each; probabilities lie in [0, 1].
type Parameters struct {
	Version int `yaml:"version"`
	Rule    struct {
		Relevant         float64 `yaml:"relevant"`
		RelevantAct      float64 `yaml:"relevant_act"`
		WeaponUnknown    float64 `yaml:"weapon_unknown"`
		ForceUnknown     float64 `yaml:"force_unknown"`
		CalibreUnknown   float64 `yaml:"calibre_unknown"`
		DirectionUnknown float64 `yaml:"direction_unknown"`
		ActorUnknown     float64 `yaml:"actor_unknown"`
		SiteByName       float64 `yaml:"site_by_name"`
		SiteRadiusM      float64 `yaml:"site_radius_m"`  // metres
		NoticeReachM     float64 `yaml:"notice_reach_m"` // metres
		NoticeLastsS     float64 `yaml:"notice_lasts_s"` // seconds
		CountLikely      float64 `yaml:"count_likely"`
		CountPossible    float64 `yaml:"count_possible"`
		PlaceUnknown     float64 `yaml:"place_unknown"`
		FireFallsM       float64 `yaml:"fire_falls_m"` // metres
		FireFar          float64 `yaml:"fire_far"`
		NoEvidence       float64 `yaml:"no_evidence"`
		Refused          float64 `yaml:"refused"`
		Late             float64 `yaml:"late"`
	} `yaml:"rule"`
	Author struct {
		SomeoneElse    float64                       `yaml:"someone_else"`
		LaunchedHere   float64                       `yaml:"launched_here"`
		LandedHere     float64                       `yaml:"landed_here"`
		StruckHere     float64                       `yaml:"struck_here"`
		HeldHere       float64                       `yaml:"held_here"`
		ObstructedHere float64                       `yaml:"obstructed_here"`
		FlownHere      float64                       `yaml:"flown_here"`
		JammedHere     float64                       `yaml:"jammed_here"`
		HeadedFrom     float64                       `yaml:"headed_from"`
		NotNamed       float64                       `yaml:"not_named"`
		OutOfRange     float64                       `yaml:"out_of_range"`
		HeadedM        float64                       `yaml:"headed_m"` // metres
		BesideWord     float64                       `yaml:"beside_word"`
		NamedHere      float64                       `yaml:"named_here"`
		CoarseM        float64                       `yaml:"coarse_m"` // metres
		Claims         map[observation.Means]float64 `yaml:"claims"`
	} `yaml:"author"`
	Weapons map[observation.Weapon]struct {
		RangeM    float64   `yaml:"range_m"`    // metres
		CalibreMM []float64 `yaml:"calibre_mm"` // millimetres, from and to
	} `yaml:"weapons"`
}

// ReadParameters reads parameters from YAML in the layout of the embedded file.
func ReadParameters(data []byte) (*Parameters, error) {
	var p Parameters
	if err := yaml.UnmarshalWithOptions(data, &p, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("reading parameters of judgement: %w", err)
	}
	r, a := &p.Rule, &p.Author
	for _, v := range []float64{
		r.Relevant, r.RelevantAct, r.WeaponUnknown, r.ForceUnknown, r.CalibreUnknown, r.DirectionUnknown, r.ActorUnknown, r.SiteByName,
		r.CountLikely, r.CountPossible, r.PlaceUnknown, r.FireFar, r.NoEvidence, r.Refused, r.Late,
		a.SomeoneElse, a.LaunchedHere, a.LandedHere, a.StruckHere, a.HeldHere, a.ObstructedHere, a.FlownHere, a.JammedHere, a.HeadedFrom, a.NotNamed, a.OutOfRange, a.BesideWord, a.NamedHere,
	} {
		if !(v > 0 && v < 1) {
			return nil, fmt.Errorf("reading parameters of judgement: probability %g; expected one between 0 and 1, all stated", v)
		}
	}
	for means, v := range a.Claims {
		if !(v > 0 && v < 1) {
			return nil, fmt.Errorf("reading parameters of judgement: claims of %s: %g; expected a probability between 0 and 1", means, v)
		}
	}
	return &p, nil
}

var parameters = sync.OnceValue(func() *Parameters {
	p, err := ReadParameters(defaultParameters)
	if err != nil {
		panic(err) // the file is part of the program; a test reads it
	}
	return p
})
