package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// The files of a truth, as `truce simulate` writes them: JSON Lines.
const (
	EventsFile = "truth-incidents.jsonl" // Event
	LinksFile  = "truth-links.jsonl"     // source, ref, incident
)

// Event is what truly happened.
type Event struct {
	ID       string               `json:"id"`
	At       time.Time            `json:"at"`
	Lat      float64              `json:"lat"`
	Lon      float64              `json:"lon"`
	Activity observation.Activity `json:"activity"`
	Weapon   observation.Weapon   `json:"weapon"`
	Count    int                  `json:"count"`
	Party    string               `json:"party"` // who did it; empty: nobody or unknown
	No       bool                 `json:"no"`    // it only sounds or looks like something: thunder
}

// Ref names an observation.
type Ref struct {
	Source string `json:"source"`
	Ref    string `json:"ref"`
}

// Truth is what truly happened and which event each observation is of.
type Truth struct {
	Events []Event
	// Of is the event's index of each observation, -1 for a false alarm.
	Of map[Ref]int
}

// maxProblems is how many faults of a truth are told at once.
const maxProblems = 20

// ReadTruth reads the two files of a truth. The error tells of every fault, up to
// twenty, with file and line.
func ReadTruth(dir fs.FS) (*Truth, error) {
	t := &Truth{Of: map[Ref]int{}}
	var faults []error
	number := map[string]int{}
	err := lines(dir, EventsFile, &faults, func(line []byte) error {
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			return reason(err)
		}
		switch _, twice := number[e.ID]; {
		case e.ID == "":
			return errors.New("it has no id")
		case twice:
			return fmt.Errorf("id %q stands in an earlier line", e.ID)
		case e.At.IsZero():
			return errors.New("it has no time (at)")
		case !(math.Abs(e.Lat) <= 90 && math.Abs(e.Lon) <= 180):
			return fmt.Errorf("latitude %g, longitude %g is no place", e.Lat, e.Lon)
		case !observation.KnownActivity(e.Activity):
			return fmt.Errorf("activity %q is not in the taxonomy", e.Activity)
		}
		number[e.ID] = len(t.Events)
		t.Events = append(t.Events, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = lines(dir, LinksFile, &faults, func(line []byte) error {
		var l struct {
			Ref
			Incident *string `json:"incident"`
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return reason(err)
		}
		if l.Source == "" || l.Ref.Ref == "" || l.Incident == nil {
			return errors.New("expected source, ref and incident (empty: a false alarm)")
		}
		if _, twice := t.Of[l.Ref]; twice {
			return fmt.Errorf("%s/%s stands in an earlier line", l.Source, l.Ref.Ref)
		}
		at := -1
		if *l.Incident != "" {
			n, ok := number[*l.Incident]
			if !ok {
				return fmt.Errorf("incident %q is not in %s", *l.Incident, EventsFile)
			}
			at = n
		}
		t.Of[l.Ref] = at
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(faults) > maxProblems {
		faults = append(faults[:maxProblems], fmt.Errorf("and %d more faults", len(faults)-maxProblems))
	}
	return t, errors.Join(faults...)
}

// reason is what the library says without what it is called.
func reason(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s: a %s where %s is expected", kind.Field, kind.Value, kind.Type)
	}
	return fmt.Errorf("no JSON object: %w", err)
}

// lines calls each for the lines of a file that are not empty and collects what is
// wrong with them.
func lines(dir fs.FS, name string, faults *[]error, each func([]byte) error) error {
	f, err := dir.Open(name)
	if err != nil {
		return fmt.Errorf("reading the truth: %w; `truce simulate` writes it", err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("reading %s: line %d: %w", name, n, err)
		}
		if line := bytes.TrimSpace(line); len(line) > 0 {
			if e := each(line); e != nil {
				*faults = append(*faults, fmt.Errorf("%s:%d: %w", name, n, e))
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}
