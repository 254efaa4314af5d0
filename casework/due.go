package casework

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Deadline is by when somebody must do something in a case.
type Deadline struct {
	ID   string    `json:"id"` // "C-0001/Q1": the same every time
	Case string    `json:"case"`
	Kind string    `json:"kind"` // comment, answer, task, remedy, appeal, step
	Who  string    `json:"who"`  // a party, an office, or who may take the step
	What string    `json:"what"` // in a few words
	From time.Time `json:"from"`
	Due  time.Time `json:"due"`
	Done time.Time `json:"done,omitzero"` // zero: open
	// Right is one that can be used, and need not be: the time to appeal.
	Right bool `json:"right,omitempty"`
	// Rests is one whose time does not run, since the case is suspended.
	Rests bool `json:"rests,omitempty"`
}

// Missed reports whether it was over before it was done, as of now.
func (d *Deadline) Missed(now time.Time) bool {
	if d.Right || d.Rests {
		return false
	}
	if d.Done.IsZero() {
		return now.After(d.Due)
	}
	return d.Done.After(d.Due)
}

// Deadlines lists everything that was or is due in a case, open ones and past
// ones, the earliest first.
func (r *Rules) Deadlines(c *Case) []Deadline {
	var out []Deadline
	add := func(kind, id, who, what string, from, due, done time.Time) {
		out = append(out, Deadline{ID: c.ID + "/" + id, Case: c.ID, Kind: kind, Who: who, What: short(what), From: from, Due: due, Done: done})
	}
	for _, q := range c.Questions {
		add("answer", q.ID, q.To, q.Text, q.At, q.Due, q.Done)
	}
	for _, t := range c.Tasks {
		add("task", t.ID, cmp.Or(t.Office, c.Office, "verifier"), t.Means+": "+t.Text, t.At, t.Due, t.Done)
	}
	for i, x := range c.Comments {
		add("comment", fmt.Sprintf("comment-%s-%d", x.Party, c.count("ask-comment")), x.Party, "comment on the draft", c.Comments[i].At, x.Due, x.Done)
	}
	for _, x := range c.Remedies {
		add("remedy", x.ID, x.Party, x.Text, x.At, x.Due, x.Done)
	}
	if until := r.appealUntil(c); !until.IsZero() && c.State != "disputed" && c.State != "closed" {
		add("appeal", fmt.Sprintf("appeal-%d", len(c.Before)+1), "party", "appeal against the decision", c.decided, until, time.Time{})
		out[len(out)-1].Right = true
	}
	for i := range r.Moves {
		m := &r.Moves[i]
		if m.Within.IsZero() || m.To == c.State || slices.Contains(c.taken, m.Move) {
			continue
		}
		if state := c.running(); slices.Contains(m.From, state) && r.ready(c, m.Needs) {
			add("step", fmt.Sprintf("%s-%d", m.Move, c.count(m.Move)+1), strings.Join(m.By, ", "), m.Move, c.clock, c.clock.Add(m.Within.Duration), time.Time{})
		}
	}
	over := c.State == "closed"
	for i := range out {
		d := &out[i]
		d.Rests = c.State == "suspended" && d.Done.IsZero()
		if over && d.Done.IsZero() {
			d.Done = c.Since // it ends with the case
		}
	}
	slices.SortStableFunc(out, func(a, b Deadline) int { return a.Due.Compare(b.Due) })
	return out
}

// running is the state whose clock runs, or rests.
func (c *Case) running() string {
	if c.State == "suspended" {
		return c.before
	}
	return c.State
}

// ready reports whether what a move needs from others holds.
func (r *Rules) ready(c *Case, needs []string) bool {
	for _, n := range needs {
		switch n {
		case "approved", "heard", "confirmed", "statement-approved":
			if r.unmet(c, n, &Step{}) != "" {
				return false
			}
		}
	}
	return true
}

// count is how often a move was taken.
func (c *Case) count(move string) int {
	n := 0
	for i := range c.Steps {
		if c.Steps[i].Move == move || c.Steps[i].Kind == move {
			n++
		}
	}
	return n
}

