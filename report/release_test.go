package report_test

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
)

// written is all that a report says in every language and data format.
func written(t *testing.T, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	for _, lang := range report.Languages() {
		if err := report.HTML(&b, r, lang); err != nil {
			t.Fatal(err)
		}
	}
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if err := report.GeoJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, table := range report.Tables(r) {
		if err := table.Write(&b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestNoFormatTellsWhatIsWithheld(t *testing.T) {
	for _, audience := range []string{publish.Public, publish.Parties} {
		in := sample(60)
		in.Audience = audience
		for i := range in.Observations {
			in.Observations[i].Source = "post-" + in.Observations[i].Source
		}
		for i := range in.Incidents {
			for k := range in.Incidents[i].Members {
				in.Incidents[i].Members[k].Source = "post-" + in.Incidents[i].Members[k].Source
			}
		}
		secrets := []string{"post-", "camera-verkhivka", "Camera, Verkhivka", "acoustic-east", `"survey"`, "48.21234"}
		in.Coverage = append(in.Coverage, report.Watch{Source: "hidden-mast", Means: observation.Camera, Handling: observation.Red,
			RangeM: 5000, From: in.Incidents[0].From, To: in.Incidents[0].From.Add(time.Hour), Center: contact()[0][30]})
		secrets = append(secrets, "hidden-mast")
		policy := publish.Policy(in.Agreement, audience)
		passed := 0
		for i := range in.Incidents {
			n := &in.Incidents[i]
			if publish.Sees(policy, n.Handling) {
				passed++
				continue
			}
			secrets = append(secrets, n.ID)
		}
		if audience == publish.Public {
			secrets = append(secrets, "As logged by the watch", "Northern forces")
		}
		r := build(t, in)
		if len(r.Annex)+r.Withheld.Delay != passed {
			t.Fatalf("%s: %d rows; %d incidents may be seen", audience, len(r.Annex), passed)
		}
		text := written(t, r)
		for _, s := range secrets {
			if i := strings.Index(text, s); i >= 0 {
				t.Errorf("%s: %q leaves: %s", audience, s, text[max(0, i-120):min(len(text), i+80)])
			}
		}
	}
}

// Where an audience may not know who is responsible, no report calls that
// undetermined.
func TestWithheldIsNotUndetermined(t *testing.T) {
	in := sample(60)
	in.Audience = publish.Public
	r := build(t, in)
	if !r.Responsibility.Withheld {
		t.Fatal("the policy withholds the party; the report does not say so")
	}
	var b bytes.Buffer
	if err := report.HTML(&b, r, "en"); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "responsible: undetermined") || strings.Contains(s, "Undetermined for") || !strings.Contains(s, "is withheld from this audience") {
		t.Error("what is withheld is written as undetermined")
	}
}

// A watch that the audience may not know of makes the coverage smaller, and
// the report says so; it never makes it larger.
func TestCoverageOfAnAudience(t *testing.T) {
	shares := map[string]float64{}
	for _, audience := range []string{publish.Public, publish.Parties, publish.Mission} {
		in := sample(60)
		in.Audience = audience
		for i := range in.Coverage {
			in.Coverage[i].Handling = []observation.Handling{observation.Clear, observation.Green, observation.Red}[i%3]
		}
		r := build(t, in)
		shares[audience] = r.Coverage.Share
		if held := r.Coverage.HeldBack > 0; held != (audience != publish.Mission) {
			t.Errorf("%s: %d watches held back", audience, r.Coverage.HeldBack)
		}
	}
	if shares[publish.Mission] == 0 || shares[publish.Parties] > shares[publish.Mission]+0.02 || shares[publish.Public] > shares[publish.Parties]+0.02 {
		t.Errorf("shares of the line watched: %v", shares)
	}
}

// The stretches tell of the whole line what its hours tell.
func TestStripsAreTheLine(t *testing.T) {
	in := sample(60)
	in.Audience = publish.Mission
	c := build(t, in).Coverage
	if c.Share == 0 {
		t.Fatal("nothing was watched")
	}
	for _, n := range []int{1, 7, 48} {
		list := c.Strips(n)
		if len(list) == 0 || len(list) > n+4 { // each part of a line begins one
			t.Errorf("%d strips for %d", len(list), n)
		}
		length := 0.0
		hours := make([]float64, len(c.ByHour))
		for _, s := range list {
			length += s.LengthM
			for h, share := range s.ByHour {
				hours[h] += share * s.LengthM
			}
		}
		if math.Abs(length-c.LengthM) > float64(len(list)) {
			t.Errorf("%d strips are %.0f m of %.0f", len(list), length, c.LengthM)
		}
		for h, share := range c.ByHour {
			if math.Abs(hours[h]/length-share) > 0.001 {
				t.Errorf("%d strips, hour %d: %.4f watched; all together say %.4f", len(list), h, hours[h]/length, share)
			}
		}
	}
}

// Every page of a simulated report says so, and no page of a real one does.
func TestSimulatedIsMarked(t *testing.T) {
	for _, simulated := range []bool{true, false} {
		in := sample(12)
		in.Simulated = simulated
		r := build(t, in)
		var b bytes.Buffer
		if err := report.HTML(&b, r, "en"); err != nil {
			t.Fatal(err)
		}
		s := b.String()
		for _, part := range []string{`class="banner"`, `class="watermark"`, `@top-center { content: "SIMULATED`} {
			if strings.Contains(s, part) != simulated {
				t.Errorf("simulated %v: %s", simulated, part)
			}
		}
		if strings.Contains(written(t, r), `"simulated": true`) != simulated {
			t.Errorf("simulated %v: JSON", simulated)
		}
	}
}

// The report fetches nothing: no script, no address but anchors of its own,
// and each of these is there.
func TestPageIsSelfContained(t *testing.T) {
	var b bytes.Buffer
	if err := report.HTML(&b, build(t, sample(60)), "fr"); err != nil {
		t.Fatal(err)
	}
	s := b.String()
	for _, bad := range []string{"<script", "http://", "https://", "<link", "@import", "url(", "<img", "src="} {
		if strings.Contains(strings.NewReplacer("http://www.w3.org/2000/svg", "", "url(#", "").Replace(s), bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	ids := map[string]bool{}
	for _, part := range strings.Split(s, ` id="`)[1:] {
		id := part[:strings.IndexByte(part, '"')]
		if ids[id] {
			t.Errorf("two elements have the id %s", id)
		}
		ids[id] = true
	}
	links := strings.Split(s, `href="`)[1:]
	for _, part := range links {
		to := part[:strings.IndexByte(part, '"')]
		if !strings.HasPrefix(to, "#") || !ids[to[1:]] {
			t.Errorf("a link to %s leads nowhere", to)
		}
	}
	if len(links) < 100 {
		t.Errorf("only %d links", len(links))
	}
}
