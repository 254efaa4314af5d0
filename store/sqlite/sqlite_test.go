package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/store/sqlite"
)

var midnight = time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC)

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func see(source, ref string, at time.Time) *observation.Observation {
	return &observation.Observation{Source: source, Ref: ref, From: at, Activity: observation.Explosion, Means: observation.Post,
		Position: &observation.Position{Lat: 48.5, Lon: 37.9, Radius: 500}}
}

func write(t testing.TB, s *sqlite.Store, applied uint64, do func(*sqlite.Batch) error) {
	t.Helper()
	b, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Rollback()
	if err := do(b); err != nil {
		t.Fatal(err)
	}
	if err := b.Commit(applied); err != nil {
		t.Fatal(err)
	}
}

func order(t testing.TB, s *sqlite.Store, day int64) []string {
	t.Helper()
	var out []string
	for k, err := range s.InDay(t.Context(), day) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%d %s/%s", k.Seq, k.Source, k.Ref))
	}
	return out
}

func TestObservationsComeInTheOrderOfFusion(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "truce.db"))
	write(t, s, 5, func(b *sqlite.Batch) error {
		return errors.Join(
			b.Observation(0, see("post", "2", midnight.Add(time.Hour)), 7),
			b.Observation(1, see("camera", "9", midnight.Add(time.Hour)), 7),
			b.Observation(2, see("post", "1", midnight.Add(time.Hour)), 7),
			b.Observation(3, see("post", "0", midnight.Add(24*time.Hour-time.Microsecond)), 7),
			b.Observation(4, see("post", "3", midnight.Add(24*time.Hour)), 7))
	})
	day := sqlite.DayOf(midnight)
	if diff := cmp.Diff([]string{"1 camera/9", "2 post/1", "0 post/2", "3 post/0"}, order(t, s, day)); diff != "" {
		t.Error(diff)
	}
	days, err := s.Days(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]sqlite.Day{{day, 4, true}, {day + 1, 1, true}}, days); diff != "" {
		t.Error(diff)
	}
	if n, err := s.Applied(t.Context()); n != 5 || err != nil {
		t.Errorf("applied %d, %v", n, err)
	}
}

func TestACorrectionTakesTheOldVersionsPlace(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "truce.db"))
	day := sqlite.DayOf(midnight)
	write(t, s, 1, func(b *sqlite.Batch) error { return b.Observation(0, see("post", "1", midnight), 7) })
	write(t, s, 1, func(b *sqlite.Batch) error { return b.EndDay(day, []byte("state")) })
	write(t, s, 2, func(b *sqlite.Batch) error {
		return b.Observation(1, see("post", "1", midnight.Add(48*time.Hour)), 7, 0)
	})
	if seq, digest, ok, err := s.Current(t.Context(), "post", "1"); seq != 1 || digest != 7 || !ok || err != nil {
		t.Errorf("the current version is record %d, %v, %v", seq, ok, err)
	}
	if got := order(t, s, day); got != nil {
		t.Errorf("the old version is still there: %v", got)
	}
	days, err := s.Days(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]sqlite.Day{{day, 1, true}, {day + 2, 1, true}}, days); diff != "" {
		t.Errorf("both days must be judged again: %s", diff)
	}
	totals, err := s.Totals(t.Context())
	if err != nil || totals.Observations != 1 || totals.Corrections != 1 {
		t.Errorf("totals %+v, %v", totals, err)
	}
}

func TestAnAbandonedBatchLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "truce.db")
	s := open(t, path)
	empty, err := s.Digest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if err := b.Observation(uint64(i), see("post", fmt.Sprint(i), midnight), 7); err != nil {
			t.Fatal(err)
		}
	}
	b.Rollback()
	if got, err := s.Digest(t.Context()); err != nil || got != empty {
		t.Errorf("the digest is %s, %v; want the empty one, %s", got, err, empty)
	}
}

func fill(t testing.TB, s *sqlite.Store, batch int) {
	const n = 200
	for start := 0; start < n; start += batch {
		write(t, s, uint64(min(start+batch, n)), func(b *sqlite.Batch) error {
			for i := start; i < min(start+batch, n); i++ {
				if err := b.Observation(uint64(i), see("post", fmt.Sprint(i), midnight.Add(time.Duration(i)*time.Minute)), 7); err != nil {
					return err
				}
			}
			return nil
		})
	}
	write(t, s, n, func(b *sqlite.Batch) error {
		for i := range n {
			at := midnight.Add(time.Duration(i) * time.Minute)
			in := &incident.Incident{ID: fmt.Sprintf("I-%03d", i), From: at, To: at, Activity: observation.Shelling, Probability: 0.9}
			judged, err := sqlite.NewJudged(in, []finding.Outcome{{Provision: "no-fire", Result: finding.Breach}})
			if err != nil {
				return err
			}
			if err := b.Incident(sqlite.DayOf(midnight), judged); err != nil {
				return err
			}
		}
		return errors.Join(b.Picture(sqlite.DayOf(midnight), []byte("picture")), b.EndDay(sqlite.DayOf(midnight), []byte("state")))
	})
}

