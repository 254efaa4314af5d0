package posture

import (
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/finding"
)

// reason is a step of a chain; args are names and values in turn, and a value
// that is empty is left out.
func reason(code, text string, args ...string) finding.Reason {
	r := finding.Reason{Code: code, Text: text, Args: map[string]string{}}
	for i := 0; i+1 < len(args); i += 2 {
		if args[i+1] != "" {
			r.Args[args[i]] = args[i+1]
		}
	}
	return r
}

func integer(n int) string { return strconv.Itoa(n) }

func number(v float64) string { return strconv.FormatFloat(v, 'g', 10, 64) }

func record(seq uint64) string {
	if seq == 0 {
		return ""
	}
	return strconv.FormatUint(seq, 10)
}

// percent writes a probability so that only certainty reads as 0 or 100 %.
func percent(p float64) string {
	switch {
	case p > 0 && p < 0.01:
		return "under 1 %"
	case p < 1 && p > 0.99:
		return "over 99 %"
	}
	return strconv.FormatFloat(p*100, 'f', 0, 64) + " %"
}

func km(metres float64) string {
	if metres < 1000 {
		return strconv.FormatFloat(metres, 'f', 0, 64) + " m"
	}
	return strconv.FormatFloat(metres/1000, 'f', 1, 64) + " km"
}

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 5, 64) }

func list(words []string) string { return strings.Join(words, ", ") }

func article(s string) string {
	if s == "" {
		return ""
	}
	return " (article " + s + ")"
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "ever"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
