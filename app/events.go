package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/picture"
	"github.com/truce-monitor/truce/publish"
)

// The kinds of events.
const (
	EventIncident = "incident" // incidents that are new, changed or gone
	EventSettled  = "settled"  // days were fused whole: lists may have changed at any place
	EventRecord   = "record"   // the journal has grown
	EventFinding  = "finding"
	EventCase     = "case"
	EventLevel    = "level"
	EventNotice   = "notice"
	EventReset    = "reset" // events were missed: load everything anew
)

// Event says that something has changed, for whoever watches.
type Event struct {
	ID        uint64    `json:"id"`
	Kind      string    `json:"kind"`
	At        time.Time `json:"at"`                // UTC
	Subject   string    `json:"subject,omitempty"` // id of what it is about: a case, a notice, a level
	Incidents []string  `json:"incidents,omitempty"`
	Gone      []string  `json:"gone,omitempty"` // incidents that are now others
	Record    uint64    `json:"record,omitempty"`

	shown []shown // by what an audience may learn of each of the incidents
}

// shown is what decides who may learn of an incident.
type shown struct {
	to       time.Time
	handling observation.Handling
}

// keepEvents is how many events are kept for those who come back.
const keepEvents = 4096

// Events numbers what happens and tells everyone who listens. The zero value is
// ready. It is safe for concurrent use.
type Events struct {
	mu    sync.Mutex
	last  uint64 // number of the last event; 0: there was none
	kept  []Event
	grown chan struct{} // closed when an event comes
}

// Publish numbers an event and tells it. Numbers rise, also from one start of
// the program to the next: they begin with the time.
func (h *Events) Publish(e Event) Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.begin(e.At)
	h.last++
	e.ID = h.last
	if len(h.kept) == keepEvents {
		h.kept = append(h.kept[:0:0], h.kept[keepEvents/4:]...)
	}
	h.kept = append(h.kept, e)
	if h.grown != nil {
		close(h.grown)
		h.grown = nil
	}
	return e
}

func (h *Events) begin(at time.Time) {
	if h.last == 0 {
		h.last = uint64(max(1, at.UnixMicro()))
	}
}

// Last is the number of the last event, from which a listener can go on; now is
// where numbers begin if there was none.
func (h *Events) Last(now time.Time) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.begin(now)
	return h.last
}

// after returns the events behind a number, and what to wait for if there are
// none. lost says that some between are not kept any more.
func (h *Events) after(id uint64) (events []Event, lost bool, wait <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.grown == nil {
		h.grown = make(chan struct{})
	}
	i, _ := slices.BinarySearchFunc(h.kept, id+1, func(e Event, id uint64) int {
		switch {
		case e.ID < id:
			return -1
		case e.ID > id:
			return 1
		}
		return 0
	})
	lost = id > h.last || id != 0 && i == 0 && len(h.kept) > 0 && h.kept[0].ID > id+1 || len(h.kept) == 0 && id < h.last
	return h.kept[i:len(h.kept):len(h.kept)], lost, h.grown
}

// Subscribe tells the events behind number after, 0: those from now on, until
// ctx ends. Where events between are lost, to a restart or because the listener was
// too slow, an event of kind "reset" comes first. The channel is closed at the end.
func (h *Events) Subscribe(ctx context.Context, after uint64) <-chan Event {
	h.mu.Lock()
	if after == 0 {
		after = h.last
	}
	h.mu.Unlock()
	out := make(chan Event)
	go func() {
		defer close(out)
		for {
			events, lost, wait := h.after(after)
			if lost {
				events = append([]Event{h.reset(events)}, events...)
			}
			for _, e := range events {
				select {
				case out <- e:
					after = e.ID
				case <-ctx.Done():
					return
				}
			}
			if len(events) > 0 {
				continue
			}
			select {
			case <-wait:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func (h *Events) reset(before []Event) Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := Event{ID: h.last, Kind: EventReset}
	if len(before) > 0 {
		e.ID, e.At = before[0].ID-1, before[0].At
	}
	return e
}

// Events is where what happens in the workspace is told.
func (a *App) Events() *Events { return &a.events }

// publish tells an event.
func (a *App) publish(e Event) {
	if e.At.IsZero() {
		e.At = a.now()
	}
	a.events.Publish(e)
}

// Watch is Events.Subscribe for a policy's audience: of incidents it learns only
// those that it may see now, and of what people decide only the mission learns.
func (a *App) Watch(ctx context.Context, after uint64, policy agreement.Policy) <-chan Event {
	in := a.events.Subscribe(ctx, after)
	mission := policy.Audience == publish.Mission
	if mission && publish.Sees(policy, observation.Red) {
		return in
	}
	out := make(chan Event)
	go func() {
		defer close(out)
		for e := range in {
			switch e.Kind {
			case EventSettled, EventReset:
				e.Incidents, e.Gone = nil, nil
			case EventIncident:
				seen := Event{ID: e.ID, Kind: e.Kind, At: e.At}
				for i, x := range e.shown {
					if picture.Shows(policy, a.now(), x.to, x.handling) {
						seen.Incidents = append(seen.Incidents, e.Incidents[i])
					}
				}
				if e = seen; len(e.Incidents) == 0 {
					continue
				}
			default:
				if !mission {
					continue
				}
			}
			select {
			case out <- e:
			case <-ctx.Done():
			}
		}
	}()
	return out
}
