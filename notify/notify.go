// Package notify carries notices to who is to be told: as a signed web hook, a
// CAP message or an e-mail, in the contact's language, always with the key by
// which the receiver drops a repeat. It knows how contacts are reached and what a
// notice says.
//
// It must not know why a notice is owed, what an audience may see or where it is
// kept what became of it: its caller (package app) gives what may leave, tries
// again after Backoff until it arrives, and keeps the record of it.
package notify

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/observation"
)

// Notice is what is told to one contact: a move of a level, or a reminder. It
// holds no more than the contact may see.
type Notice struct {
	ID        string               // the key of idempotency: the same for every attempt
	At        time.Time            // when it was found to be owed, UTC; the same for every attempt
	Agreement string               // id
	Title     agreement.Text       // of the agreement
	Audience  string               // public, parties or mission
	Handling  observation.Handling // of the notice
	Simulated bool                 // everything comes from a scenario
	Location  *time.Location       // of the agreement; nil: UTC

	// A move of a level.
	Move  *escalation.Transition
	Name  agreement.Text // of the level
	Words agreement.Text
	Rank  int // of the level, from 1, of Ranks
	Ranks int
	Due   []Pledge // commitments that fall due
	Areas []string // where the breaches were
	After *Earlier // the notice before it on this level; nil: it is the first

	// Or a reminder of a deadline.
	Reminder *Reminder
}

// Earlier is a notice that a later one updates.
type Earlier struct {
	ID string
	At time.Time
}

// Pledge is a commitment that falls due.
type Pledge struct {
	ID    string         `json:"id"`
	By    []string       `json:"by"`
	Words agreement.Text `json:"words,omitempty"`
}

// Reminder is a deadline that comes or has passed.
type Reminder struct {
	Of   string         `json:"of"` // of a case, a commitment
	What agreement.Text `json:"what"`
	Kind agreement.Text `json:"kind,omitempty"` // in a word, for those who may not know what
	Due  time.Time      `json:"due"`
	Late bool           `json:"late"` // it has passed
}

// Type names what is told, as in "level.reached".
func (n *Notice) Type() string {
	switch {
	case n.Reminder != nil && n.Reminder.Late:
		return "deadline.passed"
	case n.Reminder != nil:
		return "deadline.near"
	}
	return "level." + n.Move.Is
}

// Carrier carries notices.
type Carrier struct {
	Contacts *Contacts
	Now      func() time.Time
	HTTP     *http.Client // nil: one that follows no redirects
	Timeout  time.Duration
}

// DefaultTimeout is how long an attempt may take.
const DefaultTimeout = 15 * time.Second

// Send makes one attempt. Without an error the other side has taken it.
func (c *Carrier) Send(ctx context.Context, to *Contact, n *Notice) error {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var err error
	switch {
	case to.Webhook != nil:
		var body []byte
		if body, err = n.JSON(); err == nil {
			err = c.post(ctx, to.Webhook, n.ID, "application/json", body)
		}
	case to.CAP != nil:
		var body []byte
		if body, err = n.cap(c.Contacts.Sender, to.Lang); err == nil {
			err = c.post(ctx, to.CAP, n.ID, "application/cap+xml", body)
		}
	default:
		err = c.mail(ctx, to, n)
	}
	if err != nil {
		return fmt.Errorf("telling %s by %s: %w", to.ID, to.Channel(), err)
	}
	return nil
}

// Backoff is how long to wait after so many attempts that failed: five seconds,
// then twice as long each time, up to an hour.
func Backoff(attempts int) time.Duration {
	wait := 5 * time.Second
	for range attempts - 1 {
		if wait *= 2; wait >= time.Hour {
			return time.Hour
		}
	}
	return wait
}
