package app_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
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

// digest is that of the store, over every row.
func digest(t interface {
	Helper()
	Fatal(...any)
}, a *app.App) string {
	t.Helper()
	r, err := a.Rebuild(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !r.Same {
		t.Fatal("the rows made again from the journal differ from those that came live")
	}
	return r.After
}

// jsonl writes observations as truce's own format has them.
func jsonl(t *rapid.T, dir string, some []observation.Observation) string {
	var out []byte
	for i := range some {
		out = append(observation.AppendCanonical(out, &some[i]), '\n')
	}
	path := filepath.Join(dir, fmt.Sprintf("%d.jsonl", rand.Uint64()))
	if err := os.WriteFile(path, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fewer has rapid check so many cases at most.
func fewer(t *testing.T, n int) {
	t.Helper()
	if testing.Short() {
		n = (n + 2) / 3
	}
	f := flag.Lookup("rapid.checks")
	if before := f.Value.String(); before == f.DefValue {
		if err := f.Value.Set(strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Value.Set(before) })
	}
}

// However observations come, by Submit or Import, in which portions, with pauses in
// which days are settled, and with the workspace closed and opened again between:
// in the end there is what one import of them makes.
func TestSubmittedIsAsImported(t *testing.T) {
	all := demoObservations(t)
	all = all[:min(len(all), 160)]
	fewer(t, 6) // each takes seconds
	examples := filepath.Join("..", "examples", "paris-2026", "agreement.yaml")
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "live")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		some := slices.Clone(all)
		if rapid.Bool().Draw(t, "shuffled") {
			some = rapid.Permutation(some).Draw(t, "order")
		}
		for range rapid.IntRange(0, 3).Draw(t, "corrections") {
			o := some[rapid.IntRange(0, len(some)-1).Draw(t, "corrected")]
			o.From, o.To = o.From.Add(time.Minute), o.To.Add(time.Minute)
			some = append(some, o)
		}
		ctx := context.Background()
		live, err := app.Init(ctx, filepath.Join(dir, "live"), examples, options())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { live.Close() }()
		for rest := some; len(rest) > 0; {
			n := min(len(rest), rapid.IntRange(1, 120).Draw(t, "portion"))
			switch rapid.IntRange(0, 5).Draw(t, "how") {
			case 0:
				if _, err := live.Import(ctx, []string{jsonl(t, dir, rest[:n])}, app.ImportOptions{}); err != nil {
					t.Fatal(err)
				}
			case 1:
				if err := live.Settle(ctx); err != nil {
					t.Fatal(err)
				}
				n = 0
			case 2:
				if err := live.Close(); err != nil {
					t.Fatal(err)
				}
				if live, err = app.Open(ctx, filepath.Join(dir, "live"), options()); err != nil {
					t.Fatal(err)
				}
				n = 0
			default:
				receipts, err := live.Submit(ctx, rest[:n])
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range receipts {
					if r.Status == app.SubmitRefused {
						t.Fatal(r)
					}
				}
			}
			rest = rest[n:]
		}
		if err := live.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		once, err := app.Init(ctx, filepath.Join(dir, "once"), examples, options())
		if err != nil {
			t.Fatal(err)
		}
		defer once.Close()
		if _, err := once.Import(ctx, []string{jsonl(t, dir, some)}, app.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		got, _, err := live.Listing(ctx, app.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := once.Listing(ctx, app.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		if digest(t, live) != digest(t, once) {
			t.Fatal("what came live is not what an import makes")
		}
	})
}

// While what comes is not settled, every observation is in exactly one of the
// incidents that are shown.
func TestEveryObservationIsShownOnce(t *testing.T) {
	all := demoObservations(t)
	all = all[:min(len(all), 600)]
	a := workspace(t, "paris-2026")
	records := map[string]uint64{}
	for portion := range slices.Chunk(all, 37) {
		again, once := portion[0], portion[1] // of some, two or three versions come at once
		again.To, once.To = again.To.Add(time.Second), once.To.Add(time.Second)
		twice := again
		twice.To = twice.To.Add(time.Second)
		submit(t, a, append(slices.Clone(portion), again, once, twice), records)
	}
	shownOnce(t, a, records)
}

// submit submits observations and notes under whose source and reference which record
// is now to be shown.
func submit(t interface{ Fatal(...any) }, a *app.App, some []observation.Observation, records map[string]uint64) {
	receipts, err := a.Submit(context.Background(), some)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range some {
		if !slices.Contains(o.Caveats, "reference-only") {
			records[o.ID()] = receipts[i].Record
		}
	}
}

// shownOnce checks that each of the records is in exactly one of the incidents that
// are shown, and no other version of it in any.
func shownOnce(t interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}, a *app.App, records map[string]uint64) {
	t.Helper()
	incidents, err := a.Incidents(context.Background(), app.Filter{Audience: publish.Mission, Policy: &agreement.Policy{Audience: publish.Mission, Handling: "TLP:RED"}})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string][]uint64{}
	for _, in := range incidents {
		for _, m := range in.Members {
			id := m.Source + "/" + m.Ref
			seen[id] = append(seen[id], m.Seq)
		}
	}
	for id, seq := range records {
		if d := cmp.Diff([]uint64{seq}, seen[id]); d != "" {
			t.Errorf("%s is not shown once as record %d: %s", id, seq, d)
		}
	}
}

