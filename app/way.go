package app

import "time"

// way gives way to submissions: what is settled behind them would otherwise take the
// processors that they need, since goroutines have no priorities. The zero value
// never waits.
type way struct {
	app   *App
	since time.Time // it works
}

// give waits, where submissions are in hand, until they are done, at most thrice as long as
// was worked since it waited last: what took longer than unbroken was spent waiting for
// another goroutine that gave way, and two that did so for each other's waits would wait ever
// longer. One goroutine may call it, as often as it likes.
func (w *way) give() {
	if w.app == nil {
		return
	}
	const stretch, least, look, unbroken = 3, time.Millisecond, 500 * time.Microsecond, 50 * time.Millisecond
	now := time.Now()
	worked := now.Sub(w.since)
	if worked < least {
		return
	}
	if !w.since.IsZero() {
		for end := now.Add(stretch * min(worked, unbroken)); w.app.inHand.Load() > 0 && now.Before(end); now = time.Now() {
			time.Sleep(look)
		}
	}
	w.since = now
}
