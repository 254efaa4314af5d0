package main

import (
	"slices"
	"testing"

	"github.com/truce-monitor/truce/incident"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name    string
		options [][]candidate
		want    []int
	}{
		{"nothing to choose", [][]candidate{nil}, []int{-1}},
		{"the best of two", [][]candidate{{{3, 1}, {5, 2}}}, []int{5}},
		{"what loses stays alone", [][]candidate{{{3, -1}}}, []int{-1}},
		{"who gains more gets it", [][]candidate{{{3, 1}}, {{3, 2}}}, []int{-1, 3}},
		{"one gives way for both", [][]candidate{{{3, 5}, {4, 4}}, {{3, 3}}}, []int{4, 3}},
		{"a chain gives way", [][]candidate{{{1, 9}, {2, 8}}, {{2, 9}, {3, 8}}, {{1, 9}}}, []int{2, 3, 1}},
	} {
		if got := match(c.options); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Who is told more does better.
func TestToldMoreIsBetter(t *testing.T) {
	var own, sources, events tally
	p := small(t, "quiet-ceasefire", 4, 8)
	_, found := p.fuse(&incident.Fuser{})
	own.add(p.truth, found)
	found, err := p.toldTheSources("quiet-ceasefire")
	if err != nil {
		t.Fatal(err)
	}
	sources.add(p.truth, found)
	if found, err = p.toldTheEvents("quiet-ceasefire"); err != nil {
		t.Fatal(err)
	}
	events.add(p.truth, found)
	if !(own.wrong[0] > sources.wrong[0] && sources.wrong[0] > events.wrong[0]) {
		t.Errorf("1-F1 of pairs: truce %.3f, told the sources %.3f, told the events %.3f", own.wrong[0], sources.wrong[0], events.wrong[0])
	}
}
