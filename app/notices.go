package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/notify"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// What can become of a notice.
const (
	NoticeOwed         = "owed"
	NoticeFailed       = "failed" // and it is tried again
	NoticeSent         = "sent"   // the receiver has taken it
	NoticeAcknowledged = "acknowledged"
)

// Notice is what one contact is to be told, and what has become of it. All of it
// follows from decisions on record.
type Notice struct {
	ID        string    `json:"id"`
	Record    uint64    `json:"record"` // that says that it is owed
	At        time.Time `json:"at"`     // when that was found, UTC
	NotBefore time.Time `json:"not_before,omitzero"`
	Contact   string    `json:"contact"`
	Party     string    `json:"party"`
	Channel   string    `json:"channel"`

	Move     *escalation.Transition `json:"move,omitempty"`
	Reminder *notify.Reminder       `json:"reminder,omitempty"`

	State        string    `json:"state"`
	Attempts     int       `json:"attempts,omitempty"`
	Tried        time.Time `json:"tried,omitzero"` // last, as far as it is on record
	Error        string    `json:"error,omitempty"`
	Sent         time.Time `json:"sent,omitzero"`
	Times        int       `json:"times,omitempty"` // that it was taken, with repeats because nobody acknowledged
	Acknowledged string    `json:"acknowledged,omitempty"`
	AckRole      string    `json:"acknowledged_role,omitempty"`
	AckAt        time.Time `json:"acknowledged_at,omitzero"`
}

// Subject is what the notice is about: a level, or what a reminder is of.
func (n *Notice) Subject() string {
	if n.Reminder != nil {
		return n.Reminder.Of
	}
	return n.Move.Level
}

// system is who puts on record what follows from the terms alone.
const (
	systemBy   = "truce"
	systemRole = "system"
)

// The data of decisions on levels and notices.
type (
	// owedData says that something is to be told, and to whom.
	owedData struct {
		Move      *escalation.Transition `json:"move,omitempty"`
		Reminder  *notify.Reminder       `json:"reminder,omitempty"`
		Simulated bool                   `json:"simulated,omitempty"`
		To        []recipient            `json:"to"`
	}
	recipient struct {
		Notice    string    `json:"notice"`
		Contact   string    `json:"contact"`
		Party     string    `json:"party"`
		Channel   string    `json:"channel"`
		NotBefore time.Time `json:"not_before,omitzero"`
	}
	// outcomeData says what became of an attempt.
	outcomeData struct {
		State    string `json:"state"` // NoticeFailed or NoticeSent
		Contact  string `json:"contact"`
		Attempts int    `json:"attempts"`
		Times    int    `json:"times,omitempty"`
		Error    string `json:"error,omitempty"`
	}
)

