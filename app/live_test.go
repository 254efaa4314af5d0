package app_test

import (
	"bufio"
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// demoObservations are those of the embedded example.
func demoObservations(t testing.TB) []observation.Observation {
	t.Helper()
	f, err := os.Open(demoFile(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []observation.Observation
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if o, err := observation.Parse(lines.Bytes()); err == nil {
			out = append(out, o)
		}
	}
	if len(out) == 0 || lines.Err() != nil {
		t.Fatalf("%d observations, %v", len(out), lines.Err())
	}
	return out
}

func TestTheListIsOfTheIncidents(t *testing.T) {
	a := workspace(t, "paris-2026")
	load(t, a, demoFile(t))
	incidents, err := a.Incidents(t.Context(), app.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, in := range incidents {
		want = append(want, in.ID)
	}
	f := app.Filter{Limit: 100}
	for {
		page, next, err := a.Listing(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page {
			got = append(got, s.ID)
		}
		if f.Cursor = next; next == "" {
			break
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 || !slices.Equal(want, got) {
		t.Errorf("%d incidents, %d in the list", len(want), len(got))
	}
	breaches, err := a.Findings(t.Context(), app.Filter{Result: "breach"})
	if err != nil {
		t.Fatal(err)
	}
	gravest := map[string]bool{}
	for _, b := range breaches {
		if b.Incident != "" {
			gravest[b.Incident+b.Severity+b.Responsible.Party] = true
		}
	}
	list, _, err := a.Listing(t.Context(), app.Filter{Result: "breach"})
	if err != nil || len(list) == 0 {
		t.Fatal(len(list), err)
	}
	for _, s := range list {
		if s.Result != "breach" || !gravest[s.ID+s.Severity+s.Party] {
			t.Errorf("%s: severity %q, party %q: no finding says so", s.ID, s.Severity, s.Party)
		}
	}
}

func TestAudiencesSeeWhatTheirPolicyLetsThrough(t *testing.T) {
	a := workspace(t, "paris-2026")
	load(t, a, demoFile(t))
	for _, audience := range []string{publish.Public, publish.Parties, publish.Mission} {
		policy := publish.Policy(a.Agreement(), audience)
		incidents, err := a.Incidents(t.Context(), app.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		watched, err := a.Observations(t.Context(), app.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		data := publish.Data{Incidents: incidents}
		for _, o := range watched {
			data.Observations = append(data.Observations, o.Observation)
		}
		want := map[string]*observation.Position{}
		for _, in := range publish.Apply(policy, clock, data).Incidents {
			want[in.ID] = in.Position
		}
		list, _, err := a.Listing(t.Context(), app.Filter{Audience: audience})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != len(want) {
			t.Errorf("%s: %d in the list; its policy lets %d through", audience, len(list), len(want))
		}
		for _, s := range list {
			p, ok := want[s.ID]
			if !ok || (p == nil) != (s.Lat == nil) || p != nil && (*s.Lat != p.Lat || *s.Lon != p.Lon) {
				t.Fatalf("%s: %+v; it may see %+v, %v", audience, s, p, ok)
			}
		}
	}
}

func TestSubmittedObservationsGetReceipts(t *testing.T) {
	a := workspace(t, "paris-2026")
	some := demoObservations(t)[:50]
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	events := a.Events().Subscribe(ctx, 0)
	receipts, err := a.Submit(t.Context(), some)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range receipts {
		if r.Status != app.SubmitNew || r.Source != some[i].Source || r.Ref != some[i].Ref {
			t.Errorf("receipt %d: %+v", i, r)
		}
	}
	e := <-events
	if e.Kind != app.EventIncident || len(e.Incidents) == 0 || !slices.Contains(e.Incidents, receipts[0].Incident) {
		t.Errorf("%+v", e)
	}
	changed := some[1]
	changed.To = changed.To.Add(time.Second)
	bad := some[2]
	bad.Source = ""
	again, err := a.Submit(t.Context(), []observation.Observation{some[0], changed, bad})
	if err != nil {
		t.Fatal(err)
	}
	if again[0].Status != app.SubmitKnown || again[0].Record != receipts[0].Record || again[1].Status != app.SubmitCorrection || again[2].Status != app.SubmitRefused {
		t.Errorf("%+v", again)
	}
	if err := a.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestEventsGoOnWhereOneStopped(t *testing.T) {
	var hub app.Events
	first := hub.Publish(app.Event{Kind: app.EventCase, Subject: "1"})
	hub.Publish(app.Event{Kind: app.EventCase, Subject: "2"})
	ctx, cancel := context.WithCancel(t.Context())
	in := hub.Subscribe(ctx, first.ID)
	if e := <-in; e.Subject != "2" {
		t.Errorf("%+v", e)
	}
	cancel()
	for range in {
	}
	for range 6000 { // more than are kept
		hub.Publish(app.Event{Kind: app.EventCase, Subject: "3"})
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	in = hub.Subscribe(ctx, first.ID)
	if e := <-in; e.Kind != app.EventReset {
		t.Errorf("what was missed is not said: %+v", e)
	}
	if e := <-in; e.Subject != "3" {
		t.Errorf("%+v", e)
	}
	if e := <-hub.Subscribe(ctx, first.ID+1_000_000); e.Kind != app.EventReset {
		t.Errorf("a number from before a restart: %+v", e)
	}
}