// Reminder says that a deadline is near, or over.
type Reminder struct {
	ID      string    `json:"id"` // of the deadline, with what it is: each is to be sent once
	At      time.Time `json:"at"` // from when it is due
	Overdue bool      `json:"overdue"`
	Deadline
}

// Reminders lists what is to be reminded of, as of now: what is due soon and what
// is over. It is the same whenever it is asked for the same instant; whoever sends
// them remembers what was sent by its ID.
func (r *Rules) Reminders(c *Case, now time.Time) []Reminder {
	var out []Reminder
	for _, d := range r.Deadlines(c) {
		if !d.Done.IsZero() || d.Rests {
			continue
		}
		before := min(r.Remind.Duration, d.Due.Sub(d.From)/2)
		switch soon := d.Due.Add(-before); {
		case now.After(d.Due):
			if !d.Right {
				out = append(out, Reminder{ID: d.ID + "/over", At: d.Due, Overdue: true, Deadline: d})
			}
		case !now.Before(soon):
			out = append(out, Reminder{ID: d.ID + "/soon", At: soon, Deadline: d})
		}
	}
	return out
}

// Option is a step that the case's state has, and whether it can be taken now.
type Option struct {
	Move string    `json:"move"`
	Kind string    `json:"kind"`
	To   string    `json:"to,omitempty"`
	By   []string  `json:"by"`
	Not  []string  `json:"not_by,omitempty"` // persons who may not take it, since they took another
	Due  time.Time `json:"due,omitzero"`
	Wait string    `json:"wait,omitempty"` // why not yet; empty: it can be taken now
}

// Next lists what can be done in a case, as of now, and what has to wait for what.
func (r *Rules) Next(c *Case, now time.Time) []Option {
	var out []Option
	for i := range r.Moves {
		m := &r.Moves[i]
		if !r.open(c, m) {
			continue
		}
		o := Option{Move: m.Move, Kind: m.As, To: m.To, By: m.By}
		if o.To == "before" {
			o.To = c.before
		}
		if !m.Within.IsZero() && m.To != c.State && !slices.Contains(c.taken, m.Move) && r.ready(c, m.Needs) {
			o.Due = c.clock.Add(m.Within.Duration)
		}
		for _, n := range m.Needs {
			if n != "quorum" && n != "evidence" && o.Wait == "" {
				o.Wait = r.unmet(c, n, &Step{At: now})
			}
		}
		o.Wait = cmp.Or(o.Wait, c.nothingTo(m.As))
		if m.As == "approve" && len(m.NotBy) > 0 {
			if d := c.pending(""); d != nil {
				o.Not = []string{d.By}
			}
		}
		out = append(out, o)
	}
	return out
}

// nothingTo says that a kind of step has nothing to be about.
func (c *Case) nothingTo(kind string) string {
	switch kind {
	case "answer":
		if !slices.ContainsFunc(c.Questions, func(q Question) bool { return q.Done.IsZero() }) {
			return "no question is open"
		}
	case "result":
		if c.task("") == nil {
			return "no task is open"
		}
	case "approve":
		if c.pending("") == nil {
			return "nothing waits for approval"
		}
	}
	return ""
}

// Waiting says for whom a case waits: who must answer, comment, do a task, remedy
// or take the next step; nobody while it rests or is closed.
func (r *Rules) Waiting(c *Case, now time.Time) []string {
	if c.State == "closed" {
		return nil
	}
	if c.State == "suspended" {
		return []string{c.Suspended}
	}
	var out []string
	for _, d := range r.Deadlines(c) {
		if d.Done.IsZero() && !d.Right && d.Kind != "step" && !slices.Contains(out, d.Who) {
			out = append(out, d.Who)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, o := range r.Next(c, now) {
		if o.To == "" && o.Kind != "approve" || o.Wait != "" || o.To == c.State {
			continue
		}
		switch o.Kind {
		case "draft", "ask-comment":
			if c.State == "position" {
				continue
			}
		case "dismiss", "suspend", "return", "appeal", "reopen":
			continue // can be done, is not what it waits for
		}
		for _, by := range o.By {
			if !slices.Contains(out, by) {
				out = append(out, by)
			}
		}
	}
	return out
}

// short is a text in at most 80 characters.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}