func TestTheDigestDoesNotDependOnBatches(t *testing.T) {
	one, other := open(t, filepath.Join(t.TempDir(), "a.db")), open(t, filepath.Join(t.TempDir(), "b.db"))
	fill(t, one, 200)
	fill(t, other, 7)
	a, err := one.Digest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := other.Digest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a != b {
		t.Errorf("digests %s and %s of the same rows", a, b)
	}
	write(t, other, 200, func(b *sqlite.Batch) error { return b.Clear(sqlite.DayOf(midnight)) })
	if b, err = other.Digest(t.Context()); err != nil || a == b {
		t.Errorf("the digest of fewer rows is the same (%v)", err)
	}
}

func TestListings(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "truce.db"))
	fill(t, s, 200)
	got, err := s.Incidents(t.Context(), sqlite.Filter{Since: midnight.Add(10 * time.Minute), Until: midnight.Add(20 * time.Minute), Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, in := range got {
		ids = append(ids, in.ID)
	}
	if diff := cmp.Diff([]string{"I-010", "I-011", "I-012"}, ids); diff != "" {
		t.Error(diff)
	}
	if in, ok, err := s.Incident(t.Context(), "I-042"); err != nil || !ok || in.Activity != observation.Shelling {
		t.Errorf("incident I-042: %+v, %v, %v", in, ok, err)
	}
	if _, ok, err := s.Incident(t.Context(), "I-999"); ok || err != nil {
		t.Errorf("an incident that is not there: %v, %v", ok, err)
	}
	for _, c := range []struct {
		filter sqlite.Filter
		want   int
	}{
		{sqlite.Filter{Provision: "no-fire"}, 200}, {sqlite.Filter{Result: "breach"}, 200}, {sqlite.Filter{Provision: "no-fire", Result: "breach", Incident: "I-007"}, 1},
		{sqlite.Filter{Provision: "no-fire", Result: "excepted"}, 0}, {sqlite.Filter{Provision: "fire"}, 0}, {sqlite.Filter{Result: "each"}, 0}, {sqlite.Filter{Activity: "shot"}, 0},
	} {
		if got, err := s.Incidents(t.Context(), c.filter); err != nil || len(got) != c.want {
			t.Errorf("%+v gives %d incidents, %v; want %d", c.filter, len(got), err, c.want)
		}
	}
	totals, err := s.Totals(t.Context())
	if err != nil || totals.Incidents != 200 || totals.Findings != 200 || totals.Breaches != 200 {
		t.Errorf("%+v, %v", totals, err)
	}
	sources, err := s.Sources(t.Context())
	if err != nil || len(sources) != 1 || sources[0].Observations != 200 || !sources[0].First.Equal(midnight) {
		t.Errorf("sources %+v, %v", sources, err)
	}
	keys, err := s.Observations(t.Context(), sqlite.Filter{Source: "post", Limit: 2})
	if err != nil || len(keys) != 2 || keys[1].Seq != 1 {
		t.Errorf("observations %+v, %v", keys, err)
	}
}

func TestRecordsOfOtherKinds(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "truce.db"))
	want := sqlite.Record{Seq: 4, Kind: "line", Source: "mission", Ref: "v2", At: midnight.Add(time.Hour), Digest: []byte{1, 2}, Label: "line of contact"}
	write(t, s, 5, func(b *sqlite.Batch) error {
		return errors.Join(b.Record(sqlite.Record{Seq: 2, Kind: "line", Source: "mission", Ref: "v2", At: midnight}), b.Record(want), b.SetMeta("agreement", "abc"))
	})
	got, ok, err := s.LastRecord(t.Context(), "line", "mission", "v2")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if all, err := s.Records(t.Context(), "line"); err != nil || len(all) != 2 || all[0].Seq != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	if v, err := s.Meta(t.Context(), "agreement"); v != "abc" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
}

func TestForeignAndNewerFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "truce.db")
	if err := os.WriteFile(path, []byte("this is no database, it is a text of some length that fills more than a header"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(context.Background(), path, false); !errors.Is(err, sqlite.ErrStale) {
		t.Errorf("a text file: %v", err)
	}
	if err := sqlite.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(context.Background(), path, true); !errors.Is(err, sqlite.ErrStale) {
		t.Errorf("a missing file, read only: %v", err)
	}
	fill(t, open(t, path), 100)
}

// Who gives up while the file is opened is not told that it is worth nothing.
func TestGivingUpIsNotStale(t *testing.T) {
	path := filepath.Join(t.TempDir(), "truce.db")
	fill(t, open(t, path), 100)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, readOnly := range []bool{false, true} {
		if _, err := sqlite.Open(ctx, path, readOnly); !errors.Is(err, context.Canceled) || errors.Is(err, sqlite.ErrStale) {
			t.Errorf("read only %t: %v", readOnly, err)
		}
	}
}

func BenchmarkObservation(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "truce.db"))
	seq := uint64(0)
	for b.Loop() {
		write(b, s, seq, func(batch *sqlite.Batch) error {
			for range 10000 {
				if err := batch.Observation(seq, see("post", fmt.Sprint(seq), midnight.Add(time.Duration(seq)*time.Second)), 7); err != nil {
					return err
				}
				seq++
			}
			return nil
		})
	}
	b.ReportMetric(float64(seq)/b.Elapsed().Seconds(), "rows/s")
}
