package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidwall/geodesic"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/posture"
	"github.com/truce-monitor/truce/proportion"
	"github.com/truce-monitor/truce/report"
	"github.com/truce-monitor/truce/track"
	"github.com/truce-monitor/truce/zone"
)

func instant(s string) agreement.Instant {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return agreement.Instant{Time: t.UTC(), Written: s}
}

func en(s string) agreement.Text { return agreement.Text{"en": s} }

func three(a, b, c string) agreement.Text { return agreement.Text{"en": a, "fr": b, "uk": c} }

// terms is a made-up agreement between two made-up parties.
func terms() *agreement.Agreement {
	role := []agreement.Role{{Role: "party-to-conflict"}, {Role: "signatory"}}
	return &agreement.Agreement{
		ID: "river-2025", Title: three("Agreement on the River Line", "Accord sur la ligne du fleuve", "Угода про лінію річки"),
		Languages: []string{"en"}, TimeZone: "Europe/Kyiv", Area: []float64{34, 46.5, 40, 50.5},
		Report: agreement.Reporting{Cutoff: "19:30", Due: "07:30", Areas: []string{"Upper district", "Lower district"}},
		Parties: []agreement.Party{
			{ID: "north", Name: three("Northern Authority", "Autorité du Nord", "Північна влада"), Actors: []string{"Northern forces"}, Roles: role},
			{ID: "south", Name: three("Southern Authority", "Autorité du Sud", "Південна влада"), Actors: []string{"South"}, Roles: role},
			{ID: "mission", Name: en("Monitoring mission"), Roles: []agreement.Role{{Role: "monitor"}}},
		},
		Lines: []agreement.Line{{ID: "contact", Name: three("Line of contact", "Ligne de contact", "Лінія зіткнення"), Left: "north", Right: "south"}},
		Zones: []agreement.Zone{
			{ID: "buffer", Name: three("Security zone (15 km)", "Zone de sécurité (15 km)", "Зона безпеки (15 км)")},
			{ID: "withdrawal", Name: three("Withdrawal zone (50 km)", "Zone de retrait (50 km)", "Зона відведення (50 км)")},
		},
		Provisions: []agreement.Provision{
			{ID: "cease-fire", Article: "1", Words: three("The parties shall cease all use of weapons.", "Les parties cessent tout usage d'armes.", "Сторони припиняють будь-яке застосування зброї."),
				Prohibits: &agreement.Prohibition{Kind: "activity"}, Severity: "S2"},
			{ID: "heavy-weapons", Article: "2", Words: three("Heavy weapons shall be withdrawn beyond the withdrawal lines.", "Les armes lourdes sont retirées au-delà des lignes de retrait.", "Важке озброєння відводиться за лінії відведення."),
				Zone: "withdrawal", Prohibits: &agreement.Prohibition{Kind: "presence", Match: agreement.Match{Weapons: []string{"tank", "artillery-ge100", "mlrs"}}}, Severity: "S3"},
			{ID: "storage", Article: "3", Words: en("Withdrawn weapons shall be kept at the designated storage sites."), Requires: &agreement.Requirement{Kind: "storage"}},
			{ID: "troops", Article: "4", Words: en("No military-type presence in the security zone."), Zone: "buffer", Prohibits: &agreement.Prohibition{Kind: "presence", Match: agreement.Match{Forces: []string{"troops"}}}, Severity: "S1"},
			{ID: "monitors", Article: "6", Words: three("The monitors and their sensors shall not be hindered.", "Les observateurs et leurs capteurs ne sont pas entravés.", "Спостерігачам та їхнім датчикам не перешкоджають."),
				Prohibits: &agreement.Prohibition{Kind: "interference"}, Severity: "S2"},
			{ID: "exercises", Article: "7", Words: en("Live-fire exercises notified 72 hours before are permitted."), Permits: &agreement.Permission{Kind: "exercise"}},
			{ID: "exchange", Article: "9", Words: en("All detainees shall be released by 20 April 2025."), Requires: &agreement.Requirement{Kind: "delivery", Deadline: instant("2025-04-20T09:00:00Z")}},
		},
		Publication: []agreement.Policy{
			{Audience: "public", Handling: "TLP:CLEAR", Delay: agreement.Duration{Duration: 24 * time.Hour}, RoundM: 2000, Withhold: []string{"source", "observer", "text", "media", "party"}},
			{Audience: "parties", Handling: "TLP:GREEN", RoundM: 500, Withhold: []string{"source", "observer"}},
			{Audience: "mission", Handling: "TLP:RED"},
		},
	}
}

