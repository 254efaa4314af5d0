package app

import (
	"context"
	"time"
)

// Settling in the background begins when nothing came for calm, or when
// something has waited for patience, but leaves the machine restful times as long for
// what comes as the last one took, up to longest: the more there is in a day, the
// longer it takes to fuse it whole.
const (
	calm     = time.Second
	patience = 5 * time.Second
	restful  = 20
	longest  = 10 * time.Minute
)

// settle fuses days whole when there is time.
func (l *live) settle() {
	var took time.Duration
	for {
		select {
		case <-l.more:
		case <-l.ended:
			return
		}
		began := time.Now()
		for ready := false; !ready; {
			rest := min(restful*took, longest)
			wait := time.NewTimer(max(calm, rest-time.Since(began)))
			select {
			case <-l.more:
				ready = time.Since(began) >= max(patience, rest)
			case <-wait.C:
				ready = true
			case <-l.ended:
				wait.Stop()
				return // Close settles the rest
			}
			wait.Stop()
		}
		start := time.Now()
		if err := l.app.Settle(context.Background()); err != nil {
			l.app.log.Error("settling days failed; it is tried again with the next submission", "why", err)
		}
		took = time.Since(start)
	}
}

// Settle returns when all that was on record when it was called is fused as an
// import would have it.
func (a *App) Settle(ctx context.Context) error {
	if a.opt.ReadOnly || a.sealed {
		return nil
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	if err := a.catchUp(ctx); err != nil {
		return err
	}
	return a.project(ctx)
}
