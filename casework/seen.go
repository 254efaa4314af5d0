package casework

import "time"

// Seen is the case as it follows from the steps that somebody sees; where it
// stands is as it is.
func (c *Case) Seen(visible func(*Step) bool) *Case {
	var steps []Step
	for i := range c.Steps {
		if visible(&c.Steps[i]) {
			steps = append(steps, c.Steps[i])
		}
	}
	if len(steps) == len(c.Steps) {
		return c
	}
	out := Replay(c.ID, steps)
	out.State, out.Since, out.Opened, out.Version, out.Title, out.Suspended = c.State, c.Since, c.Opened, c.Version, c.Title, c.Suspended
	return out
}

// Until is the case as it was before an instant; nil: there was none.
func (c *Case) Until(t time.Time) *Case {
	n := 0
	for n < len(c.Steps) && c.Steps[n].At.Before(t) {
		n++
	}
	if n == 0 {
		return nil
	}
	return Replay(c.ID, c.Steps[:n])
}

// PublishedTo is the last of what was published of the case, among the steps that
// somebody sees; nil: nothing was. withParty says whether they may be told who is
// held responsible.
func (c *Case) PublishedTo(visible func(*Step) bool, withParty bool) *Summary {
	var last *Summary
	for i := range c.Steps {
		if s := &c.Steps[i]; s.Public != nil && visible(s) {
			last = s.Public
		}
	}
	if last == nil || withParty || last.Ruling == nil {
		return last
	}
	out, ruling := *last, *last.Ruling
	ruling.Party, ruling.Confidence = "", 0
	out.Ruling = &ruling
	return &out
}
