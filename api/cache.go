package api

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/store/sqlite"
)

// cache keeps what takes long to work out, as long as nothing has changed in the
// workspace; while much changes, for a few times as long as working it out took, so
// that no number of readers keeps the server busy with it. The zero value is ready.
type cache struct {
	mu      sync.Mutex
	entries map[string]*cached
}

type cached struct {
	mu      sync.Mutex // held while it is worked out: who asks meanwhile waits
	version uint64
	minute  int64
	made    time.Time
	took    time.Duration
	value   any
	used    time.Time // guarded by the cache's mu
}

const (
	mostCached = 128
	staleTimes = 4
)

func (c *cache) entry(key string, now time.Time) *cached {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[string]*cached{}
	}
	e := c.entries[key]
	if e == nil {
		if len(c.entries) >= mostCached {
			oldest := ""
			for k, x := range c.entries {
				if oldest == "" || x.used.Before(c.entries[oldest].used) {
					oldest = k
				}
			}
			delete(c.entries, oldest)
		}
		e = &cached{}
		c.entries[key] = e
	}
	e.used = now
	return e
}

// totals counts what there is, for everyone alike: what of it may be told is up to
// who asks for it.
func (s *Server) totals(ctx context.Context) (sqlite.Totals, error) {
	return remembered(s, "totals", agreement.Policy{}, func() (sqlite.Totals, error) { return s.app.Totals(ctx) })
}

// remembered gives what key stands for under a policy, worked out if need be. A
// delay makes the answer depend on the time: it holds for a minute at the most.
func remembered[T any](s *Server, key string, policy agreement.Policy, work func() (T, error)) (T, error) {
	words, err := json.Marshal(policy)
	if err != nil {
		var none T
		return none, err
	}
	now := s.now()
	e := s.cache.entry(fmt.Sprintf("%s %s", key, words), now)
	e.mu.Lock()
	defer e.mu.Unlock()
	version, minute := s.app.Events().Last(now), now.Unix()/60
	if x, ok := e.value.(T); ok && e.minute == minute && (e.version == version || time.Since(e.made) < staleTimes*e.took) {
		return x, nil
	}
	begin := time.Now()
	x, err := work()
	if err != nil {
		return x, err
	}
	e.value, e.version, e.minute, e.made, e.took = x, version, minute, time.Now(), time.Since(begin)
	return x, nil
}
