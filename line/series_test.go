package line_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// daily has a version a day, each a little farther east; every tenth day nothing
// moves.
func daily(t testing.TB, days, points int) *line.Line {
	t.Helper()
	l := &line.Line{ID: "contact"}
	for d := range days {
		moved := d - d/10
		var course geo.Polyline
		for i := range points {
			course = append(course, geo.Point{Lat: 46 + 4*float64(i)/float64(points), Lon: 36 + 0.001*float64(moved) + 0.1*math.Sin(float64(i)/9)})
		}
		if err := l.Add(version(t, line.Version{Line: "contact", From: day.AddDate(0, 0, d), Left: "west", Right: "east", Parts: []geo.Polyline{course}})); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// Years of daily versions need little memory, however many are asked about.
func TestManyVersionsNeedLittleMemory(t *testing.T) {
	single(t)
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6
	}
	l := daily(t, 400, 1000)
	before := heap()
	walk := func(days int) {
		for d := range days {
			for i := range 300 {
				l.At(day.AddDate(0, 0, d)).Nearest(geo.Point{Lat: 46 + float64(i)/100, Lon: 36.5})
			}
		}
	}
	walk(40)
	few := heap() - before
	walk(400)
	if all := heap() - before; all > 1.5*few+2 {
		t.Errorf("%.1f MB after 40 days and %.1f MB after 400", few, all)
	}
	runtime.KeepAlive(l)
}

func TestEqualDaysShareTheirCourse(t *testing.T) {
	l := daily(t, 12, 50)
	ninth, tenth, eleventh := l.Versions[9], l.Versions[10], l.Versions[11]
	if &ninth.Parts[0][0] != &tenth.Parts[0][0] || &tenth.Parts[0][0] == &eleventh.Parts[0][0] {
		t.Error("want the course of days 9 and 10 shared, and that of 11 not")
	}
	if ninth.ID == tenth.ID || ninth.From.Equal(tenth.From) {
		t.Error("versions of two days are one")
	}
}

// What is forgotten is made again, the same, whoever asks at once.
func TestAnswersDoNotDependOnWhatIsKept(t *testing.T) {
	l := daily(t, 120, 60)
	var work sync.WaitGroup
	for worker := range 4 {
		work.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(worker)))
			for range 150 {
				at := day.Add(time.Duration(r.IntN(120*24)) * time.Hour)
				p := geo.Point{Lat: 46 + 4*r.Float64(), Lon: 35 + 2*r.Float64()}
				v := l.At(at)
				alone := line.Version{Parts: v.Parts}
				if got, want := v.Nearest(p), alone.Nearest(p); got != want {
					t.Errorf("%v at %v: %+v; want %+v", p, at, got, want)
					return
				}
			}
		})
	}
	work.Wait()
}