// contact is the line: it winds from west to east.
func contact() []geo.Polyline {
	var path geo.Polyline
	for i := range 60 {
		x := float64(i) / 59
		wave := []float64{0, .05, .09, .06, -.02, -.08, -.05, .03, .1, .12, .04, -.06}[i%12]
		path = append(path, geo.Point{Lat: 47.6 + 0.9*x + wave*0.5 + 0.25*x*x, Lon: 35.3 + 3.2*x})
	}
	return []geo.Polyline{path}
}

// band is the area within so many degrees of latitude of the line.
func band(d float64) geo.MultiPolygon {
	path := contact()[0]
	var ring geo.Ring
	for _, p := range path {
		ring = append(ring, geo.Point{Lat: p.Lat - d, Lon: p.Lon + d*0.6})
	}
	for i := len(path) - 1; i >= 0; i-- {
		ring = append(ring, geo.Point{Lat: path[i].Lat + d, Lon: path[i].Lon - d*0.6})
	}
	return geo.MultiPolygon{{ring}}
}

func rect(w, s, e, n float64) geo.MultiPolygon {
	return geo.MultiPolygon{{{{Lat: s, Lon: w}, {Lat: s, Lon: e}, {Lat: n, Lon: e}, {Lat: n, Lon: w}}}}
}

var places = []report.Settlement{
	{Name: three("Verkhivka", "Verkhivka", "Верхівка"), At: geo.Point{Lat: 47.78, Lon: 35.55}, Rank: 1},
	{Name: three("Serednie", "Serednie", "Середнє"), At: geo.Point{Lat: 48.05, Lon: 36.7}, Rank: 1},
	{Name: three("Nyzhnie", "Nyzhnie", "Нижнє"), At: geo.Point{Lat: 48.62, Lon: 38.1}, Rank: 1},
	{Name: three("Old Ferry", "Vieux-Bac", "Старий Перевіз"), At: geo.Point{Lat: 48.3, Lon: 37.4}, Rank: 2},
	{Name: three("Mill Hill", "Colline du Moulin", "Млинова Гора"), At: geo.Point{Lat: 47.7, Lon: 36.1}, Rank: 2},
}

