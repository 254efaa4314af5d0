package finding_test

import (
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/zone"
)

// TestEveryExample judges whatever may happen under each agreement that comes
// with the program: always with reasons down to the provision, with numbers
// that are probabilities, and with a breach only where it occurred.
func TestEveryExample(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "examples", "*", "agreement.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a, dir := parse(t, string(data)), os.DirFS(filepath.Dir(file))
			lines, err := zone.Lines(a, dir)
			if err != nil {
				t.Fatal(err)
			}
			zones, err := zone.New(a, lines, dir)
			if err != nil {
				t.Fatal(err)
			}
			j := finding.New(a, zones)
			rapid.Check(t, func(r *rapid.T) {
				in := randomEvent(r)
				if len(a.Area) == 4 {
					in.Position.Lon = rapid.Float64Range(a.Area[0], a.Area[2]).Draw(r, "longitude")
					in.Position.Lat = rapid.Float64Range(a.Area[1], a.Area[3]).Draw(r, "latitude")
				}
				if len(a.Ceasefire) > 0 {
					c := rapid.SampledFrom(a.Ceasefire).Draw(r, "ceasefire")
					lasts := in.To.Sub(in.From)
					in.From = c.From.Add(in.From.Sub(at(inForce)))
					in.To = in.From.Add(lasts)
				}
				if len(a.Sites) > 0 && rapid.Bool().Draw(r, "at a site") {
					in.Position, in.Place = nil, rapid.SampledFrom(a.Sites).Draw(r, "site").Name.In("en")
				}
				if rapid.Bool().Draw(r, "named") {
					p := rapid.SampledFrom(a.Parties).Draw(r, "party")
					in.Actors = append(in.Actors, p.ID)
					claim("news", p.ID, "news")(&in)
				}
				j.Notice(in)
				alike(t, j, &in)
				for _, f := range append(j.Judge(&in), j.Deadlines(in.To, in)...) {
					p := a.Provision(f.Provision)
					if p == nil || f.ID == "" || f.Agreement != a.Version() {
						r.Fatalf("%+v", f)
					}
					if !(f.BreachProbability >= 0 && f.BreachProbability <= 1) || f.Exception != "" != (f.Result == finding.Excepted) || f.Severity != "" && f.Result != finding.Breach {
						r.Fatalf("%+v", f)
					}
					if f.Result == finding.Breach && f.Incident != "" && f.Occurrence.Probability < a.Threshold(p.ID).Occurrence {
						r.Fatalf("a breach that hardly occurred: %+v", f)
					}
					cited := false
					for _, x := range f.Reasons {
						if x.Code == "" || x.Text == "" {
							r.Fatalf("a step without words: %+v", f.Reasons)
						}
						cited = cited || x.Code == "provision" && x.Args["words"] == p.Words.In("en")
					}
					if !cited {
						r.Fatalf("the provision's words are missing: %+v", f.Reasons)
					}
				}
			})
		})
	}
}
