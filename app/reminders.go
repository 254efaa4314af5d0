package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/notify"
	"github.com/truce-monitor/truce/publish"
)

// remindBefore is how long before a commitment's deadline it is told.
const remindBefore = 24 * time.Hour

// reminders lists the deadlines that are to be told at an instant: of cases and
// of commitments, those that are near and those that have passed.
func (a *App) reminders(ctx context.Context, now time.Time) ([]reminding, error) {
	cases, err := a.Reminders(ctx, now)
	if err != nil {
		return nil, err
	}
	var out []reminding
	for i := range cases {
		r := &cases[i]
		if r.Kind == "step" {
			continue // who may take a step sees it in the case; nobody in particular owes it
		}
		out = append(out, reminding{key: "case/" + r.ID, parties: a.remindedOf(r),
			Reminder: notify.Reminder{Of: r.Case, What: deadlineWords(r.Kind, r.What), Kind: deadlineWords(r.Kind, ""), Due: r.Due, Late: r.Overdue}})
	}
	if len(a.agreement.Commitments) == 0 {
		return out, nil
	}
	m, err := a.Commitments(ctx, now, publish.Policy(a.agreement, publish.Mission))
	if err != nil {
		return nil, err
	}
	for _, p := range m.Matrix.DueNow() {
		soon := p.Deadline.Add(-remindBefore)
		if p.Deadline.IsZero() || now.Before(soon) {
			continue
		}
		late := !now.Before(p.Deadline)
		out = append(out, reminding{key: fmt.Sprintf("commitment/%s/%s/%t", p.ID, p.Since.UTC().Format(time.RFC3339), late),
			parties: append(append(a.monitors(), p.OwedBy...), p.To...), Reminder: notify.Reminder{Of: p.ID, What: p.Words, Kind: deadlineWords("commitment", ""), Due: p.Deadline, Late: late}})
	}
	return out, nil
}

// remindedOf lists whom a case's deadline concerns: the party that owes it, and
// the monitors.
func (a *App) remindedOf(r *casework.Reminder) []string {
	out := a.monitors()
	if a.agreement.Party(r.Who) != nil && !slices.Contains(out, r.Who) {
		out = append(out, r.Who)
	}
	return out
}

// monitors are the parties that monitor.
func (a *App) monitors() []string {
	var out []string
	for i := range a.agreement.Parties {
		if p := &a.agreement.Parties[i]; p.Is("monitor") {
			out = append(out, p.ID)
		}
	}
	return out
}

// deadlineWords says what kind of thing is due, and what, in all languages of
// notices.
func deadlineWords(kind, what string) agreement.Text {
	words := map[string]agreement.Text{
		"answer":     {"en": "answer", "fr": "réponse", "uk": "відповідь"},
		"comment":    {"en": "comment on the draft", "fr": "observations sur le projet", "uk": "зауваження до проєкту"},
		"task":       {"en": "task", "fr": "tâche", "uk": "завдання"},
		"remedy":     {"en": "remedy", "fr": "réparation", "uk": "усунення"},
		"appeal":     {"en": "time to appeal", "fr": "délai d'appel", "uk": "строк оскарження"},
		"commitment": {"en": "commitment", "fr": "engagement", "uk": "зобов'язання"},
	}[kind]
	out := agreement.Text{}
	for lang, word := range words {
		out[lang] = word
		if what != "" && kind != "comment" {
			out[lang] += ": " + strings.TrimSuffix(what, ".")
		}
	}
	return out
}