// promises adds what was pledged, declared and said.
func promises(in *report.Input) {
	a := in.Agreement
	a.Texts = []agreement.Source{{ID: "letter", Title: en("Letter"), Publisher: "Gazette", Language: "en"}}
	a.Ceasefire = []agreement.Ceasefire{{ID: "main", Period: agreement.Period{From: instant("2025-04-01T00:00:00+03:00")}}}
	a.Parties = append(a.Parties, agreement.Party{ID: "friend", Name: three("Friendly State", "État ami", "Дружня держава"), Roles: []agreement.Role{{Role: "guarantor"}}})
	why := []agreement.Citation{{Text: "letter", Quote: "we shall help"}}
	a.Commitments = []agreement.Commitment{
		{ID: "help", By: []string{"friend"}, To: []string{"north"}, Of: "troops", Words: three("Troops after a ceasefire.", "Des troupes après un cessez-le-feu.", "Війська після припинення вогню."),
			When: "ceasefire.in-force", Within: agreement.Duration{Duration: 30 * 24 * time.Hour}, Why: why,
			Limits: []agreement.Limit{{ID: "far", MinKM: 50}, {ID: "few", Max: 1000}},
			Firm:   []agreement.Firmness{{At: instant("2025-03-01T00:00:00Z"), Is: "statement"}, {At: instant("2025-04-20T09:00:00Z"), Is: "signed"}}},
		{ID: "answer", By: []string{"friend"}, To: []string{"north"}, Of: "guarantee", Words: three("An answer to an attack.", "Une réponse à une attaque.", "Відповідь на напад."),
			When: "ceasefire.in-force and (attacked(north) or approved(friend))", Firm: []agreement.Firmness{{At: instant("2025-03-01T00:00:00Z"), Is: "letter-of-intent"}}, Why: why},
		{ID: "none", By: []string{"south"}, Of: "troops", Words: en("No troops."), Firm: []agreement.Firmness{{At: instant("2025-03-01T00:00:00Z"), Is: "refused"}}, Why: why},
	}
	a.Issues = []agreement.Issue{{ID: "river", Title: three("The river", "Le fleuve", "Річка"), State: []agreement.IssueState{{At: instant("2025-04-02T00:00:00+03:00"), Is: "open"}}},
		{ID: "bridge", Title: three("The bridge", "Le pont", "Міст"), State: []agreement.IssueState{{At: instant("2025-04-20T00:00:00+03:00"), Is: "narrowed"}}}}
	a.Positions = []agreement.Position{
		{ID: "n1", Party: "north", Issue: "river", At: instant("2025-04-02T00:00:00+03:00"), Stance: "against", Words: en("Never."), Why: why},
		{ID: "n2", Party: "north", Issue: "river", At: instant("2025-04-20T00:00:00+03:00"), Speaker: "The head of the Northern Authority", Stance: "conditional", Words: three("If the bridge stays open.", "Si le pont reste ouvert.", "Якщо міст лишиться відкритим."), Why: why},
	}
	from, at := time.Date(2025, 4, 19, 16, 30, 0, 0, time.UTC), time.Date(2025, 4, 20, 16, 29, 59, 0, time.UTC)
	state := &commitment.Known{Agreement: a}
	in.Commitments = commitment.At(a, state, nil, at)
	in.Steps = commitment.History(a, nil, from, at)
	in.Talks = commitment.TalksAt(a, commitment.Positions(a), nil, at)
	lines := map[string]*line.Line{"contact": {ID: "contact"}}
	v, err := line.NewVersion(line.Version{Line: "contact", From: time.Date(2025, 4, 18, 0, 0, 0, 0, time.UTC), Parts: contact(), RadiusM: 300})
	if err == nil {
		err = lines["contact"].Add(v)
	}
	if err != nil {
		panic(err)
	}
	ground := &posture.Ground{Agreement: a, Lines: lines, State: state}
	in.Posture = ground.At([]posture.Declaration{
		{Source: "friend", Ref: "u1", Kind: posture.Unit, Party: "friend", From: time.Date(2025, 4, 10, 0, 0, 0, 0, time.UTC), Position: &places[4].At, RadiusM: 100, Count: 800},
		{Source: "friend", Ref: "u2", Kind: posture.Unit, Party: "friend", From: time.Date(2025, 4, 20, 0, 0, 0, 0, time.UTC), Position: &geo.Point{Lat: 49.9, Lon: 34.9}, RadiusM: 100, Count: 100, CountMax: 400},
	}, at)
}

