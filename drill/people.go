package drill

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/publish"
)

// The people of the drill, by their offices.
const (
	watch     = "watch desk"
	officer   = "verification officer"
	reviewer  = "reviewing officer"
	secretary = "secretary of the commission"
	liaison   = "liaison office"
	press     = "public affairs"
)

func mission(a *agreement.Agreement) agreement.Policy { return publish.Policy(a, publish.Mission) }

// acknowledge lets the watch desk take note of what the monitors are told.
func (d *drill) acknowledge(ctx context.Context, list []app.Notice) error {
	for i := range list {
		n := &list[i]
		party := d.app.Agreement().Party(n.Party)
		if n.State != app.NoticeSent || party == nil || !party.Is("monitor") {
			continue
		}
		record, err := d.app.Acknowledge(ctx, n.ID, watch, "watch-officer", "Taken note of and passed on.")
		if err != nil {
			return err
		}
		d.roles["watch-officer"] = true
		d.say("people", "watch-officer (%s) acknowledges what the %s was told of %s (record %d)", watch, n.Contact, n.Subject(), record)
	}
	return nil
}

// write writes the case that people lead about the first breach that the ladder
// rests on and for which the evidence names a party.
func (d *drill) write(l *app.Ladder) {
	at := d.now
	var id, accused string
	take := func(after time.Duration, by, role string, s casework.Step) {
		d.script = append(d.script, scene{at.Add(after), func(ctx context.Context) error {
			s.By, s.Role = by, role
			if s.Reasons == "" {
				s.Reasons = "Drill: as the procedure has it."
			}
			switch {
			case s.For == "accused":
				s.For = accused
			case s.Ruling != nil && s.Ruling.Outcome == casework.Attributed:
				s.Ruling.Party = accused
			}
			if s.Move == "ask" {
				s.Parties = []string{accused}
			}
			c, err := d.app.Step(ctx, id, app.CaseStep{Step: s})
			if err != nil {
				return fmt.Errorf("case %s: %s: %w", id, s.Move, err)
			}
			d.roles[role] = true
			d.say("people", "%s (%s): %s, so that case %s is %s (record %d)", role, by, s.Move, c.ID, c.State, c.Version)
			return nil
		}})
	}
	d.script = append(d.script, scene{at.Add(30 * time.Minute), func(ctx context.Context) error {
		first := d.subject(ctx, l)
		if first == nil {
			return fmt.Errorf("no breach by now has a party that the evidence names")
		}
		accused = first.Party
		c, err := d.app.OpenCase(ctx, app.CaseStep{Take: []string{first.Finding}, Step: casework.Step{By: watch, Role: "watch-officer", Title: "First breach of the night", Accused: accused, Reasons: "Drill: it reached the first level."}})
		if err != nil {
			return err
		}
		id = c.ID
		d.roles["watch-officer"] = true
		d.say("people", "watch-officer (%s): report, so that case %s is %s (record %d): %s under %s, severity %s", watch, c.ID, c.State, c.Version, first.Finding, first.Provision, first.Severity)
		return nil
	}})
	hour := time.Hour
	parties := d.app.Agreement().Conflict()
	var all []string
	for _, p := range parties {
		all = append(all, p.ID)
	}
	body := d.app.Procedure().Decides
	take(1*hour, watch, "watch-officer", casework.Step{Move: "register"})
	take(2*hour, officer, "verifier", casework.Step{Move: "screen"})
	take(3*hour, officer, "verifier", casework.Step{Move: "assign", Office: officer})
	take(4*hour, officer, "verifier", casework.Step{Move: "investigate"})
	take(5*hour, officer, "verifier", casework.Step{Move: "notify", Parties: all, Text: "A case was opened."})
	take(6*hour, officer, "verifier", casework.Step{Move: "ask", Text: "Which of your units fired, and on whose order?"})
	take(7*hour, officer, "verifier", casework.Step{Move: "task", Means: "patrol", Text: "Visit the place and the side from which it was fired."})
	take(20*hour, liaison, "party-liaison", casework.Step{Move: "answer", For: "accused", Text: "No unit of ours fired."})
	take(26*hour, watch, "watch-officer", casework.Step{Move: "result", Outcome: casework.Confirmed, Text: "Craters as reported; bearings agree."})
	take(30*hour, officer, "verifier", casework.Step{Move: "draft", Text: "It happened, it broke the term, and the bearings agree on the side that fired."})
	take(32*hour, reviewer, "verifier", casework.Step{Move: "approve", Reasons: "Drill: read against the evidence by a second person."})
	take(33*hour, officer, "verifier", casework.Step{Move: "ask-comment"})
	take(50*hour, liaison, "party-liaison", casework.Step{Move: "position", For: "accused", Outcome: casework.Contested, Text: "The bearings are wrong."})
	take(60*hour, secretary, "verifier", casework.Step{Move: "decide", For: body, Ruling: &casework.Ruling{Outcome: casework.Attributed, Confidence: 0.9,
		Votes:    []casework.Vote{{Member: "first member", Vote: casework.For}, {Member: "second member", Vote: casework.For}, {Member: "third member", Vote: casework.Against}},
		Dissents: []casework.Dissent{{Member: "third member", Text: "Bearings of one kind of sensor do not suffice."}}}})
	take(61*hour, officer, "verifier", casework.Step{Move: "statement", Text: "The commission has confirmed a breach in the first night."})
	take(62*hour, press, "publisher", casework.Step{Move: "approve"})
	take(63*hour, press, "publisher", casework.Step{Move: "publish"})
	take(64*hour, secretary, "verifier", casework.Step{Move: "ask-remedy", For: body, Text: "Withdraw the guns and report it."})
	slices.SortStableFunc(d.script, func(a, b scene) int { return a.at.Compare(b.at) })
}

// subject is the first breach with a party that the evidence names: of those that
// the ladder names, or else of all.
func (d *drill) subject(ctx context.Context, l *app.Ladder) *escalation.Broke {
	for i := range l.Breaches {
		for k := range l.Breaches[i].Broke {
			if b := &l.Breaches[i].Broke[k]; b.Party != "" {
				return b
			}
		}
	}
	found, err := d.app.Findings(ctx, app.Filter{Result: "breach", Since: d.start})
	if err != nil {
		return nil
	}
	for i := range found {
		if f := &found[i]; f.Responsible.Party != "" {
			return &escalation.Broke{Finding: f.ID, Provision: f.Provision, Severity: f.Severity, Party: f.Responsible.Party}
		}
	}
	return nil
}
