package commitment

import (
	"strconv"
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

func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "ever"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// earliest and latest of two instants; a zero one counts as not stated.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