// sample is a made-up day of about so many incidents; the same every time.
func sample(n int) report.Input {
	rng := rand.New(rand.NewPCG(20250420, 7))
	from := time.Date(2025, 4, 19, 16, 30, 0, 0, time.UTC)
	in := report.Input{
		Agreement: terms(), AgreementVersion: "a41f09c2", Day: "2025-04-20", HasPrevious: true, Simulated: true,
		Lines: []line.Version{{ID: "5be1f3a0", Line: "contact", From: time.Date(2025, 4, 18, 0, 0, 0, 0, time.UTC), Source: "survey", Parts: contact(), Left: "north", Right: "south", RadiusM: 300}},
		Zones: []report.Shape{{ID: "buffer", Geometry: band(0.14)}, {ID: "withdrawal", Geometry: band(0.45)}},
		Areas: []report.Shape{{ID: "Upper district", Name: three("Upper district", "District supérieur", "Верхній район"), Geometry: rect(34.4, 46.9, 36.9, 49.4)},
			{ID: "Lower district", Name: three("Lower district", "District inférieur", "Нижній район"), Geometry: rect(36.9, 46.9, 39.2, 49.4)}},
		Settlements: places, Quarantined: 3, Software: "truce v0.1.0",
		Journal: report.Head{Size: 48213, Root: "9f1c2b7a64d0e35587cf0a1b2c3d4e5f60718293a4b5c6d7e8f9011223344556"},
		Dark:    []report.Dark{{Source: "satellite 1", From: from.Add(-9 * time.Hour), To: from.Add(3 * time.Hour)}},
		Notes:   []string{"Satellite passes of 20 April were clouded over the eastern third of the line."},
	}
	addGround(&in)
	promises(&in)
	path := contact()[0]
	activities := []observation.Activity{"explosion", "explosion", "explosion", "burst", "burst", "shot", "shelling", "uav-strike", "uav-flight", "presence", "movement", "jamming", "access-denied", "fire", "exercise", "casualty"}
	weaponOf := map[observation.Activity][]observation.Weapon{
		"explosion": {"unknown", "mortar-120", "artillery-ge100"}, "burst": {"hmg", "small-arms"}, "shot": {"small-arms"}, "shelling": {"artillery-ge100", "mlrs"},
		"uav-strike": {"uav"}, "uav-flight": {"uav"}, "presence": {"tank", "artillery-ge100", "mlrs", "unknown"}, "movement": {"tank"}}
	sources := []string{"patrol-3", "patrol-7", "camera-verkhivka", "camera-ferry", "acoustic-east", "news-wire"}
	meansOf := []observation.Means{"patrol", "patrol", "camera", "camera", "acoustic", "news"}
	howOf := []observation.How{"heard", "saw", "recorded", "recorded", "detected", "told"}
	for i := range n {
		x := rng.Float64()
		k := rng.IntN(len(path))
		if x < 0.5 {
			k = 18 + rng.IntN(14)
		}
		at := geo.Point{Lat: path[k].Lat + rng.NormFloat64()*0.06, Lon: path[k].Lon + rng.NormFloat64()*0.05}
		a := activities[rng.IntN(len(activities))]
		t := from.Add(time.Duration(rng.Float64()*24*3600) * time.Second).Truncate(time.Minute)
		to := t.Add(time.Duration(rng.IntN(12)) * time.Minute)
		if rng.Float64() < 0.05 {
			to = t.Add(9 * time.Hour)
		}
		id := fmt.Sprintf("i-%06x", rng.Uint32()&0xffffff)
		cnt := 1 + rng.IntN(8)
		inc := incident.Incident{ID: id, From: t, To: to, Activity: a, Probability: round2(0.35 + 0.64*rng.Float64()), Distinct: 1, IndependentSources: 1 + rng.IntN(3),
			Position: &observation.Position{Lat: round5(at.Lat), Lon: round5(at.Lon), Radius: []float64{150, 400, 1200, 3000, 9000}[rng.IntN(5)]},
			Count:    observation.Count{N: cnt, Min: max(1, cnt-rng.IntN(3)), Max: cnt + rng.IntN(4)}, Handling: observation.Green}
		inc.Activities = []incident.ActivityProbability{{Activity: a, Probability: 0.8}, {Activity: "other", Probability: 0.2}}
		if w := weaponOf[a]; len(w) > 0 {
			inc.Weapon = w[rng.IntN(len(w))]
		}
		if report.IsForce(a) {
			inc.Direction = []observation.Direction{"undetermined", "outgoing", "incoming", "impact", "in-flight"}[rng.IntN(5)]
			if inc.Direction == "in-flight" {
				h := float64(rng.IntN(360))
				inc.Heading = &h
			}
		}
		if rng.Float64() < 0.3 {
			inc.Handling = observation.Clear
		}
		if rng.Float64() < 0.05 {
			inc.Handling = observation.AmberStrict
		}
		if rng.Float64() < 0.06 {
			inc.Position, inc.Area = nil, "Upper district"
			inc.Caveats = []string{"admin-centroid"}
		}
		if a == "casualty" || rng.Float64() < 0.03 {
			inc.Harm = observation.Casualties{Killed: rng.IntN(2), KilledCivilian: 0, Injured: 1 + rng.IntN(3), InjuredCivilian: 1}
		}
		for m := range inc.IndependentSources {
			s := (i + m*2) % len(sources)
			ref := fmt.Sprintf("%d-%d", i, m)
			inc.Members = append(inc.Members, incident.Member{Seq: uint64(1000 + i*3 + m), Source: sources[s], Ref: ref, Independent: true, Why: "near " + sources[s]})
			o := observation.Observation{Source: sources[s], Ref: ref, Means: meansOf[s], How: howOf[s], From: t, To: to, Activity: a, Position: inc.Position, Handling: inc.Handling, Text: "As logged by the watch."}
			if meansOf[s] != "news" && inc.Position != nil {
				post := places[s%len(places)].At
				if d := (post.Lat-at.Lat)*(post.Lat-at.Lat) + (post.Lon-at.Lon)*(post.Lon-at.Lon); d < 0.12 {
					bearing, dist := bearingTo(post, at), distanceTo(post, at)
					o.Observer = &observation.Sighting{Lat: post.Lat, Lon: post.Lon, Bearing: &bearing, BearingError: 11, Distance: &dist, DistanceError: dist * 0.2}
				}
			}
			in.Observations = append(in.Observations, o)
		}
		if i%9 == 4 && inc.Position != nil {
			inc.Ellipse = &incident.Ellipse{MajorM: inc.Position.Radius, MinorM: inc.Position.Radius / 4, Azimuth: float64(20 * (i % 9))}
		}
		if rng.Float64() < 0.15 {
			inc.Claims = []incident.Claim{{Source: "news-wire", Party: "Northern forces"}}
		}
		in.Incidents = append(in.Incidents, inc)
		in.Findings = append(in.Findings, judged(rng, &inc)...)
	}
	// Either party keeps a log; the South's is the thinner.
	for i := range in.Incidents {
		x := &in.Incidents[i]
		for k, log := range []string{"log of the Northern forces", "log, South"} {
			if i%(5+2*k) != 0 {
				continue
			}
			x.Members = append(x.Members, incident.Member{Seq: uint64(9000 + 2*i + k), Source: log, Ref: fmt.Sprint(i), Means: observation.Party, Independent: true})
			x.Claims = append(x.Claims, incident.Claim{Source: log, Means: observation.Party, Party: []string{"south", "north"}[k]})
		}
	}
	in.Findings = append(in.Findings, finding.Finding{ID: "f-exchange", Provision: "exchange", At: time.Date(2025, 4, 20, 9, 0, 0, 0, time.UTC), Result: finding.Undetermined})
	for i := range max(1, n*4/5) {
		in.PreviousIncidents = append(in.PreviousIncidents, incident.Incident{ID: fmt.Sprintf("p-%d", i), From: from.Add(-time.Hour), To: from.Add(-time.Hour),
			Activity: activities[i%len(activities)], Probability: 0.8, Distinct: 1, Handling: observation.Clear, Area: "Lower district"})
	}
	for i := range 30 {
		if i == 11 || i == 12 {
			continue // no record
		}
		d := time.Date(2025, 3, 21, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i)
		c := 90 - 2*i + rng.IntN(30)
		in.Days = append(in.Days, report.DayCount{Day: d.Format(time.DateOnly), Incidents: c, Events: c * 4, Force: c * 3 / 4, Explosions: c / 2, Breaches: c / 3})
	}
	in.Sources = []report.SourceSummary{
		{ID: "camera-verkhivka", Name: "Camera, Verkhivka", Means: "camera", Observations: 14, First: from.Add(time.Hour), Last: from.Add(23 * time.Hour), Expected: 6 * time.Hour, Handling: observation.Green},
		{ID: "camera-ferry", Name: "Camera, Old Ferry", Means: "camera", LastEver: from.Add(-30 * time.Hour), Expected: 6 * time.Hour, Handling: observation.Green},
		{ID: "acoustic-east", Means: "acoustic", Observations: 9, First: from.Add(time.Hour), Last: from.Add(5 * time.Hour), Expected: 4 * time.Hour, Handling: observation.Green},
		{ID: "patrol-3", Means: "patrol", Observations: 21, First: from.Add(13 * time.Hour), Last: from.Add(22 * time.Hour), UsualPerDay: 18, Handling: observation.AmberStrict},
		{ID: "patrol-7", Means: "patrol", Observations: 17, First: from.Add(14 * time.Hour), Last: from.Add(21 * time.Hour), UsualPerDay: 15, Handling: observation.Green},
		{ID: "news-wire", Name: "News wire", Means: "news", Observations: 12, First: from.Add(time.Hour), Last: from.Add(20 * time.Hour), Handling: observation.Clear},
	}
	in.Sources[0].Track = &track.Record{Source: "camera-verkhivka", Confirmed: proportion.Of{Hits: 31, Trials: 40}, EastM: track.Estimate{N: 31, Value: -120, Low: -180, High: -60},
		NorthM: track.Estimate{N: 31, Value: 15, Low: -40, High: 70}, DelayS: track.Estimate{N: 40, Value: 95, Low: 80, High: 120}}
	in.Sources[2].Track = &track.Record{Source: "acoustic-east", Confirmed: proportion.Of{Hits: 2, Trials: 61}, TimeS: track.Estimate{N: 40, Value: 600, Low: 598, High: 602},
		Sick: []track.Reason{{Kind: track.ClockOff, Seconds: 600, N: 40}}}
	in.Sources[5].Track = &track.Record{Source: "news-wire", Confirmed: proportion.Of{Hits: 4, Trials: 900}, Sick: []track.Reason{{Kind: track.Flood, N: 700, PerDay: 233}}}
	for k, s := range []struct {
		source   string
		means    observation.Means
		at       geo.Point
		m        float64
		from, to int
		declared bool
	}{
		{"camera-verkhivka", "camera", path[5], 12000, 0, 24, true}, {"acoustic-east", "acoustic", path[50], 25000, 0, 6, false},
		{"patrol-3", "patrol", path[20], 9000, 13, 22, false}, {"patrol-3", "patrol", path[26], 9000, 13, 18, false}, {"patrol-7", "patrol", path[33], 9000, 14, 21, false},
	} {
		_ = k
		in.Coverage = append(in.Coverage, report.Watch{Source: s.source, Means: s.means, Center: s.at, RangeM: s.m, From: from.Add(time.Duration(s.from) * time.Hour), To: from.Add(time.Duration(s.to) * time.Hour), Declared: s.declared, Handling: observation.Green})
	}
	in.Cases = sampleCases(from)
	climbed(&in, from)
	return in
}

