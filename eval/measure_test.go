package eval_test

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/observation"
)

var update = flag.Bool("update", false, "write the golden files anew")

// four is a truth of four events, of which one is thunder and one is told by nobody,
// and a false alarm, and what a workspace made of them.
func four() eval.Input {
	at := func(minutes float64) time.Time { return start.Add(time.Duration(minutes * float64(time.Minute))) }
	truth := &eval.Truth{
		Events: []eval.Event{
			{ID: "A", At: at(0), Lat: 48, Lon: 37, Activity: observation.Shelling, Party: "north", Count: 3},
			{ID: "B", At: at(60), Lat: 48, Lon: 37, Activity: observation.Shot, Party: "south", Count: 1},
			{ID: "T", At: at(90), Lat: 48, Lon: 37, Activity: observation.Other, No: true},
			{ID: "N", At: at(1500), Lat: 49, Lon: 37, Activity: observation.Burst, Party: "north", Count: 1},
		},
		Of: map[eval.Ref]int{{"a", "1"}: 0, {"b", "1"}: 0, {"c", "1"}: 0, {"a", "2"}: 1, {"b", "2"}: 2, {"c", "2"}: -1, {"gone", "1"}: 1},
	}
	seen := func(source, ref string, minutes float64) eval.Seen {
		return eval.Seen{Ref: eval.Ref{Source: source, Ref: ref}, Reported: at(minutes)}
	}
	return eval.Input{
		Truth:  truth,
		Zones:  []string{"near"},
		Inside: func(e eval.Event) map[string]bool { return map[string]bool{"near": e.Lat < 48.5 && e.ID != "B"} },
		Day:    func(t time.Time) string { return t.Format(time.DateOnly) },
		Seen: []eval.Seen{seen("a", "1", 5), seen("b", "1", 15), seen("c", "1", 120), seen("a", "2", 61), seen("b", "2", 91), seen("c", "2", 50), seen("new", "1", 0),
			{Ref: eval.Ref{Source: "watch", Ref: "1"}, Apart: true}},
		Found: []eval.Found{
			{ID: "I1", From: at(0), To: at(1), Probability: 0.9, Distinct: 1, Activities: map[observation.Activity]float64{observation.Explosion: 0.5, observation.Shelling: 0.5},
				Zones: map[string]float64{"near": 0.8}, Parties: map[string]float64{"north": 0.7, "south": 0.1}, Named: "north", Members: []eval.Ref{{"a", "1"}, {"b", "1"}, {"c", "2"}}},
			{ID: "I2", From: at(0), To: at(0), Probability: 0.6, Distinct: 0.5, Activities: map[observation.Activity]float64{observation.Explosion: 1},
				Zones: map[string]float64{}, Parties: map[string]float64{"north": 0.2, "south": 0.2}, Members: []eval.Ref{{"c", "1"}}},
			{ID: "I3", From: at(60), To: at(60), Probability: 0.5, Distinct: 1, Activities: map[observation.Activity]float64{observation.Shot: 1},
				Parties: map[string]float64{"north": 0.9}, Named: "north", Members: []eval.Ref{{"a", "2"}}},
			{ID: "I4", From: at(90), To: at(90), Probability: 0.4, Distinct: 1, Activities: map[observation.Activity]float64{observation.Explosion: 1}, Zones: map[string]float64{"near": 1}, Members: []eval.Ref{{"b", "2"}}},
			{ID: "I5", From: at(0), To: at(0), Probability: 1, Distinct: 1, Activities: map[observation.Activity]float64{observation.Fire: 1}, Members: []eval.Ref{{"new", "1"}}},
		},
	}
}

