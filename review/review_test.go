package review_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/proportion"
	"github.com/truce-monitor/truce/review"
)

var start = time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)

// report is one at so many minutes and metres (north, east) from the start and 48 N 35 E.
func report(source, ref string, minutes, north, east float64, incident string) review.Report {
	at := start.Add(time.Duration(minutes * float64(time.Minute)))
	return review.Report{Incident: incident, Observation: &observation.Observation{Source: source, Ref: ref, From: at, To: at, Activity: observation.Shelling,
		Position: &observation.Position{Lat: 48 + north/111_200, Lon: 35 + east/74_500, Radius: 100}}}
}

func ids(p review.Pair) string {
	list := []string{p.A.ID(), p.B.ID()}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func drawn(pairs []review.Pair) []string {
	var out []string
	for _, p := range pairs {
		out = append(out, ids(p))
	}
	slices.Sort(out)
	return out
}

func TestWhichPairsAreDrawn(t *testing.T) {
	alert := func(source, ref, area string, minutes float64) review.Report {
		r := report(source, ref, minutes, 0, 0, "")
		r.Position, r.Area, r.Activity, r.To = nil, area, observation.Alert, r.From.Add(time.Hour)
		return r
	}
	vague := report("b", "vague", 0, 0, 0, "")
	vague.Position.Radius = 20_000
	sum := report("b", "sum", 0, 0, 0, "")
	sum.Caveats = []string{"daily-aggregate"}
	week := report("b", "week", 0, 0, 0, "")
	week.To = week.From.Add(7 * 24 * time.Hour)
	for _, c := range []struct {
		name    string
		reports []review.Report
		want    []string
	}{
		{"joined, however far", []review.Report{report("a", "1", 0, 0, 0, "I"), report("b", "1", 5000, 90_000, 0, "I")}, []string{"a/1 b/1"}},
		{"one pair of an incident", []review.Report{report("a", "1", 0, 0, 0, "I"), report("b", "1", 0, 0, 0, "I"), report("a", "2", 0, 0, 0, "I"), report("b", "2", 0, 0, 0, "I")}, []string{"a/1 b/1"}},
		{"near, apart", []review.Report{report("a", "1", 0, 0, 0, "I"), report("b", "1", 60*23, 0, 9900, "J")}, []string{"a/1 b/1"}},
		{"in no incident is near too", []review.Report{report("a", "1", 0, 0, 0, ""), report("b", "1", 0, 0, 0, "")}, []string{"a/1 b/1"}},
		{"too far", []review.Report{report("a", "1", 0, 0, 0, "I"), report("b", "1", 0, 10_100, 0, "J")}, nil},
		{"too late", []review.Report{report("a", "1", 0, 0, 0, "I"), report("b", "1", 60*25, 0, 0, "J")}, nil},
		{"one source", []review.Report{report("a", "1", 0, 0, 0, "I"), report("a", "2", 0, 0, 0, "I"), report("a", "3", 0, 0, 0, "J")}, nil},
		{"known too badly, a sum, a week", []review.Report{report("a", "1", 0, 0, 0, "I"), vague, sum, week}, nil},
		{"alerts of one area", []review.Report{alert("a", "1", "East", 0), alert("b", "1", "east", 90), alert("b", "2", "West", 0)}, []string{"a/1 b/1"}},
		{"an alert and fire", []review.Report{alert("a", "1", "East", 0), report("b", "1", 0, 0, 0, "")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := review.Sample(c.reports, review.Options{Pairs: 10, NearM: 10_000, Near: 24 * time.Hour})
			if c.name == "one pair of an incident" && len(got) == 1 {
				return
			}
			if diff := cmp.Diff(c.want, drawn(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is near is found as by comparing all with all, anywhere on Earth.
func TestNearMissesAreAllThereAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.Float64Range(-80, 80).Draw(t, "lat")
		lon := rapid.SampledFrom([]float64{0, 35, 179.95, -179.95}).Draw(t, "lon")
		n := rapid.IntRange(2, 30).Draw(t, "reports")
		opt := review.Options{Pairs: 1000, NearM: rapid.Float64Range(500, 20_000).Draw(t, "near"), Near: time.Duration(rapid.IntRange(0, 48).Draw(t, "hours")) * time.Hour}
		reports := make([]review.Report, n)
		for i := range reports {
			reports[i] = report(fmt.Sprint(i), "r", rapid.Float64Range(0, 5000).Draw(t, "minutes"), 0, 0, rapid.SampledFrom([]string{"", "I", "J"}).Draw(t, "incident"))
			reports[i].To = reports[i].From.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "lasts")) * time.Hour)
			p := geo.Direct(geo.Point{Lat: lat, Lon: lon}, rapid.Float64Range(0, 360).Draw(t, "towards"), rapid.Float64Range(0, 30_000).Draw(t, "metres"))
			reports[i].Position = &observation.Position{Lat: p.Lat, Lon: p.Lon, Radius: 10}
		}
		want := 0
		for i, a := range reports {
			for _, b := range reports[:i] {
				m := geo.Distance(geo.Point{Lat: a.Position.Lat, Lon: a.Position.Lon}, geo.Point{Lat: b.Position.Lat, Lon: b.Position.Lon})
				if m <= opt.NearM && max(a.From.Sub(b.To), b.From.Sub(a.To)) <= opt.Near && (a.Incident == "" || a.Incident != b.Incident) {
					want++
				}
			}
		}
		_, all := review.Sample(reports, opt)
		got := 0
		for _, d := range all {
			if !d.Joined {
				got += d.Pairs
			}
		}
		if got != want {
			t.Fatalf("%d near misses; there are %d", got, want)
		}
	})
}

// town is many reports by three sources, of which one is busy.
func town() []review.Report {
	var out []review.Report
	for i := range 400 {
		f := float64(i)
		out = append(out, report("busy", fmt.Sprint(i), 10*f, 0, 0, fmt.Sprint("I", i)), report("other", fmt.Sprint(i), 10*f, 300, 0, fmt.Sprint("I", i)))
		if i%10 == 0 {
			out = append(out, report("rare", fmt.Sprint(i), 10*f+1, 0, 200, fmt.Sprint("I", i)))
		}
	}
	return out
}

func TestTheSampleFollowsFromTheSeedAlone(t *testing.T) {
	opt := review.Options{Pairs: 30, Seed: 7, NearM: 10_000, Near: time.Hour}
	first, all := review.Sample(town(), opt)
	reversed := town()
	slices.Reverse(reversed)
	second, _ := review.Sample(reversed, opt)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error("the order of reports matters:", diff)
	}
	opt.Seed = 8
	if other, _ := review.Sample(town(), opt); cmp.Equal(drawn(first), drawn(other)) {
		t.Error("another seed draws the same")
	}
	if len(first) != 60 {
		t.Errorf("%d pairs; want 60", len(first))
	}
	for _, d := range all {
		if d.Joined && (d.Drawn < 8 || d.Drawn > 12) {
			t.Errorf("%v gave %d of %d joined pairs; want a third of 30", d.Sources, d.Drawn, d.Pairs)
		}
	}
	// Joined ones and near misses are mixed: a page that began with one kind would tell.
	joined := map[string]string{}
	for _, r := range town() {
		joined[r.ID()] = r.Incident
	}
	changes := 0
	for i := range first[1:] {
		if (joined[first[i].A.ID()] == joined[first[i].B.ID()]) != (joined[first[i+1].A.ID()] == joined[first[i+1].B.ID()]) {
			changes++
		}
	}
	if changes < 15 {
		t.Errorf("joined pairs and near misses alternate %d times in 60", changes)
	}
}