// The same holds while days are settled beside what comes, of which some corrects what is
// settled already or is not yet.
func TestWhatIsNotSettledIsCarriedOver(t *testing.T) {
	all := demoObservations(t)
	all = all[:min(len(all), 400)]
	fewer(t, 5)
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "carried")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		ctx := context.Background()
		a, err := app.Init(ctx, filepath.Join(dir, "w"), filepath.Join("..", "examples", "paris-2026", "agreement.yaml"), options())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { a.Close() }()
		settle := make(chan struct{})
		failed := make(chan error, 1)
		var settler sync.WaitGroup
		settler.Go(func() {
			for range settle {
				if err := a.Settle(ctx); err != nil {
					failed <- err
					return
				}
			}
		})
		order := rapid.Permutation(slices.Clone(all)).Draw(t, "order")
		var sent []observation.Observation
		records := map[string]uint64{}
		last := len(order) / 3 // come beside the last time that days are settled
		for rest := order; len(rest) > 0; {
			most := 40
			if len(rest) <= last {
				most = 4 // so that some come while what is not settled is carried over
			}
			n := min(len(rest), rapid.IntRange(1, most).Draw(t, "portion"))
			some := slices.Clone(rest[:n])
			for range min(len(sent), rapid.IntRange(0, 3).Draw(t, "corrections")) {
				o := sent[rapid.IntRange(0, len(sent)-1).Draw(t, "corrected")]
				o.To = o.To.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "later")) * time.Second)
				some = append(some, o)
			}
			submit(t, a, some, records)
			sent, rest = append(sent, rest[:n]...), rest[n:]
			if left := len(rest); left <= last && left+n > last {
				settle <- struct{}{}
				close(settle)
			} else if left > last {
				select {
				case settle <- struct{}{}:
				default:
				}
			}
		}
		settler.Wait()
		select {
		case err := <-failed:
			t.Fatal(err)
		default:
		}
		shownOnce(t, a, records)
		if err := a.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		shownOnce(t, a, records)
		digest(t, a)
	})
}

