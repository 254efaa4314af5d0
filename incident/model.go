package incident

import (
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/truce-monitor/truce/observation"
)

func (p *Parameters) prevalence(a observation.Activity) float64 {
	if v, ok := p.Prevalence[a]; ok {
		return v
	}
	return 1
}

// model is Parameters made ready: activities by index, logarithms taken.
type model struct {
	Parameters
	activities []observation.Activity // sorted; the index is used everywhere
	index      map[observation.Activity]int
	says       [][]float64 // says[true][reported]
	reported   [][]float64 // reported[reported][true]
	alone      [][]float64 // posterior over true types of one report
	any        []float64   // probability of a report's type, its family given
	rate       float64     // events per m² and second
	enough     float64     // ratio against an event of its own
	clearly    float64     // ratio against all other incidents
}

var defaultModel = sync.OnceValue(func() *model { return newModel(DefaultParameters()) })

func newModel(p Parameters) *model {
	m := &model{Parameters: p, index: map[observation.Activity]int{}}
	for a := range p.Confusion {
		m.activities = append(m.activities, a)
	}
	sort.Slice(m.activities, func(i, j int) bool { return m.activities[i] < m.activities[j] })
	for i, a := range m.activities {
		m.index[a] = i
	}
	n := len(m.activities)
	together := make([][]bool, n)
	for i := range together {
		together[i] = make([]bool, n)
		together[i][i] = true
	}
	for _, family := range p.Families {
		for _, a := range family {
			i, ok := m.index[a]
			for _, b := range family {
				if j, known := m.index[b]; ok && known {
					together[i][j] = true
				}
			}
		}
	}
	m.says = make([][]float64, n)
	for t, a := range m.activities {
		row := make([]float64, n)
		sum, kin := 0.0, 0
		for r, b := range m.activities {
			row[r] = p.Confusion[a][b]
			sum += row[r]
			if together[t][r] {
				kin++
			}
		}
		rest := math.Max(0, 1-sum-p.Stray)
		for r := range row {
			row[r] += p.Stray / float64(n)
			if together[t][r] {
				row[r] += rest / float64(kin)
			}
		}
		m.says[t] = row
	}
	m.reported = make([][]float64, n)
	for r := range m.reported {
		m.reported[r] = make([]float64, n)
		for t := range m.reported[r] {
			m.reported[r][t] = m.says[t][r]
		}
	}
	for _, r := range slices.Sorted(maps.Keys(p.Facets)) {
		f := p.Facets[r]
		for _, t := range f.Of {
			if i, ok := m.index[t]; ok {
				for other := range m.reported {
					m.reported[other][i] *= 1 - f.Share
				}
				m.reported[m.index[r]][i] += f.Share
			}
		}
	}
	m.alone = make([][]float64, n)
	m.any = make([]float64, n)
	for r := range m.activities {
		post := make([]float64, n)
		for t := range post {
			post[t] = m.reported[r][t] * p.prevalence(m.activities[t])
		}
		normalise(post)
		m.alone[r] = post
		kin := 0
		for t := range m.activities {
			if together[t][r] {
				m.any[r] += m.reported[r][t]
				kin++
			}
		}
		m.any[r] /= float64(kin)
	}
	m.enough, m.clearly = math.Exp(p.Decision.Threshold), math.Exp(p.Decision.Rival)
	m.rate = p.Decision.BackgroundKM2Day / 1e6 / 86400
	return m
}

// activity returns the index of a, that of "other" if fusion does not know a,
// and -1 if it knows neither.
func (m *model) activity(a observation.Activity) int {
	if i, ok := m.index[a]; ok {
		return i
	}
	if i, ok := m.index[observation.Other]; ok {
		return i
	}
	return -1
}

func (m *model) repeats(means observation.Means) bool {
	for _, r := range m.Repeats {
		if r == means {
			return true
		}
	}
	return false
}

func (m *model) countError(means observation.Means) float64 {
	if s, ok := m.Decision.CountError[means]; ok {
		return s
	}
	return m.Decision.CountError["unknown"]
}

// akin reports whether two reports of such types may be of one event.
func (m *model) akin(a, b int32) bool {
	p := 0.0
	for t, q := range m.alone[a] {
		p += q * m.reported[b][t]
	}
	return p >= m.Stray
}

// scale is how much greater the errors of positions are than stated.
func (m *model) scale(means observation.Means) float64 {
	if s, ok := m.Space.Scale[means]; ok {
		return s
	}
	return 1
}

// reliability is the probability that o's report is true.
func (m *model) reliability(o *observation.Observation) float64 {
	byMeans, ok := m.Means[o.Means]
	if !ok {
		byMeans = m.Means["unknown"]
	}
	if len(o.Grade) == 0 {
		return byMeans
	}
	source, ok := m.SourceGrades[string(o.Grade[:1])]
	if !ok {
		source = byMeans
	}
	information, ok := m.InformationGrades[string(o.Grade[1:])]
	if !ok {
		information = byMeans
	}
	return math.Sqrt(source * information)
}

func contains(caveats, words []string) bool {
	for _, c := range caveats {
		for _, w := range words {
			if strings.Contains(c, w) {
				return true
			}
		}
	}
	return false
}

func normalise(p []float64) {
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	if sum > 0 {
		for i := range p {
			p[i] /= sum
		}
	}
}
