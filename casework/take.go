package casework

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// complete checks what a step of its kind needs, and fills in its deadline. It
// says what is wrong; "": nothing.
func (r *Rules) complete(c *Case, s *Step) string {
	switch {
	case s.Accused == "":
	case !slices.Contains([]string{"report", "screen", "draft"}, s.Kind):
		return "whom a case blames is said when it is reported, screened or drafted"
	case r.agreement.Party(s.Accused) == nil:
		return fmt.Sprintf("the agreement has no party %q", s.Accused)
	}
	for _, id := range s.Parties {
		if r.agreement.Party(id) == nil {
			return fmt.Sprintf("the agreement has no party %q", id)
		}
	}
	if !s.Due.IsZero() && !s.Due.After(s.At) {
		return "its deadline is not after it"
	}
	due := func(d agreement.Duration) {
		if s.Due.IsZero() {
			s.Due = s.At.Add(d.Duration)
		}
	}
	text := strings.TrimSpace(s.Text) == ""
	switch s.Kind {
	case "report":
		if len(s.Findings) == 0 && text {
			return "it is about nothing: name findings, or say in words what is alleged"
		}
	case "add":
		if len(s.Findings) == 0 {
			return "it adds no finding"
		}
	case "dismiss":
		if !slices.Contains([]string{OutOfMandate, Unfounded, Duplicate}, s.Outcome) {
			return fmt.Sprintf("its outcome is %q; a case is dismissed as %s, %s or %s", s.Outcome, OutOfMandate, Unfounded, Duplicate)
		}
		if s.Outcome == Duplicate && (s.Case == "" || s.Case == c.ID) {
			return "a duplicate is one of another case, which must be named"
		}
	case "assign":
		if strings.TrimSpace(s.Office) == "" {
			return "it says to which office"
		}
	case "notify":
		if len(s.Parties) == 0 {
			return "it says whom to notify"
		}
	case "ask":
		if len(s.Parties) == 0 || text {
			return "a question needs parties to answer it and words"
		}
		due(r.Answer)
	case "answer":
		if text {
			return "an answer needs words"
		}
		if q := c.question(s.Item, s.For); q == nil {
			return "there is no open question to " + cmp.Or(s.For, "nobody; say for which party it is answered")
		} else {
			s.Item = q.ID
		}
	case "task":
		if text || s.Means == "" {
			return "a task needs words and means (patrol, uav, satellite, camera, interview, …)"
		}
		due(r.Task)
	case "result":
		if !slices.Contains([]string{Confirmed, NotConfirmed, Inconclusive, NotDone}, s.Outcome) {
			return fmt.Sprintf("its outcome is %q; a task ends %s, %s, %s or %s", s.Outcome, Confirmed, NotConfirmed, Inconclusive, NotDone)
		}
		if t := c.task(s.Item); t == nil {
			return "there is no open task " + s.Item
		} else {
			s.Item = t.ID
		}
	case "suspend":
		if !slices.Contains(r.Suspended, s.Reason) {
			return fmt.Sprintf("its reason is %q; a case can rest for %s", s.Reason, strings.Join(r.Suspended, ", "))
		}
	case "draft", "statement", "note":
		if text {
			return "it has no words"
		}
	case "approve":
		d := c.pending(s.Item)
		if d == nil || d.Approved != "" {
			return "there is nothing to approve"
		}
		s.Item = d.ID
	case "ask-comment":
		if len(s.Parties) == 0 {
			s.Parties = r.toHear(c)
		}
		if len(s.Parties) == 0 {
			return "nobody is blamed yet, so it must say which parties are asked"
		}
		for _, id := range r.toHear(c) {
			if !c.asked(id) && !slices.Contains(s.Parties, id) {
				return fmt.Sprintf("%s must be heard too", id)
			}
		}
		due(r.Comment)
	case "position":
		return r.position(c, s)
	case "decide", "rule":
		return r.ruling(c, s)
	case "appeal":
		if text {
			return "an appeal says against what"
		}
	case "ask-remedy":
		if text {
			return "it says what is to be done"
		}
		due(r.Remedy)
	case "publish":
		d := c.draft("statement")
		s.Public = c.summary()
		s.Public.Text, s.Public.At = d.Text, s.At
	}
	return ""
}