// Many at once, of whom some submit the same: each observation is on record once.
func TestManySubmitAtOnce(t *testing.T) {
	all := demoObservations(t)
	all = all[:min(len(all), 300)]
	a := workspace(t, "paris-2026")
	var wg sync.WaitGroup
	for k := range 8 {
		wg.Go(func() {
			for i := range all {
				if i%4 == k%4 {
					if _, err := a.Submit(t.Context(), all[i:i+1]); err != nil {
						t.Error(err)
					}
				}
				if i%40 == 0 {
					if _, _, err := a.Listing(t.Context(), app.Filter{Limit: 20}); err != nil {
						t.Error(err)
					}
					if _, err := a.Tile(t.Context(), app.Filter{Audience: publish.Public}, 5, 18, 11); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Go(func() {
		for range 3 {
			if err := a.Settle(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	if err := a.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := a.Status(t.Context())
	if err != nil || s.Totals.Observations != len(all) || s.Totals.Corrections != 0 {
		t.Errorf("%+v, %v; want %d observations", s.Totals, err, len(all))
	}
	digest(t, a)
}

// TestKilled is what TestNothingAcknowledgedIsLost starts and kills: it submits and
// says what was acknowledged.
func TestKilled(t *testing.T) {
	dir := os.Getenv("TRUCE_TEST_KILLED")
	if dir == "" {
		t.Skip("it is started by another test")
	}
	a, err := app.Open(context.Background(), dir, options())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range demoObservations(t) {
		receipts, err := a.Submit(context.Background(), []observation.Observation{o})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("acknowledged %d %q\n", receipts[0].Record, o.ID())
	}
}

func TestNothingAcknowledgedIsLost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "w")
	a, err := app.Init(t.Context(), dir, filepath.Join("..", "examples", "paris-2026", "agreement.yaml"), options())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[string]uint64{}
	for _, after := range []int{40, 200} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$", "-test.v")
		child.Env = append(os.Environ(), "TRUCE_TEST_KILLED="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); {
			var record uint64
			var id string
			if _, err := fmt.Sscanf(lines.Text(), "acknowledged %d %q", &record, &id); err != nil {
				continue
			}
			acknowledged[id] = record
			if n++; n == after {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil {
			t.Fatal("it ended before it was killed")
		}
	}
	if a, err = app.Open(t.Context(), dir, options()); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	watched, err := a.Observations(t.Context(), app.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]uint64{}
	for _, o := range watched {
		there[o.ID()] = o.Seq
	}
	if len(acknowledged) < 200 {
		t.Errorf("%d were acknowledged", len(acknowledged))
	}
	for id, record := range acknowledged {
		if seq, ok := there[id]; !ok || seq != record {
			t.Errorf("%s was acknowledged as record %d; it is %d, %v", id, record, seq, ok)
		}
	}
	digest(t, a)
}

func TestAnAudienceLearnsOnlyOfWhatItMaySee(t *testing.T) {
	a := workspace(t, "paris-2026")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	public := a.Watch(ctx, 0, agreement.Policy{Audience: publish.Public, Handling: "TLP:CLEAR"})
	mission := a.Watch(ctx, 0, agreement.Policy{Audience: publish.Mission, Handling: "TLP:RED"})
	ids := map[observation.Handling]string{}
	for i, h := range []observation.Handling{observation.Red, "", observation.Clear} {
		at := clock.Add(-time.Duration(i+1) * 3 * time.Hour)
		receipts, err := a.Submit(ctx, []observation.Observation{{Source: "post", Ref: fmt.Sprint(i), From: at, To: at, Activity: observation.Explosion, Means: observation.Post,
			Position: &observation.Position{Lat: 48 + float64(i)/10, Lon: 37.5, Radius: 300}, Handling: h}})
		if err != nil {
			t.Fatal(err)
		}
		ids[h] = receipts[0].Incident
	}
	for range 3 {
		if e := <-mission; e.Kind != app.EventIncident || len(e.Incidents) != 1 {
			t.Errorf("the mission: %+v", e)
		}
	}
	for e := range public { // its first is the one that it may know of
		if e.Kind == app.EventSettled {
			continue
		}
		if e.Kind != app.EventIncident || !slices.Equal(e.Incidents, []string{ids[observation.Clear]}) || e.Record != 0 || e.Subject != "" {
			t.Errorf("the public: %+v", e)
		}
		break
	}
}
