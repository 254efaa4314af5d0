package review

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/truce-monitor/truce/proportion"
)

// Verdict is what a person says of a pair.
type Verdict string

// The verdicts.
const (
	Same      Verdict = "same"      // both are reports of one event
	Different Verdict = "different" // they are of two events
	Unsure    Verdict = "unsure"    // it can't be told from what they say
)

// Judgement is a person's verdict on two reports. It names them by source and
// reference, so that it outlives what fusion makes of them.
type Judgement struct {
	A       Name    `json:"a"`
	B       Name    `json:"b"`
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"`
	Judge   string  `json:"judge,omitempty"` // who says so
}

// pair is the judgement's pair in one order.
func (j *Judgement) pair() [2]Name {
	if j.A.before(j.B) > 0 {
		return [2]Name{j.B, j.A}
	}
	return [2]Name{j.A, j.B}
}

// Read reads judgements from JSON Lines. The name is for the error, which says
// in which line what is wrong.
func Read(name string, r io.Reader) ([]Judgement, error) {
	var out []Judgement
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var j Judgement
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		err := d.Decode(&j)
		if err == nil && d.More() {
			err = errors.New("more than one judgement in it")
		}
		if err == nil {
			err = j.check()
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		out = append(out, j)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return out, nil
}

func (j *Judgement) check() error {
	switch {
	case j.A.Source == "" || j.A.Ref == "" || j.B.Source == "" || j.B.Ref == "":
		return errors.New("expected a and b, each with source and ref")
	case j.A == j.B:
		return errors.New("a and b are the same report")
	case j.Verdict != Same && j.Verdict != Different && j.Verdict != Unsure:
		return fmt.Errorf("verdict %q: expected same, different or unsure", j.Verdict)
	}
	return nil
}

// Counts are pairs by what people say and what fusion did.
type Counts struct {
	TP int `json:"tp"` // same, and joined
	FP int `json:"fp"` // different, but joined
	TN int `json:"tn"` // different, and kept apart
	FN int `json:"fn"` // same, but kept apart
}

func (c *Counts) add(same, joined bool) {
	switch {
	case same && joined:
		c.TP++
	case joined:
		c.FP++
	case same:
		c.FN++
	default:
		c.TN++
	}
}

// Precision is the share of joined pairs that are the same.
func (c Counts) Precision() proportion.Of { return proportion.Of{Hits: c.TP, Trials: c.TP + c.FP} }

// Recall is the share of pairs that are the same which were joined. It is of the
// sample: among all pairs that are near, far more are kept apart than were drawn.
func (c Counts) Recall() proportion.Of { return proportion.Of{Hits: c.TP, Trials: c.TP + c.FN} }

// Specificity is the share of different pairs that were kept apart.
func (c Counts) Specificity() proportion.Of { return proportion.Of{Hits: c.TN, Trials: c.TN + c.FP} }

// Scores say how fusion does against judgements.
type Scores struct {
	Counts
	Unsure int `json:"unsure"` // pairs of which people can't say
	// Missing are judged pairs of which one report is not on record.
	Missing  int           `json:"missing"`
	BySource []SourcePair  `json:"by_source"`
	Wrong    []WrongReview `json:"wrong"` // in which fusion and people differ, in the order of judging
}

// SourcePair is the counts of two sources, in the order of the alphabet.
type SourcePair struct {
	Sources [2]string `json:"sources"`
	Counts
	Unsure int `json:"unsure"`
}

// WrongReview is a pair on which fusion and people differ.
type WrongReview struct {
	Judgement
	Joined bool `json:"joined"` // by fusion
}

// Score compares judgements with what fusion says now: incident tells of a report
// in which incident it is, "" for none, and whether it is on record at all. Of
// several judgements of one pair the last counts.
func Score(judgements []Judgement, incident func(Name) (id string, known bool)) *Scores {
	s := &Scores{BySource: []SourcePair{}, Wrong: []WrongReview{}}
	last := make(map[[2]Name]int, len(judgements))
	for i := range judgements {
		last[judgements[i].pair()] = i
	}
	by := map[[2]string]*SourcePair{}
	for i := range judgements {
		j := &judgements[i]
		p := j.pair()
		if last[p] != i {
			continue
		}
		a, known := incident(p[0])
		b, too := incident(p[1])
		if !known || !too {
			s.Missing++
			continue
		}
		sources := [2]string{p[0].Source, p[1].Source}
		row := by[sources]
		if row == nil {
			row = &SourcePair{Sources: sources}
			by[sources] = row
		}
		if j.Verdict == Unsure {
			s.Unsure++
			row.Unsure++
			continue
		}
		same, joined := j.Verdict == Same, a != "" && a == b
		s.add(same, joined)
		row.add(same, joined)
		if same != joined {
			s.Wrong = append(s.Wrong, WrongReview{*j, joined})
		}
	}
	for _, row := range by {
		s.BySource = append(s.BySource, *row)
	}
	slices.SortFunc(s.BySource, func(x, y SourcePair) int {
		return cmp.Or(cmp.Compare(x.Sources[0], y.Sources[0]), cmp.Compare(x.Sources[1], y.Sources[1]))
	})
	return s
}
