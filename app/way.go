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
// was worked since it waited last. One goroutine may call it, as often as it likes.
func (w *way) give() {
	if w.app == nil {
		return
	}
	const stretch, least, look = 3, time.Millisecond, 500 * time.Microsecond
	now := time.Now()
	worked := now.Sub(w.since)
	if worked < least {
		return
	}
	if !w.since.IsZero() {
		for end := now.Add(stretch * worked); w.app.inHand.Load() > 0 && now.Before(end); now = time.Now() {
			time.Sleep(look)
		}
	}
	w.since = now
}
