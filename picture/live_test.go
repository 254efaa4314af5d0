package picture_test

import (
	"math"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/picture"
)

// provisionally puts summaries into a picture in portions, of which later ones take some of
// the earlier out, and returns those that are then in it.
func provisionally(t *rapid.T, p *picture.Picture, all []picture.Summary) []picture.Summary {
	var in []picture.Summary
	for rest := all; len(rest) > 0; {
		n := min(len(rest), rapid.IntRange(1, 20).Draw(t, "portion"))
		var rows picture.Rows
		var gone []picture.Ref
		in = slices.DeleteFunc(in, func(s picture.Summary) bool {
			out := rapid.IntRange(0, 4).Draw(t, "gone") == 0
			if out {
				gone = append(gone, picture.Ref{ID: s.ID, From: s.From})
			}
			return out
		})
		for i := range rest[:n] {
			s := rest[i]
			s.Provisional = true
			if err := rows.Add(&s); err != nil {
				t.Fatal(err)
			}
			in = append(in, s)
		}
		p.Replace(gone, rows)
		rest = rest[n:]
	}
	return in
}

// everyone asks for everything.
func everyone() picture.Query {
	return picture.Query{Policy: agreement.Policy{Handling: "TLP:RED"}, Now: start.AddDate(1, 0, 0)}
}

func everything(t *rapid.T, p *picture.Picture) []picture.Summary {
	t.Helper()
	list, _, err := p.List(everyone())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// What is provisional goes over to the next picture as far as it is to be kept, whatever
// happens to the picture before meanwhile.
func TestProvisionalRowsGoOver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := summaries(t)
		settled := len(all) / 3
		p := drawn(t, all[:settled])
		in := provisionally(t, p, all[settled:])
		was := p.Provisional()
		next := p.Next(nil)
		if d := gocmp.Diff(expected(all[:settled], everyone()), everything(t, next)); d != "" {
			t.Fatal(d)
		}
		kept := map[string]bool{}
		for _, s := range in {
			kept[s.ID] = rapid.Bool().Draw(t, "kept")
		}
		for _, s := range in { // none is in the picture before any more
			p.Replace([]picture.Ref{{ID: s.ID, From: s.From}}, picture.Rows{})
		}
		next.Replace(nil, was.Rows(func(id string) bool { return kept[id] }))
		want := slices.Concat(all[:settled], slices.DeleteFunc(in, func(s picture.Summary) bool { return !kept[s.ID] }))
		if d := gocmp.Diff(expected(want, everyone()), everything(t, next)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestNearIsWhatLiesWithinReach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := summaries(t)
		p := drawn(t, all[:len(all)/2])
		in := slices.Concat(all[:len(all)/2], provisionally(t, p, all[len(all)/2:]))
		at := start.Add(time.Duration(rapid.IntRange(0, 5*24*12).Draw(t, "at")) * 5 * time.Minute)
		r := incident.Reach{Lat: float64(rapid.IntRange(470000, 490000).Draw(t, "lat")) / 1e4, Lon: float64(rapid.IntRange(360000, 390000).Draw(t, "lon")) / 1e4,
			RadiusM: float64(rapid.IntRange(100, 40_000).Draw(t, "radius")), From: at.Add(-36 * time.Hour), To: at.Add(36 * time.Hour)}
		found := map[string]bool{}
		for _, n := range p.Near(r, len(all)) {
			if found[n.ID] {
				t.Fatalf("%s twice", n.ID)
			}
			found[n.ID] = true
		}
		for _, s := range in {
			if s.RadiusM == 0 {
				if found[s.ID] {
					t.Fatalf("%s lies nowhere", s.ID)
				}
				continue
			}
			apart := geo.Distance(geo.Point{Lat: r.Lat, Lon: r.Lon}, geo.Point{Lat: *s.Lat, Lon: *s.Lon})
			could := 4 / geo.Sigmas95 * math.Sqrt(r.RadiusM*r.RadiusM+s.RadiusM*s.RadiusM+100*100)
			widest := 4/geo.Sigmas95*r.RadiusM + 5000
			then := !s.From.After(r.To.Add(time.Minute)) && !s.To.Before(r.From.Add(-time.Minute))
			never := s.From.After(r.To.Add(3*time.Minute)) || s.To.Before(r.From.Add(-3*time.Minute))
			if then && apart < 0.98*min(could, widest) && !found[s.ID] {
				t.Fatalf("%s is %.0f m away, %.0f m could be the same", s.ID, apart, could)
			}
			if (never || apart > 1.02*could) && found[s.ID] {
				t.Fatalf("%s is %.0f m away, only %.0f m could be the same", s.ID, apart, could)
			}
		}
	})
}