// climbed adds where the ladder of made-up levels stood.
func climbed(in *report.Input, from time.Time) {
	hours := func(h int) agreement.Duration { return agreement.Duration{Duration: time.Duration(h) * time.Hour} }
	in.Agreement.Escalation = &agreement.Escalation{Persistence: hours(12), Levels: []agreement.Level{
		{ID: "warning", Name: three("Warning", "Avertissement", "Попередження"), Count: 2, Window: hours(6), Within: hours(24), Leave: hours(48), Severity: "S2", Confidence: "corroborated", Tell: []string{"north", "south"}},
		{ID: "friends", Name: three("Friends act", "Les amis agissent", "Дії друзів"), After: hours(12), Within: hours(48), Persistent: true, Count: 4, Window: hours(12), Severity: "S2", Leave: hours(72), Tell: []string{"friend"}, Due: []string{"answer"}},
		{ID: "all", Name: three("All act", "Tous agissent", "Дії всіх"), After: hours(72), Count: 40, Window: hours(24), Rise: 3, Baseline: hours(48), Leave: hours(96)},
	}}
	ladder := escalation.New(in.Agreement, from.Add(-96*time.Hour))
	in.Ladder = ladder.At(escalation.Breaches(in.Incidents, in.Findings), from.Add(24*time.Hour))
	in.Clocks = ladder.Clocks(in.Ladder)
}

