package line

import (
	"fmt"
	"slices"
	"time"
)

// Line is a line in its versions. The zero value has none.
type Line struct {
	ID       string
	Versions []*Version // by From; each holds until the next begins
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
// replaces the one that was there.
func (l *Line) Add(v *Version) error {
	if v.Line != l.ID {
		return fmt.Errorf("adding a version of line %q to line %q", v.Line, l.ID)
	}
	i, found := slices.BinarySearchFunc(l.Versions, v.From, func(v *Version, t time.Time) int { return v.From.Compare(t) })
	if found {
		l.Versions[i] = v
		return nil
	}
	l.Versions = slices.Insert(l.Versions, i, v)
	return nil
}