func TestMeasure(t *testing.T) {
	s := eval.Measure(four())
	if diff := cmp.Diff(eval.Observations{Both: 6, OfNothing: 1, Lacking: 1, Unknown: 1, Apart: 1, Lack: []eval.Ref{{"gone", "1"}}, Unknowns: []eval.Ref{{"new", "1"}}}, s.Observations); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(eval.Events{True: 3, Told: 2, Mistaken: 1}, s.Events); diff != "" {
		t.Error(diff)
	}
	close := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	// Together are a1 b1 c2: one right pair of three; a1 b1 c1 should be: three pairs.
	close("pairs, precision", s.Pairs.Precision, 1.0/3)
	close("pairs, recall", s.Pairs.Recall, 1.0/3)
	// a1 and b1 are 2/3 precise, c2 1/3, the others wholly.
	close("B-cubed, precision", s.BCubed.Precision, (2*2.0/3+1.0/3+3)/6)
	close("B-cubed, recall", s.BCubed.Recall, (2*2.0/3+1.0/3+3)/6)
	// Two true events told of; 0.9, 0.6 less the half that is another's, 0.5 and 0.4 counted, on one day.
	close("count", s.Count.Counted, 1.9)
	close("count, bias", s.Count.Bias, -0.05)
	close("count, error", s.Count.Error, 0.05)
	if diff := cmp.Diff([]eval.Counts{{Name: "explosions", True: 1, Counted: 1.4, Error: 0.4, Bias: 0.4}, {Name: "small arms", True: 1, Counted: 0.5, Error: 0.5, Bias: -0.5}}, s.ByType, nearly()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]eval.Counts{{Name: "near", True: 1, Counted: 0.9*0.8 + 0.4, Error: 0.12, Bias: 0.12}, {Name: "outside all zones", True: 1, Counted: 0.9*0.2 + 0.1 + 0.5, Error: 0.22, Bias: -0.22}}, s.ByZone, nearly()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]eval.Day{{Day: "2026-03-02", True: 2, Counted: 1.9, Incidents: 4}, {Day: "2026-03-03", Untold: 1}}, s.Days, nearly()); diff != "" {
		t.Error(diff)
	}
	// I1, I2 and I3 happened; I4 was thunder.
	close("happened, Brier", s.Happened.Brier, (0.01+0.16+0.25+0.16)/4)
	// I1 inside with 0.8, I2 surely not, though it is; I4 is of no event by a party but lies
	// where thunder was.
	close("inside, Brier", s.Inside.Brier, (0.04+1+0)/3)
	if s.InsideDoubt.N != 1 || s.Attribution.N != 5 {
		t.Errorf("%d in doubt, %d statements of who did it", s.InsideDoubt.N, s.Attribution.N)
	}
	if diff := cmp.Diff(eval.Attributed{Right: 1, Wrong: 1, Undetermined: 1}, s.Attributed); diff != "" {
		t.Error(diff)
	}
	one, two := s.Delays[0], s.Delays[1]
	if one.N != 2 || one.P10 != 1 || one.P90 != 5 || two.N != 1 || two.P50 != 15 {
		t.Errorf("%+v", s.Delays)
	}
	close("told of within two minutes", one.Steps[1].Share, 1.0/3)
}

func nearly() cmp.Option {
	return cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })
}

