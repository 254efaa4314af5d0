package app

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/truce-monitor/truce/notify"
)

// Notifier tells contacts what they are to be told, and puts on record what
// became of it. What it knows it has from the journal, so that a restart forgets
// nothing and tells nothing twice.
type Notifier struct {
	app  *App
	http *http.Client

	mu      sync.Mutex
	size    uint64               // of the journal when notices were last read
	seen    uint64               // and when the ladder was last looked at
	look    time.Time            // when to look at it again all the same
	rest    time.Time            // not before, as looking takes its time
	pending map[string]*delivery // by notice, while it is not done
	simul   bool
	all     []Notice
}

// delivery is a notice on its way.
type delivery struct {
	notice   Notice
	attempts int
	next     time.Time
	err      string
}

// lookAgain is how often the ladder is looked at where nothing new is on record:
// levels are left and deadlines pass without a record.
const lookAgain = time.Minute

// Notifier makes one for the workspace; client is the way to web hooks, nil: a
// plain one.
func (a *App) Notifier(client *http.Client) *Notifier {
	return &Notifier{app: a, http: client}
}

// Run tells until ctx ends. Attempts under way are given up then; what became of
// them before is on record.
func (n *Notifier) Run(ctx context.Context) error {
	for {
		next, err := n.Round(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			n.app.log.Error("notices can't be sent now; they are tried again", "why", err)
		}
		wait := min(max(next.Sub(n.app.now()), 200*time.Millisecond), 2*time.Second)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// Round finds what is owed, makes one attempt for each notice that it is time
// for, and returns when the next one is due.
func (n *Notifier) Round(ctx context.Context) (next time.Time, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.app.now()
	contacts, err := notify.Read(n.app.dir, n.app.agreement)
	if err != nil {
		return now.Add(lookAgain), err
	}
	if err := n.find(ctx, contacts, now); err != nil {
		return now.Add(lookAgain), err
	}
	next = n.look
	due := map[string][]*delivery{} // by contact, in the order of records
	for i := range n.all {
		d := n.pending[n.all[i].ID]
		if d == nil || contacts.Contact(d.notice.Contact) == nil {
			continue
		}
		if d.next.After(now) {
			if d.next.Before(next) {
				next = d.next
			}
			continue
		}
		due[d.notice.Contact] = append(due[d.notice.Contact], d)
	}
	if len(due) == 0 {
		return next, nil
	}
	carrier := &notify.Carrier{Contacts: contacts, Now: n.app.now, HTTP: n.http}
	var wg sync.WaitGroup
	errs := make(chan error, len(due))
	for _, list := range due {
		wg.Go(func() { errs <- n.tell(ctx, carrier, list) })
	}
	wg.Wait()
	close(errs)
	for e := range errs {
		if e != nil && err == nil {
			err = e
		}
	}
	return now, err // what became of them is on record, which the next round reads
}

// find brings what is pending up to the journal and the ladder.
func (n *Notifier) find(ctx context.Context, contacts *notify.Contacts, now time.Time) error {
	size := n.app.journal.Head().Size
	if !now.Before(n.look) || size != n.seen && !now.Before(n.rest) {
		start := time.Now()
		if _, err := n.app.Owe(ctx, contacts, now); err != nil {
			return err
		}
		n.seen, n.look, n.rest = n.app.journal.Head().Size, now.Add(lookAgain), now.Add(4*time.Since(start))
	}
	if n.pending != nil && n.app.journal.Head().Size == n.size {
		return nil
	}
	n.size = n.app.journal.Head().Size
	all, err := n.app.Notices(ctx)
	if err != nil {
		return err
	}
	if n.simul, err = n.app.simulated(ctx); err != nil {
		return err
	}
	known := n.pending
	n.all, n.pending = all, map[string]*delivery{}
	for i := range all {
		x := &all[i]
		c := contacts.Contact(x.Contact)
		if c == nil || x.State == NoticeAcknowledged || x.State == NoticeSent && c.Repeat.Duration == 0 {
			continue
		}
		d := &delivery{notice: *x, attempts: x.Attempts, err: x.Error, next: x.NotBefore}
		switch was := known[x.ID]; {
		case x.State == NoticeSent:
			d.attempts, d.next = 0, x.Sent.Add(c.Repeat.Duration)
			if was != nil && was.notice.Times == x.Times {
				d.attempts, d.next, d.err = was.attempts, was.next, was.err
			}
		case was != nil:
			d.attempts, d.next, d.err = was.attempts, was.next, was.err
		case x.State == NoticeFailed:
			d.next = x.Tried.Add(notify.Backoff(x.Attempts))
		}
		n.pending[x.ID] = d
	}
	return nil
}

// tell makes an attempt for each of a contact's notices; after one that fails the
// others wait for its turn, so that they arrive in order.
func (n *Notifier) tell(ctx context.Context, carrier *notify.Carrier, list []*delivery) error {
	for _, d := range list {
		c := carrier.Contacts.Contact(d.notice.Contact)
		message, err := n.app.compose(ctx, &d.notice, c, n.app.now(), n.simul, n.all)
		if err != nil {
			return err
		}
		d.attempts++
		sendErr := carrier.Send(ctx, c, message)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		now := n.app.now()
		if sendErr == nil {
			d.notice.Times++
			if err := n.record(ctx, d, outcomeData{State: NoticeSent, Contact: c.ID, Attempts: d.attempts, Times: d.notice.Times}); err != nil {
				return err
			}
			d.attempts, d.err, d.next = 0, "", now.Add(c.Repeat.Duration)
			continue
		}
		d.next = now.Add(notify.Backoff(d.attempts))
		text := sendErr.Error()
		n.app.log.Warn("a notice did not arrive and is tried again", "notice", d.notice.ID, "attempt", d.attempts, "why", text)
		// Of many failures alike the first, second, fourth ... are on record.
		if text != d.err || d.attempts&(d.attempts-1) == 0 {
			if err := n.record(ctx, d, outcomeData{State: NoticeFailed, Contact: c.ID, Attempts: d.attempts, Times: d.notice.Times, Error: text}); err != nil {
				return err
			}
		}
		d.err = text
		return nil
	}
	return nil
}

func (n *Notifier) record(ctx context.Context, d *delivery, x outcomeData) error {
	key := fmt.Sprintf("notice/%s/%s/%d/%d", d.notice.ID, x.State, x.Times, x.Attempts)
	if err := n.app.putSystem(ctx, Decision{Of: d.notice.ID, What: DecisionNotice, Key: key}, x, n.app.now()); err != nil {
		return err
	}
	n.app.publish(Event{Kind: EventNotice, Subject: d.notice.ID})
	return nil
}