// position checks what a party says to the draft.
func (r *Rules) position(c *Case, s *Step) string {
	if !slices.Contains([]string{Accepted, Contested, NoReply, Counter}, s.Outcome) {
		return fmt.Sprintf("the position is %q; it is %s, %s, %s or %s", s.Outcome, Accepted, Contested, Counter, NoReply)
	}
	i := slices.IndexFunc(c.Comments, func(x Comment) bool { return x.Party == s.For })
	switch {
	case i < 0:
		return "it says whose position it is: one of those that were asked"
	case c.Comments[i].Position != "":
		return fmt.Sprintf("the position of %s is recorded already", s.For)
	case s.Outcome == NoReply && s.At.Before(c.Comments[i].Due):
		return fmt.Sprintf("%s has until %s to reply", s.For, c.Comments[i].Due.Format(time.RFC3339))
	case s.Outcome == Counter && strings.TrimSpace(s.Text) == "":
		return "a counter-allegation needs words"
	}
	for k := range c.Comments {
		if k != i && c.Comments[k].Position == "" {
			s.To = "" // another one is waited for
		}
	}
	return ""
}

// ruling checks a decision.
func (r *Rules) ruling(c *Case, s *Step) string {
	x := s.Ruling
	if x == nil {
		return "it has no ruling"
	}
	if !slices.Contains(r.Outcomes, x.Outcome) {
		return fmt.Sprintf("its outcome is %q; here a decision can be %s", x.Outcome, strings.Join(r.Outcomes, ", "))
	}
	for _, id := range x.Provisions {
		if r.agreement.Provision(id) == nil {
			return fmt.Sprintf("the agreement has no provision %q", id)
		}
	}
	switch {
	case x.Outcome != Attributed && (x.Party != "" || x.Confidence != 0):
		return "it names who is responsible, and its outcome says that responsibility is not attributed"
	case x.Outcome == Attributed && r.agreement.Party(x.Party) == nil:
		return fmt.Sprintf("it attributes responsibility to %q, which is no party of the agreement", x.Party)
	case x.Outcome == Attributed && !(x.Confidence > 0.5 && x.Confidence <= 1):
		return "it attributes responsibility, so it needs a confidence above 0.5 and up to 1"
	case x.Outcome == Attributed && s.Kind == "decide" && !c.asked(x.Party):
		return fmt.Sprintf("it holds %s responsible, which was not asked for comment", x.Party)
	}
	decided := *x
	decided.For, decided.By, decided.At, decided.Appeal = s.For, s.By, s.At, s.Kind == "rule"
	s.Ruling = &decided
	return ""
}

// question is the open question that an answer is of.
func (c *Case) question(id, to string) *Question {
	for i := range c.Questions {
		if q := &c.Questions[i]; q.Done.IsZero() && q.To == to && (q.ID == id || id == "") {
			return q
		}
	}
	return nil
}

// task is the open task that a result is of.
func (c *Case) task(id string) *Task {
	for i := range c.Tasks {
		if t := &c.Tasks[i]; t.Done.IsZero() && (t.ID == id || id == "") {
			return t
		}
	}
	return nil
}

// summary is the case as others may see it, without who voted how.
func (c *Case) summary() *Summary {
	s := &Summary{ID: c.ID, State: c.State, Opened: c.Opened, Outcome: c.Outcome}
	for _, f := range c.Findings {
		s.Findings = append(s.Findings, f.Finding)
	}
	s.Ruling = c.Ruling.Public()
	return s
}

// Public is a ruling without who voted how and who took it down; nil stays nil.
func (r *Ruling) Public() *Ruling {
	if r == nil {
		return nil
	}
	out := *r
	out.Votes, out.Dissents, out.By = nil, nil, ""
	return &out
}

// take makes the case what it is after a step that was checked when it was taken.
// It looks at no rules, so that a case stays what it was when they change.
func (c *Case) take(s *Step) {
	c.Steps = append(c.Steps, *s)
	c.Version = max(c.Version, s.Record)
	c.taken = append(c.taken, s.Move)
	c.effect(s)
	if s.To != "" && (s.To != c.State || s.Kind == "assign") {
		c.enter(s.To, s)
	}
}

// enter changes the state, and with it the clocks.
func (c *Case) enter(state string, s *Step) {
	switch {
	case state == "suspended":
		c.before, c.Suspended = c.State, s.Reason
	case c.State == "suspended":
		rested := s.At.Sub(c.Since)
		if state == c.before {
			c.shift(rested)
		}
		c.Suspended, c.before = "", ""
		c.State, c.Since = state, s.At
		if state != "closed" {
			return
		}
	}
	c.State, c.Since = state, s.At
	if state != "suspended" {
		c.clock = s.At
	}
}

