package line

import (
	"fmt"
	"slices"
	"time"

	"github.com/truce-monitor/truce/geo"
)

// Line is a line in its versions. The zero value has none.
type Line struct {
	ID       string
	Versions []*Version // by From; each holds until the next begins

	keeper keeper
}

// At returns the version in force at t, nil before the first.
func (l *Line) At(t time.Time) *Version {
	if l == nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(l.Versions, t, func(v *Version, t time.Time) int { return v.From.Compare(t) })
	if found {
		return l.Versions[i]
	}
	if i == 0 {
		return nil
	}
	return l.Versions[i-1]
}

// Add puts v where it belongs in time. A version from the same instant
// replaces the one that was there. Versions that follow each other on the same
// course share it, and of all added versions only some stay prepared for
// questions, so that years of daily versions need little memory.
func (l *Line) Add(v *Version) error {
	if v.Line != l.ID {
		return fmt.Errorf("adding a version of line %q to line %q", v.Line, l.ID)
	}
	i, found := slices.BinarySearchFunc(l.Versions, v.From, func(v *Version, t time.Time) int { return v.From.Compare(t) })
	if found {
		l.Versions[i] = v
	} else {
		l.Versions = slices.Insert(l.Versions, i, v)
	}
	if v.prepared == nil {
		return nil
	}
	v.prepared.keeper = &l.keeper
	for _, k := range [2]int{i - 1, i + 1} {
		if k >= 0 && k < len(l.Versions) && sameCourse(v, l.Versions[k]) {
			other := l.Versions[k]
			v.Parts, v.Held, v.prepared = other.Parts, other.Held, other.prepared
		}
	}
	return nil
}

func sameCourse(a, b *Version) bool {
	return b.prepared != nil && slices.EqualFunc(a.Parts, b.Parts, slices.Equal) &&
		slices.EqualFunc(a.Held, b.Held, func(x, y geo.Polygon) bool { return slices.EqualFunc(x, y, slices.Equal) })
}