// noticeID is the key of idempotency of what a contact is told.
func noticeID(key, contact string) string {
	sum := sha256.Sum256([]byte(key + "\x00" + contact))
	return "N-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

// reminding is a deadline that is to be told.
type reminding struct {
	notify.Reminder
	key     string   // by which it is told once
	parties []string // who is told
}

// Owe puts on record what is to be told at an instant and has not been yet: moves
// of the ladder, and reminders of deadlines. Nothing is sent by it. It returns
// how many such records it made.
func (a *App) Owe(ctx context.Context, contacts *notify.Contacts, now time.Time) (int, error) {
	n, err := a.oweMoves(ctx, contacts, now)
	if err != nil {
		return n, fmt.Errorf("finding what is to be told: %w", err)
	}
	m, err := a.oweReminders(ctx, contacts, now)
	if err != nil {
		return n + m, fmt.Errorf("finding what is to be told: %w", err)
	}
	return n + m, nil
}

func (a *App) oweMoves(ctx context.Context, contacts *notify.Contacts, now time.Time) (int, error) {
	l, err := a.Ladder(ctx, now)
	if err != nil {
		return 0, err
	}
	told, err := a.told(ctx)
	if err != nil {
		return 0, err
	}
	began, err := a.began()
	if err != nil {
		return 0, err
	}
	simulated, err := a.simulated(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, t := range l.Owed(told, began) {
		level := a.agreement.Level(t.Level)
		key := fmt.Sprintf("level/%s/%s/%s", t.Level, t.Is, t.At.Latest.UTC().Format(time.RFC3339Nano))
		d := owedData{Move: &t, Simulated: simulated}
		for _, c := range contacts.Of(level.Tell) {
			d.To = append(d.To, a.recipient(c, key, t.At.Latest))
		}
		if err := a.putOwed(ctx, Decision{Of: t.Level, What: DecisionLevel, Key: key}, d, now); err != nil {
			return n, err
		}
		a.publish(Event{Kind: EventLevel, At: now, Subject: t.Level})
		n++
	}
	return n, nil
}

func (a *App) oweReminders(ctx context.Context, contacts *notify.Contacts, now time.Time) (int, error) {
	due, err := a.reminders(ctx, now)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	known, err := a.Decisions(ctx, DecisionNotice, "")
	if err != nil {
		return 0, err
	}
	keys := map[string]bool{}
	for i := range known {
		keys[known[i].Key] = true
	}
	simulated, err := a.simulated(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for i := range due {
		r := &due[i]
		if keys[r.key] {
			continue
		}
		d := owedData{Reminder: &r.Reminder, Simulated: simulated}
		for _, c := range contacts.Of(r.parties) {
			if c.Audience != publish.Public { // deadlines are the parties' and the mission's
				d.To = append(d.To, a.recipient(c, r.key, now))
			}
		}
		if err := a.putOwed(ctx, Decision{Of: r.Of, What: DecisionNotice, Key: r.key}, d, now); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// recipient says that a contact is to be told, not before its policy's delay is
// over.
func (a *App) recipient(c *notify.Contact, key string, happened time.Time) recipient {
	r := recipient{Notice: noticeID(key, c.ID), Contact: c.ID, Party: c.Party, Channel: c.Channel()}
	if delay := publish.Policy(a.agreement, c.Audience).Delay.Duration; delay > 0 {
		r.NotBefore = happened.Add(delay).UTC()
	}
	return r
}

func (a *App) putOwed(ctx context.Context, d Decision, data owedData, now time.Time) error {
	if data.To == nil {
		data.To = []recipient{}
	}
	return a.putSystem(ctx, d, data, now)
}

// putSystem puts on record what follows from the terms and needs no person.
func (a *App) putSystem(ctx context.Context, d Decision, data any, now time.Time) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	d.By, d.Role, d.At, d.Data = systemBy, systemRole, now, body
	_, err = a.Decide(ctx, d)
	return err
}

// told is what has been told of levels, in the order of records.
func (a *App) told(ctx context.Context) ([]escalation.Told, error) {
	list, err := a.Decisions(ctx, DecisionLevel, "")
	if err != nil {
		return nil, err
	}
	var out []escalation.Told
	for i := range list {
		var d owedData
		if list[i].Role != systemRole || json.Unmarshal(list[i].Data, &d) != nil || d.Move == nil {
			continue
		}
		out = append(out, escalation.Told{Level: d.Move.Level, Is: d.Move.Is, At: d.Move.At.Latest})
	}
	return out, nil
}

// began is when the workspace began: what happened before is told only as far as
// it still stands.
func (a *App) began() (time.Time, error) {
	if a.journal.Head().Size == 0 {
		return a.now(), nil
	}
	e, err := a.journal.Get(0)
	return e.Time, err
}

// simulated reports whether what is on record comes from a scenario.
func (a *App) simulated(ctx context.Context) (bool, error) {
	rows, err := a.Observations(ctx, Filter{Limit: 1})
	return len(rows) > 0 && rows[0].Extra["simulated"] == "true", err
}

// Notices lists what is or was to be told, the oldest first.
func (a *App) Notices(ctx context.Context) ([]Notice, error) {
	var list []Decision
	for _, what := range []string{DecisionLevel, DecisionNotice, DecisionAck} {
		some, err := a.Decisions(ctx, what, "")
		if err != nil {
			return nil, fmt.Errorf("listing notices: %w", err)
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(x, y Decision) int { return cmp.Compare(x.Record, y.Record) })
	var order []*Notice
	of := map[string]*Notice{}
	for i := range list {
		d := &list[i]
		if d.What == DecisionAck {
			if n := of[d.Of]; n != nil && n.AckAt.IsZero() {
				n.State, n.Acknowledged, n.AckRole, n.AckAt = NoticeAcknowledged, d.By, d.Role, d.At
			}
			continue
		}
		if d.Role != systemRole {
			continue
		}
		var owed owedData
		if err := json.Unmarshal(d.Data, &owed); err != nil {
			return nil, fmt.Errorf("record %d: %w", d.Record, err)
		}
		for _, to := range owed.To {
			n := &Notice{ID: to.Notice, Record: d.Record, At: d.At, NotBefore: to.NotBefore, Contact: to.Contact, Party: to.Party, Channel: to.Channel,
				Move: owed.Move, Reminder: owed.Reminder, State: NoticeOwed}
			of[n.ID] = n
			order = append(order, n)
		}
		n := of[d.Of]
		if n == nil || owed.Move != nil || owed.Reminder != nil {
			continue
		}
		var x outcomeData
		if err := json.Unmarshal(d.Data, &x); err != nil {
			return nil, fmt.Errorf("record %d: %w", d.Record, err)
		}
		n.Attempts, n.Tried, n.Error = x.Attempts, d.At, x.Error
		if x.State == NoticeSent {
			n.Sent, n.Times = d.At, x.Times
		}
		if n.State != NoticeAcknowledged {
			n.State = x.State
		}
	}
	out := make([]Notice, len(order))
	for i, n := range order {
		out[i] = *n
	}
	return out, nil
}

// ErrNoNotice is wrapped by the error of Acknowledge for an id that is none.
var ErrNoNotice = errors.New("there is no such notice")

// Acknowledge puts on record that somebody has taken note of a notice, after
// which it is not repeated. A second time changes nothing.
func (a *App) Acknowledge(ctx context.Context, id, by, role, reasons string) (record uint64, err error) {
	list, err := a.Notices(ctx)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(list, func(n Notice) bool { return n.ID == id })
	if i < 0 {
		return 0, fmt.Errorf("%w %q; `truce notices` lists them", ErrNoNotice, id)
	}
	if list[i].State == NoticeAcknowledged {
		acks, err := a.Decisions(ctx, DecisionAck, id)
		if err != nil {
			return 0, err
		}
		return acks[0].Record, nil
	}
	record, err = a.Decide(ctx, Decision{Of: id, What: DecisionAck, By: by, Role: role, Reasons: reasons})
	if err == nil {
		a.publish(Event{Kind: EventNotice, Subject: id, Record: record})
	}
	return record, err
}

// compose makes of a notice what its contact may be told at an instant.
func (a *App) compose(ctx context.Context, n *Notice, c *notify.Contact, now time.Time, simulated bool, before []Notice) (*notify.Notice, error) {
	policy := publish.Policy(a.agreement, c.Audience)
	if c.Handling != "" && observation.Handling(policy.Handling).MoreRestricted(c.Handling) {
		policy.Handling = string(c.Handling)
	}
	out := &notify.Notice{ID: n.ID, At: n.At, Agreement: a.agreement.ID, Title: a.agreement.Title, Audience: c.Audience, Simulated: simulated,
		Location: a.agreement.Location(), Reminder: n.Reminder, Handling: publish.Default}
	if n.Times > 0 {
		out.ID = fmt.Sprintf("%s.%d", n.ID, n.Times+1) // a repeat that the receiver is to see
	}
	if c.Audience == publish.Public {
		out.Handling = observation.Clear
	}
	if n.Move == nil {
		if r := *n.Reminder; !publish.Sees(policy, publish.Default) && len(r.Kind) > 0 {
			r.What = r.Kind
			out.Reminder, out.Handling = &r, observation.Handling(policy.Handling)
		}
		return out, nil
	}
	move := *n.Move
	var in publish.Data
	var deadlines []string
	for _, id := range move.Evidence {
		row, ok, err := a.incidentOf(ctx, id)
		if err != nil {
			return nil, err
		}
		if ok {
			in.Incidents = append(in.Incidents, row.Incident)
		} else {
			deadlines = append(deadlines, id)
		}
	}
	released := publish.Apply(policy, now, in)
	move.Evidence = deadlines
	for _, x := range released.Incidents {
		move.Evidence = append(move.Evidence, x.ID)
		if x.Area != "" && !slices.Contains(out.Areas, x.Area) {
			out.Areas = append(out.Areas, x.Area)
		}
	}
	slices.Sort(out.Areas)
	if len(released.Incidents) > 0 {
		out.Handling = released.Handling
	}
	out.Move = &move
	if c.Audience == publish.Public {
		move.Tell = nil
	}
	if level := a.agreement.Level(move.Level); level != nil {
		out.Name, out.Words = level.Name, level.Words
		out.Ranks = len(a.agreement.Escalation.Levels)
		out.Rank = 1 + slices.IndexFunc(a.agreement.Escalation.Levels, func(l agreement.Level) bool { return l.ID == level.ID })
	}
	for _, id := range move.Due {
		p := notify.Pledge{ID: id}
		if x := a.agreement.Commitment(id); x != nil {
			p.By, p.Words = x.By, x.Words
		}
		out.Due = append(out.Due, p)
	}
	for i := range before {
		if b := &before[i]; b.Contact == n.Contact && b.Move != nil && b.Move.Level == move.Level && b.Record < n.Record && !b.Sent.IsZero() {
			out.After = &notify.Earlier{ID: b.ID, At: b.At}
		}
	}
	return out, nil
}