// What is right in all scores has the best of each.
func TestAPerfectWorkspace(t *testing.T) {
	in := four()
	in.Found = nil
	delete(in.Truth.Of, eval.Ref{Source: "gone", Ref: "1"})
	in.Truth.Events[3].No = true // nobody told of it
	for i, e := range in.Truth.Events {
		f := eval.Found{ID: e.ID, From: e.At, To: e.At, Probability: 1, Distinct: 1, Activities: map[observation.Activity]float64{e.Activity: 1}, Zones: map[string]float64{}, Parties: map[string]float64{e.Party: 1}, Named: e.Party}
		if e.No {
			f.Probability = 0
		}
		for z, in := range in.Inside(e) {
			if in {
				f.Zones[z] = 1
			}
		}
		for r, k := range in.Truth.Of {
			if k == i {
				f.Members = append(f.Members, r)
			}
		}
		in.Found = append(in.Found, f)
	}
	s := eval.Measure(in)
	if s.Pairs.F1 != 1 || s.BCubed.F1 != 1 || s.Count.Error != 0 || s.Happened.Brier != 0 || s.Inside.Brier != 0 || s.Attribution.Brier != 0 || s.Attributed.Wrong != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAnEmptyWorkspace(t *testing.T) {
	s := eval.Measure(eval.Input{Truth: &eval.Truth{}})
	var b bytes.Buffer
	if err := eval.WritePage(&b, s, eval.Page{Title: "nothing"}); err != nil {
		t.Fatal(err)
	}
	if s.Observations.Both != 0 || strings.Contains(b.String(), "NaN") {
		t.Errorf("%+v", s)
	}
}

func TestPage(t *testing.T) {
	var b bytes.Buffer
	if err := eval.WritePage(&b, eval.Measure(four()), eval.Page{Title: "North & South", Style: "main { margin: 0 }"}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("testdata", "page.html")
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the page differs; -update writes it anew:\n%s", diff)
	}
	// Every picture has words, every anchor leads somewhere.
	text := b.String()
	if n := strings.Count(text, "<svg"); n < 5 || strings.Count(text, "</title><desc") != n {
		t.Errorf("%d pictures, %d with words", n, strings.Count(text, "</title><desc"))
	}
	if !strings.Contains(text, "North &amp; South") || strings.Contains(text, "<script") {
		t.Error("a text from outside is not escaped, or there is a script")
	}
}

func files(events, links string) fstest.MapFS {
	return fstest.MapFS{eval.EventsFile: {Data: []byte(events)}, eval.LinksFile: {Data: []byte(links)}}
}

const (
	event = `{"id":"A","at":"2026-03-02T12:00:00Z","lat":48,"lon":37,"activity":"shelling","count":2,"party":"north"}` + "\n"
	link  = `{"source":"a","ref":"1","incident":"A"}` + "\n" + `{"source":"a","ref":"2","incident":""}` + "\n"
)

func TestReadTruth(t *testing.T) {
	truth, err := eval.ReadTruth(files(event+"\n", link))
	if err != nil {
		t.Fatal(err)
	}
	want := &eval.Truth{
		Events: []eval.Event{{ID: "A", At: start, Lat: 48, Lon: 37, Activity: observation.Shelling, Count: 2, Party: "north"}},
		Of:     map[eval.Ref]int{{"a", "1"}: 0, {"a", "2"}: -1},
	}
	if diff := cmp.Diff(want, truth); diff != "" {
		t.Error(diff)
	}
	wrong := []struct{ name, events, links, want string }{
		{"no JSON", "rubbish\n", "", "truth-incidents.jsonl:1: no JSON object"},
		{"a word for a number", strings.Replace(event, "48", `"48"`, 1), "", "truth-incidents.jsonl:1: lat: a string where float64 is expected"},
		{"no id", event + strings.Replace(event, `"A"`, `""`, 1), "", "truth-incidents.jsonl:2: it has no id"},
		{"one twice", event + "\n" + event, "", `truth-incidents.jsonl:3: id "A" stands in an earlier line`},
		{"no time", strings.Replace(event, `"at"`, `"when"`, 1), "", "truth-incidents.jsonl:1: it has no time (at)"},
		{"no place", strings.Replace(event, "48", "98", 1), "", "truth-incidents.jsonl:1: latitude 98, longitude 37 is no place"},
		{"no activity", strings.Replace(event, "shelling", "noise", 1), "", `truth-incidents.jsonl:1: activity "noise" is not in the taxonomy`},
		{"no incident", event, `{"source":"a","ref":"1"}`, "truth-links.jsonl:1: expected source, ref and incident"},
		{"an unknown incident", event, strings.Replace(link, `"A"`, `"B"`, 1), `truth-links.jsonl:1: incident "B" is not in truth-incidents.jsonl`},
		{"a report twice", event, link + link, "truth-links.jsonl:3: a/1 stands in an earlier line"},
	}
	for _, tt := range wrong {
		t.Run(tt.name, func(t *testing.T) {
			_, err := eval.ReadTruth(files(tt.events, tt.links))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v\nwant %s", err, tt.want)
			}
		})
	}
	if _, err := eval.ReadTruth(files(strings.Repeat("x\n", 30), "")); err == nil || !strings.Contains(err.Error(), "and 10 more faults") {
		t.Errorf("thirty faults: %v", err)
	}
	if _, err := eval.ReadTruth(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "truth-incidents.jsonl") {
		t.Errorf("no files: %v", err)
	}
}

func FuzzReadTruth(f *testing.F) {
	f.Add(event, link)
	f.Add("{}\n", "[]\n{\"incident\":null}")
	f.Fuzz(func(t *testing.T, events, links string) {
		truth, err := eval.ReadTruth(files(events, links))
		if err != nil {
			return
		}
		for r, k := range truth.Of {
			if r.Source == "" || r.Ref == "" || k >= len(truth.Events) {
				t.Fatalf("%+v is of event %d of %d", r, k, len(truth.Events))
			}
		}
	})
}
