package finding_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
)

// TestExampleOfTheDocumentation runs the example of docs/findings.md from its
// terms and its observation, and holds every number that the page gives.
func TestExampleOfTheDocumentation(t *testing.T) {
	path := filepath.Join("..", "docs", "findings.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	blocks := func(language string) (out []string) {
		parts := strings.Split(page, "\n```")
		for i := 1; i < len(parts); i += 2 {
			if body, ok := strings.CutPrefix(parts[i], language+"\n"); ok {
				out = append(out, body+"\n")
			}
		}
		return out
	}
	terms, chains := blocks("yaml"), blocks("text")
	if len(terms) != 1 || len(chains) != 2 {
		t.Fatalf("%d blocks of terms and %d chains in %s", len(terms), len(chains), path)
	}
	var stated struct {
		Source, Ref, Means, How, Activity, Weapon, Grade string
		From, To                                         time.Time
		Lat, Lon                                         float64
		RadiusM                                          float64 `json:"radius_m"`
		Count                                            int
	}
	if rows := blocks("json"); len(rows) != 1 {
		t.Fatalf("%d observations in %s", len(rows), path)
	} else if err := json.Unmarshal([]byte(rows[0]), &stated); err != nil {
		t.Fatal(err)
	}
	for i, radius := range []float64{stated.RadiusM, 300} {
		o := observation.Observation{
			Source: stated.Source, Ref: stated.Ref, Means: observation.Means(stated.Means), How: observation.How(stated.How), From: stated.From, To: stated.To,
			Position: &observation.Position{Lat: stated.Lat, Lon: stated.Lon, Radius: radius}, Activity: observation.Activity(stated.Activity),
			Weapon: observation.Weapon(stated.Weapon), Count: observation.Count{N: stated.Count}, Grade: observation.Grade(stated.Grade),
		}
		incidents := fused(o)
		found := judge(t, terms[0]).Judge(&incidents[0])
		if len(found) != 1 {
			t.Fatalf("%d findings", len(found))
		}
		got := render(&found[0], i > 0)
		if i == 0 {
			found[0].Agreement, found[0].Place.LineVersion = "", "" // the business of others
			data, err := json.MarshalIndent(found[0], "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "finding.json", string(data)+"\n")
		}
		if d := cmp.Diff(chains[i], got); d != "" {
			if *update {
				page = strings.Replace(page, "```text\n"+chains[i]+"```", "```text\n"+got+"```", 1)
				continue
			}
			t.Errorf("%s (run with -update if it is meant so):\n%s", path, d)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// render is the chain as the page gives it: whole, or what a smaller radius changes.
func render(f *finding.Finding, short bool) string {
	var b strings.Builder
	for _, r := range f.Reasons {
		if short && r.Code != "where" && r.Code != "zone" && r.Code != "breach" && r.Code != "severity" {
			continue
		}
		b.WriteString(r.Code + ": " + strings.ReplaceAll(r.Text, f.Incident, "I-…") + "\n")
	}
	return b.String()
}
