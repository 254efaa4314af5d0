package picture

import (
	"fmt"
	"math"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
)

// Bucket is how many incidents began in a step of time, beside what is usual.
type Bucket struct {
	From      time.Time `json:"from"` // UTC
	Incidents int       `json:"incidents"`
	Breaches  int       `json:"breaches"` // incidents with a finding of breach
	// Usual is the mean of the same hours of the days before, as far as there are
	// any; Low and High hold 95 % of what that leaves to chance. All are 0 where Days is.
	Usual float64 `json:"usual"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Days  int     `json:"days"` // how many of them there are
}

const (
	usualDays   = 28
	mostBuckets = 10_000
	day         = 24 * time.Hour
)

// Rate counts the incidents of each step of [q.Since, q.Until), both of which
// must be given; a step divides a day or is whole days.
func (p *Picture) Rate(q Query, step time.Duration) ([]Bucket, error) {
	if step <= 0 || day%step != 0 && step%day != 0 {
		return nil, fmt.Errorf("a step of %s neither divides a day nor is whole days", step)
	}
	n := int((q.Until.Sub(q.Since) + step - 1) / step)
	if q.Since.IsZero() || q.Until.IsZero() || n < 0 || n > mostBuckets {
		return nil, fmt.Errorf("from %s to %s are %d steps of %s; at most %d can be counted", q.Since.Format(time.RFC3339), q.Until.Format(time.RFC3339), n, step, mostBuckets)
	}
	apart, times := day, usualDays
	if step > day {
		apart, times = step, usualDays*int(day)/int(step)
	}
	before := times * int(apart/step) // steps that are looked back
	start := q.Since.Add(-time.Duration(before) * step)

	p.mu.RLock()
	defer p.mu.RUnlock()
	first, last := p.span()
	wide := q
	wide.Since, wide.Until = start, q.Since.Add(time.Duration(n)*step)
	all, breaches := p.count(&wide, start, step, before+n)
	out := make([]Bucket, 0, n)
	for i := range n {
		b := Bucket{From: q.Since.Add(time.Duration(i) * step).UTC(), Incidents: all[before+i], Breaches: breaches[before+i]}
		var sum, squares float64
		for k := 1; k <= times; k++ {
			at := b.From.Add(-time.Duration(k) * apart)
			if at.Before(first) || !at.Before(last) {
				continue // nobody recorded anything: no day with zero
			}
			x := float64(all[before+i-k*int(apart/step)])
			sum, squares, b.Days = sum+x, squares+x*x, b.Days+1
		}
		if b.Days > 0 {
			b.usual(sum/float64(b.Days), squares, sum)
		}
		out = append(out, b)
	}
	return out, nil
}

// usual gives the range of 95 % for one count about the mean, on the scale on which a
// Poisson count has the same variance everywhere (Anscombe 1948,
// doi:10.1093/biomet/35.3-4.246), wider by as much as the days differ by more.
func (b *Bucket) usual(mean, squares, sum float64) {
	spread := 1.0
	if n := float64(b.Days); n > 1 && mean > 0 {
		spread = math.Max(1, (squares-sum*sum/n)/(n-1)/mean)
	}
	half := 1.96 / 2 * math.Sqrt(spread*(1+1/float64(b.Days)))
	root := math.Sqrt(mean + 3.0/8)
	low := math.Max(0, root-half)
	round := func(v float64) float64 { return math.Round(math.Max(0, v)*100) / 100 }
	b.Usual, b.Low, b.High = round(mean), round(low*low-3.0/8), round((root+half)*(root+half)-3.0/8)
}

// Span is the time from the first incident to behind the last; zero where there
// is none.
func (p *Picture) Span() (first, end time.Time) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.span()
}

func (p *Picture) span() (first, end time.Time) {
	if len(p.parts) == 0 {
		return first, end
	}
	oldest := noTime
	for _, s := range p.parts {
		oldest = min(oldest, s.oldest)
	}
	return time.UnixMicro(oldest).UTC(), time.UnixMicro(p.parts[0].newest + 1).UTC()
}

// count sorts the rows that pass into n steps from start on.
func (p *Picture) count(q *Query, start time.Time, step time.Duration, n int) (all, breaches []int) {
	s := p.sieve(q)
	all, breaches = make([]int, n), make([]int, n)
	breach := s.words.number[string(finding.Breach)]
	from, width := start.UnixMicro(), step.Microseconds()
	for _, g := range p.parts {
		if s.misses(g) {
			continue
		}
		r, ok := s.run(g, row{From: noTime, ID: incident.Key{255}})
		for ; ok; ok = r.next(s) {
			x := r.row()
			k := (x.From - from) / width
			all[k]++
			if breach != 0 && x.Result == breach {
				breaches[k]++
			}
		}
	}
	return all, breaches
}
