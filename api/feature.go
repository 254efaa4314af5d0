package api

import (
	"math"
	"strings"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
)

// incidentProperties are flat, for programs that show a table.
type incidentProperties struct {
	From        time.Time            `json:"from"`
	To          time.Time            `json:"to"`
	RadiusM     float64              `json:"radius_m"`
	Activity    observation.Activity `json:"activity"`
	Weapon      string               `json:"weapon"`
	Count       int                  `json:"count"`
	Probability float64              `json:"probability"`
	Occurrence  string               `json:"occurrence"`
	Severity    string               `json:"severity"`
	Result      string               `json:"result"`
	Provision   string               `json:"provision"`
	Party       string               `json:"party"`
	Side        string               `json:"side"`
	Zones       string               `json:"zones"`
	Sources     int                  `json:"sources"`
	Handling    observation.Handling `json:"handling"`
}

func propertiesOf(x *app.Summary) incidentProperties {
	return incidentProperties{x.From, x.To, x.RadiusM, x.Activity, string(x.Weapon), x.Count.N, x.Probability, x.Occurrence, x.Severity,
		string(x.Result), x.Provision, x.Party, x.Side, strings.Join(x.Zones, " "), x.Sources, x.Handling}
}

func pointOf(x *app.Summary) any {
	if x == nil || x.Lat == nil {
		return nil
	}
	return point{"Point", [2]float64{round7(*x.Lon), round7(*x.Lat)}}
}

func round7(x float64) float64 { return math.Round(x*1e7) / 1e7 }

func incidentFeature(x *app.Summary) *feature {
	return &feature{"Feature", x.ID, pointOf(x), propertiesOf(x)}
}

type findingProperties struct {
	Incident          string    `json:"incident"`
	Provision         string    `json:"provision"`
	Stage             string    `json:"stage"`
	At                time.Time `json:"at"`
	Result            string    `json:"result"`
	Severity          string    `json:"severity"`
	Occurrence        string    `json:"occurrence"`
	Probability       float64   `json:"probability"`
	BreachProbability float64   `json:"breach_probability"`
	Party             string    `json:"party"`
	PartyProbability  float64   `json:"party_probability"`
	Line              string    `json:"line"`
	DistanceM         float64   `json:"distance_m"`
	Side              string    `json:"side"`
}

func findingFeature(of *app.Summary, f *finding.Finding) *feature {
	return &feature{"Feature", f.ID, pointOf(of), findingProperties{f.Incident, f.Provision, f.Stage, f.At, string(f.Result), f.Severity,
		f.Occurrence.Step, f.Occurrence.Probability, f.BreachProbability, f.Responsible.Party, f.Responsible.Probability,
		f.Place.Line, f.Place.DistanceM, f.Place.Side}}
}

type observationProperties struct {
	Source   string               `json:"source"`
	Ref      string               `json:"ref"`
	Means    observation.Means    `json:"means"`
	How      observation.How      `json:"how"`
	From     time.Time            `json:"from"`
	To       time.Time            `json:"to"`
	RadiusM  float64              `json:"radius_m"`
	Activity observation.Activity `json:"activity"`
	Weapon   observation.Weapon   `json:"weapon"`
	Count    int                  `json:"count"`
	Party    string               `json:"party"`
	Grade    observation.Grade    `json:"grade"`
	Text     string               `json:"text"`
	Handling observation.Handling `json:"handling"`
}

func observationFeature(o *observation.Observation) *feature {
	f := &feature{"Feature", o.ID(), nil, nil}
	p := observationProperties{Source: o.Source, Ref: o.Ref, Means: o.Means, How: o.How, From: o.From, To: o.To, Activity: o.Activity, Weapon: o.Weapon,
		Count: o.Count.N, Party: o.Party, Grade: o.Grade, Text: o.Text, Handling: o.Handling}
	if at := o.Position; at != nil {
		p.RadiusM = at.Radius
		f.Geometry = point{"Point", [2]float64{round7(at.Lon), round7(at.Lat)}}
	}
	f.Properties = p
	return f
}