// If fusion changes its mind about an incident, the other pairs are drawn as before.
func TestAChangeOfFusionChangesTheSampleLittle(t *testing.T) {
	opt := review.Options{Pairs: 30, Seed: 7, NearM: 10_000, Near: time.Hour}
	before, _ := review.Sample(town(), opt)
	changed := town()
	for i := range changed {
		if changed[i].Incident == "I100" && changed[i].Source == "busy" {
			changed[i].Incident = "I100b"
		}
	}
	after, _ := review.Sample(changed, opt)
	was := drawn(before)
	kept := 0
	for _, p := range drawn(after) {
		if _, ok := slices.BinarySearch(was, p); ok {
			kept++
		}
	}
	if kept < 55 {
		t.Errorf("%d of 60 pairs are as before", kept)
	}
}

func TestThePageIsBlindAndWhole(t *testing.T) {
	reports := []review.Report{report("a", "1", 0, 0, 0, "I-secret"), report("b", "1", 1, 50, 0, "I-secret")}
	reports[0].Text = `</script><script>alert("x")</script>`
	pairs, _ := review.Sample(reports, review.Options{Pairs: 1, NearM: 1000, Near: time.Hour})
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := review.WritePage(&b, pairs, kyiv); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if strings.Contains(page, "I-secret") || strings.Contains(page, "oined") {
		t.Error("the page tells what fusion did")
	}
	if strings.Contains(page, `</script><script>alert`) {
		t.Error("a report's text ends the script")
	}
	if m := regexp.MustCompile(`(?:src|href)="?https?:`).FindString(page); m != "" {
		t.Errorf("the page needs the network: %s", m)
	}
	m := regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`).FindStringSubmatch(page)
	var data struct {
		Zone  string
		Pairs []struct {
			A, B struct {
				Source, Ref, Text, UTC, Local string
			}
			M float64
		}
	}
	if err := json.Unmarshal([]byte(m[1]), &data); err != nil {
		t.Fatal(err)
	}
	if len(data.Pairs) != 1 || data.Zone != "Europe/Kyiv" || math.Abs(data.Pairs[0].M-50) > 1 {
		t.Errorf("%+v", data)
	}
	for _, s := range []string{data.Pairs[0].A.UTC + " " + data.Pairs[0].A.Local, data.Pairs[0].B.UTC + " " + data.Pairs[0].B.Local} {
		if !strings.Contains(s, "2026-04-01 12:0") || !strings.Contains(s, "2026-04-01 15:0") {
			t.Errorf("times %q; want UTC and local", s)
		}
	}
}

const judged = `{"a":{"source":"a","ref":"1"},"b":{"source":"b","ref":"1"},"verdict":"same"}

{"a":{"source":"b","ref":"2"},"b":{"source":"a","ref":"2"},"verdict":"different","reason":"other streets","judge":"x"}
{"a":{"source":"a","ref":"3"},"b":{"source":"b","ref":"3"},"verdict":"different"}
{"a":{"source":"a","ref":"4"},"b":{"source":"b","ref":"4"},"verdict":"different"}
{"a":{"source":"b","ref":"4"},"b":{"source":"a","ref":"4"},"verdict":"same"}
{"a":{"source":"a","ref":"5"},"b":{"source":"b","ref":"5"},"verdict":"unsure"}
{"a":{"source":"a","ref":"6"},"b":{"source":"gone","ref":"6"},"verdict":"same"}
`

func TestScore(t *testing.T) {
	list, err := review.Read("j.jsonl", strings.NewReader(judged))
	if err != nil {
		t.Fatal(err)
	}
	incidents := map[review.Name]string{{Source: "a", Ref: "1"}: "I", {Source: "b", Ref: "1"}: "I", {Source: "a", Ref: "2"}: "J", {Source: "b", Ref: "2"}: "J"}
	s := review.Score(list, func(n review.Name) (string, bool) { return incidents[n], n.Source != "gone" })
	want := review.Counts{TP: 1, FP: 1, TN: 1, FN: 1} // the fourth was judged again
	if diff := cmp.Diff(want, s.Counts); diff != "" {
		t.Error(diff)
	}
	if s.Unsure != 1 || s.Missing != 1 {
		t.Errorf("%d unsure, %d missing; want 1 and 1", s.Unsure, s.Missing)
	}
	if diff := cmp.Diff(proportion.Of{Hits: 1, Trials: 2}, s.Recall()); diff != "" {
		t.Error(diff)
	}
	if len(s.Wrong) != 2 || s.Wrong[0].Reason != "other streets" || !s.Wrong[0].Joined || s.Wrong[1].Joined {
		t.Errorf("wrong: %+v", s.Wrong)
	}
	if len(s.BySource) != 1 || s.BySource[0].Sources != [2]string{"a", "b"} || s.BySource[0].Counts != want || s.BySource[0].Unsure != 1 {
		t.Errorf("by source: %+v", s.BySource)
	}
}

func TestReadSaysWhatIsWrongWhere(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`{"a":{"source":"a","ref":"1"},"b":{"source":"b","ref":"1"},"verdict":"yes"}`, `j.jsonl:2: verdict "yes": expected same, different or unsure`},
		{`{"a":{"source":"a","ref":"1"},"verdict":"same"}`, "j.jsonl:2: expected a and b, each with source and ref"},
		{`{"a":{"source":"a","ref":"1"},"b":{"source":"a","ref":"1"},"verdict":"same"}`, "j.jsonl:2: a and b are the same report"},
		{`{"a":{"source":"a","ref":"1"},"b":{"source":"b","ref":"1"},"verdict":"same","who":"me"}`, `unknown field "who"`},
		{`not json`, "j.jsonl:2: "},
	} {
		_, err := review.Read("j.jsonl", strings.NewReader("\n"+c.line+"\n"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v; want %s", c.line, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(judged)
	f.Add(`{"a":{"source":"a","ref":"1"}} {}`)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := review.Read("f", strings.NewReader(text))
		if err != nil {
			return
		}
		review.Score(list, func(review.Name) (string, bool) { return "", true })
	})
}