// judged makes the findings of one incident.
func judged(rng *rand.Rand, n *incident.Incident) []finding.Finding {
	step := []string{"reported", "corroborated", "verified"}[min(2, n.IndependentSources-1)]
	f := finding.Finding{Incident: n.ID, At: n.From, Agreement: "a41f09c2",
		Occurrence:        finding.Occurrence{Step: step, Probability: n.Probability, Sources: n.IndependentSources},
		BreachProbability: round2(0.5 + rng.Float64()/2),
		Reasons:           []finding.Reason{{Code: "members", Text: "reported by " + n.Members[0].Source, Args: map[string]string{"source": n.Members[0].Source}}}}
	if n.Position != nil {
		f.Place = zone.Place{Zones: []zone.Membership{{Zone: "buffer", Probability: round2(rng.Float64())}, {Zone: "withdrawal", Probability: 1}}, Line: "contact", LineVersion: "5be1f3a0", DistanceM: float64(rng.IntN(15000)), Side: []string{"north", "south"}[rng.IntN(2)], SideProbability: round2(0.6 + 0.4*rng.Float64())}
	}
	f.Responsible.Candidates = []finding.Candidate{{Party: "", Probability: 0.5}, {Party: "north", Probability: 0.3}, {Party: "south", Probability: 0.2}}
	settle := func(p string) []finding.Finding {
		f.Provision, f.ID = p, "f-"+n.ID[2:]+"-"+p
		switch {
		case f.BreachProbability > 0.75:
			f.Result, f.Severity = finding.Breach, []string{"S1", "S2", "S3", "S4"}[rng.IntN(4)]
			if rng.Float64() < 0.1 {
				f.Responsible.Party, f.Responsible.Probability = []string{"north", "south"}[rng.IntN(2)], 0.9
			}
		case f.BreachProbability > 0.6:
			f.Result = finding.Undetermined
		default:
			f.Result = finding.Consistent
		}
		return []finding.Finding{f}
	}
	switch {
	case n.Activity == "exercise":
		f.Provision, f.ID, f.Result, f.Exception = "cease-fire", "f-"+n.ID[2:], finding.Excepted, "exercises"
		return []finding.Finding{f}
	case report.IsForce(n.Activity):
		return settle("cease-fire")
	case n.Activity == "presence" && n.Weapon == "unknown":
		return settle("troops")
	case n.Activity == "presence":
		if rng.Float64() < 0.3 {
			return settle("storage")
		}
		return settle("heavy-weapons")
	case n.Activity == "jamming" || n.Activity == "access-denied":
		return settle("monitors")
	}
	return nil
}

func round2(x float64) float64 { return float64(int(x*100+0.5)) / 100 }
func round5(x float64) float64 { return float64(int(x*1e5+0.5)) / 1e5 }

func build(t testing.TB, in report.Input) *report.Report {
	t.Helper()
	r, err := report.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func distanceTo(a, b geo.Point) float64 {
	var m float64
	geodesic.WGS84.Inverse(a.Lat, a.Lon, b.Lat, b.Lon, &m, nil, nil)
	return m
}

func bearingTo(a, b geo.Point) float64 {
	var azi float64
	geodesic.WGS84.Inverse(a.Lat, a.Lon, b.Lat, b.Lon, nil, &azi, nil)
	return math.Mod(azi+360, 360)
}
