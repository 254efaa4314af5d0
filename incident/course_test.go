package incident_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// TestCourse: what several tell of a course is taken together, over north as well, and
// not where they contradict each other.
func TestCourse(t *testing.T) {
	for _, tt := range []struct {
		told []float64
		want float64
	}{
		{[]float64{90}, 90},
		{[]float64{80, 100}, 90},
		{[]float64{350, 10}, 0},
		{[]float64{90, 270}, 90},
	} {
		var all []*observation.Observation
		for i, h := range tt.told {
			all = append(all, with(seen(fmt.Sprint("camera ", i), "1", time.Duration(i)*time.Second, 48, 37), func(o *observation.Observation) {
				o.Heading = p(h)
			}))
		}
		found := fuse(all...)
		if len(found) != 1 || found[0].Heading == nil || *found[0].Heading != tt.want {
			t.Errorf("courses %v: %+v; want one incident's of %v", tt.told, found, tt.want)
		}
	}
	if found := fuse(seen("camera", "1", 0, 48, 37)); found[0].Heading != nil {
		t.Errorf("nobody told a course, and it is %v", *found[0].Heading)
	}
}