// shift moves what is due by the time that the case rested.
func (c *Case) shift(by time.Duration) {
	c.clock = c.clock.Add(by)
	for i := range c.Questions {
		if q := &c.Questions[i]; q.Done.IsZero() {
			q.Due = q.Due.Add(by)
		}
	}
	for i := range c.Tasks {
		if t := &c.Tasks[i]; t.Done.IsZero() {
			t.Due = t.Due.Add(by)
		}
	}
	for i := range c.Comments {
		if x := &c.Comments[i]; x.Position == "" {
			x.Due = x.Due.Add(by)
		}
	}
	for i := range c.Remedies {
		if x := &c.Remedies[i]; x.Done.IsZero() {
			x.Due = x.Due.Add(by)
		}
	}
}

func (c *Case) effect(s *Step) {
	if s.Accused != "" {
		c.Accused = s.Accused
	}
	switch s.Kind {
	case "report":
		c.Opened, c.Title, c.By, c.For = s.At, s.Title, s.By, s.For
		c.Findings = append(c.Findings, s.Findings...)
	case "add":
		c.Findings = append(c.Findings, s.Findings...)
	case "dismiss":
		c.Outcome, c.Same = s.Outcome, s.Case
	case "assign":
		c.Office = s.Office
	case "notify":
		for _, p := range s.Parties {
			if !slices.Contains(c.Notified, p) {
				c.Notified = append(c.Notified, p)
			}
		}
	case "ask":
		for _, p := range s.Parties {
			c.Questions = append(c.Questions, Question{ID: fmt.Sprintf("Q%d", len(c.Questions)+1), To: p, Text: s.Text, At: s.At, Due: s.Due})
		}
	case "answer":
		if q := c.question(s.Item, s.For); q != nil {
			q.Answer, q.Done = s.Text, s.At
		}
	case "task":
		c.Tasks = append(c.Tasks, Task{ID: fmt.Sprintf("T%d", len(c.Tasks)+1), Means: s.Means, Office: s.Office, Text: s.Text, At: s.At, Due: s.Due})
	case "result":
		if t := c.task(s.Item); t != nil {
			t.Outcome, t.Result, t.Evidence, t.Done = s.Outcome, s.Text, s.Evidence, s.At
		}
	case "draft", "statement":
		kind := "statement"
		if s.Kind == "draft" {
			kind = "findings"
		}
		c.Drafts = append(c.Drafts, Draft{ID: fmt.Sprintf("D%d", len(c.Drafts)+1), Kind: kind, Text: s.Text, By: s.By, At: s.At})
	case "approve":
		if d := c.pending(s.Item); d != nil {
			d.Approved, d.Done = s.By, s.At
		}
	case "return":
		c.taken = nil
	case "ask-comment":
		for _, p := range s.Parties { // who is asked again has not answered yet
			c.Comments = slices.DeleteFunc(c.Comments, func(x Comment) bool { return x.Party == p })
			c.Comments = append(c.Comments, Comment{Party: p, At: s.At, Due: s.Due})
		}
	case "position":
		for i := range c.Comments {
			if x := &c.Comments[i]; x.Party == s.For && x.Position == "" {
				x.Position, x.Text, x.Done = s.Outcome, s.Text, s.At
			}
		}
	case "decide", "rule":
		if s.Ruling == nil {
			return
		}
		if c.Ruling != nil {
			c.Before = append(c.Before, *c.Ruling)
		}
		c.Ruling, c.Outcome, c.decided = s.Ruling, s.Ruling.Outcome, s.At
	case "appeal":
		c.Appeals = append(c.Appeals, s.For)
		c.endRemedies(s, "appealed")
	case "ask-remedy":
		c.endRemedies(s, "persistent")
		party := ""
		if c.Ruling != nil {
			party = c.Ruling.Party
		}
		c.Remedies = append(c.Remedies, Remedy{ID: fmt.Sprintf("R%d", len(c.Remedies)+1), Party: party, Text: s.Text, At: s.At, Due: s.Due})
	case "remedied":
		c.endRemedies(s, "remedied")
	case "persists":
		c.endRemedies(s, "persistent")
	case "publish":
		if s.Public != nil {
			c.Published = append(c.Published, *s.Public)
		}
	case "reopen":
		if c.Ruling != nil {
			c.Before = append(c.Before, *c.Ruling)
		}
		c.Ruling, c.Outcome, c.Same, c.decided, c.Appeals, c.Comments = nil, "", "", time.Time{}, nil, nil
		c.round, c.taken = len(c.Drafts), nil
		c.Findings = append(c.Findings, s.Findings...)
	}
}

func (c *Case) endRemedies(s *Step, outcome string) {
	for i := range c.Remedies {
		x := &c.Remedies[i]
		if x.Done.IsZero() || outcome == "remedied" && x.Outcome == "persistent" {
			x.Outcome, x.Done = outcome, s.At
		}
	}
}
