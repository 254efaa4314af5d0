package incident

import "math"

// normal is the standard normal distribution's integral up to x, to four digits,
// which is more than the errors that it is asked for are known to.
func normal(x float64) float64 {
	at := (x + normalEnd) * normalSteps
	switch {
	case !(at > 0):
		return 0
	case at >= float64(len(normalTable)-1):
		return 1
	}
	i := int(at)
	return normalTable[i] + (at-float64(i))*(normalTable[i+1]-normalTable[i])
}

const (
	normalEnd   = 4
	normalSteps = 64
)

var normalTable = func() (t [2*normalEnd*normalSteps + 1]float64) {
	for i := range t {
		t[i] = math.Erfc(-(float64(i)/normalSteps-normalEnd)/math.Sqrt2) / 2
	}
	return t
}()
