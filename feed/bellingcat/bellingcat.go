// Package bellingcat reads Bellingcat's collection of verified civilian harm, a
// JSON array.
package bellingcat

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/jsonseq"
	"github.com/truce-monitor/truce/feed/mapping"
	"github.com/truce-monitor/truce/feed/refs"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

//go:embed weapon.csv
var weaponText string

//go:embed precision.csv
var precisionText string

var (
	weapons   = mapping.Read("bellingcat/weapon", weaponText)
	precision = mapping.Read("bellingcat/precision", precisionText)
)

// Format is the collection as its site offers it for download.
var Format = format.Format{
	Name:   "bellingcat-harm",
	Title:  "Bellingcat civilian harm (JSON)",
	Credit: "Bellingcat; no licence is stated, ask before passing the data on",
	Detect: func(h *format.Head) int {
		t := bytes.TrimLeft(h.Text, " \t\r\n")
		if len(t) == 0 || t[0] != '[' {
			return 0
		}
		n := 0
		for _, k := range []string{`"id"`, `"date"`, `"latitude"`, `"longitude"`, `"description"`, `"sources"`} {
			if !bytes.Contains(t, []byte(k)) {
				return 0
			}
			n++
		}
		return n
	},
	Open: func(in *format.Input) (item.Reader, error) {
		return &reader{in: in, seq: jsonseq.Elements(in.R, "")}, nil
	},
}

type reader struct {
	in   *format.Input
	seq  jsonseq.Sequence
	seen refs.Seen
}

// incident is an element. Numbers may be written as text or as numbers.
type incident struct {
	ID          string      `json:"id"`
	Date        string      `json:"date"`
	Latitude    json.Number `json:"latitude"`
	Longitude   json.Number `json:"longitude"`
	Location    string      `json:"location"`
	Description string      `json:"description"`
	Sources     []struct {
		Path string `json:"path"`
	} `json:"sources"`
	Filters []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"filters"`
}

func (r *reader) Next() (item.Item, error) {
	el, err := r.seq.Next()
	if err != nil {
		return jsonseq.Refused(err)
	}
	var in incident
	if err := json.Unmarshal(el.Raw, &in); err != nil {
		return jsonseq.Bad(el, fmt.Errorf("not an incident: %w", err)), nil
	}
	o, err := r.observation(&in)
	if err != nil {
		return jsonseq.Bad(el, err), nil
	}
	r.seen.Settle(o)
	return item.Item{Row: el.Row, Observation: o}, nil
}

func (r *reader) observation(in *incident) (*observation.Observation, error) {
	day, err := time.Parse("01/02/2006", in.Date) // month first
	if err != nil {
		return nil, fmt.Errorf("date: %q is not a day MM/DD/YYYY", in.Date)
	}
	lat, err := value.Float([]byte(in.Latitude.String()))
	if err != nil {
		return nil, fmt.Errorf("latitude: %w", err)
	}
	lon, err := value.Float([]byte(in.Longitude.String()))
	if err != nil {
		return nil, fmt.Errorf("longitude: %w", err)
	}
	radius, _ := precision.Get("radius_m")
	grade, _ := precision.Get("grade")
	o := &observation.Observation{
		Source: r.in.SourceOr("bellingcat"), Ref: in.ID, Means: observation.Dataset, How: observation.Recorded,
		Position: &observation.Position{Lat: lat, Lon: lon, Radius: radius.Number("to")},
		Place:    in.Location, Activity: observation.Damage, Grade: observation.Grade(grade.To()),
		Text: in.Description, Lang: "en", Caveats: []string{"day-only"},
	}
	o.From, o.To = value.Days(day, day, r.in.Zone())
	for i, s := range in.Sources {
		if i == 0 {
			o.URL = s.Path
		}
		o.Media = append(o.Media, observation.Media{URL: s.Path})
	}
	r.filters(in, o)
	return o, nil
}

// filters takes the first weapon that says something.
func (r *reader) filters(in *incident, o *observation.Observation) {
	extra := make(map[string][]string)
	for _, f := range in.Filters {
		extra[mapping.Fold(f.Key)] = append(extra[mapping.Fold(f.Key)], f.Value)
		if mapping.Fold(f.Key) != "weapon system" {
			continue
		}
		w, ok := weapons.Get(f.Value)
		switch {
		case !ok:
			o.Caveats = append(o.Caveats, "unknown-category")
		case o.Weapon != "" && o.Weapon != observation.WeaponUnknown && w["weapon"] != string(o.Weapon):
			o.Caveats = append(o.Caveats, "several-weapons")
		default:
			o.Activity, o.Weapon = observation.Activity(w.To()), observation.Weapon(w["weapon"])
		}
	}
	for k, v := range extra {
		if o.Extra == nil {
			o.Extra = make(map[string]string)
		}
		o.Extra[strings.ReplaceAll(k, " ", "_")] = strings.Join(v, "; ")
	}
}
