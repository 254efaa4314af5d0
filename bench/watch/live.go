package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// atOnce is how many senders there are: each waits for its receipt.
const atOnce = 100

// live submits reports at a rate over HTTP, and listens like a page: how long is it
// from when a report is due to the event that names its incident?
func live(ctx context.Context, o options) error {
	s, err := serve(ctx, o.dir)
	if err != nil {
		return err
	}
	f, err := newField(ctx, s.app, uint64(time.Now().UnixNano()))
	if err != nil {
		return err
	}
	l := &listener{sent: map[string]time.Time{}}
	listening, stop := context.WithCancel(ctx)
	defer stop()
	ready := make(chan error, 1)
	var heard sync.WaitGroup
	heard.Go(func() { l.listen(listening, s, ready) })
	if err := <-ready; err != nil {
		return err
	}
	fmt.Printf("%d reports a second for %s over HTTP, %d cores; memory is the whole process's, senders and listener with it\n", o.rate, o.lasts, runtime.NumCPU())
	began := time.Now()
	var senders sync.WaitGroup
	type request struct {
		reports []observation.Observation
		due     time.Time
	}
	requests := make(chan request, 100_000)
	failed := make(chan error, 1)
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	for range atOnce {
		senders.Go(func() {
			for r := range requests {
				if err := l.submit(ctx, c, s, r.reports, r.due); err != nil {
					select {
					case failed <- err:
					default:
					}
				}
			}
		})
	}
	const tick = 20 * time.Millisecond
	report := max(o.lasts/10, time.Second)
	sent, next := 0, began.Add(report)
	for time.Since(began) < o.lasts {
		due := int(time.Since(began).Seconds() * float64(o.rate))
		for sent < due {
			some := f.event(time.Now().Add(-40 * time.Second)) // what lies in the future is refused
			requests <- request{some, began.Add(time.Duration(float64(sent) / float64(o.rate) * float64(time.Second)))}
			sent += len(some)
		}
		if time.Now().After(next) {
			next = next.Add(report)
			l.tell(time.Since(began), sent)
		}
		time.Sleep(tick)
	}
	close(requests)
	senders.Wait()
	select {
	case err := <-failed:
		return err
	default:
	}
	l.tell(time.Since(began), sent)
	settling := time.Now()
	if err := s.app.Settle(ctx); err != nil {
		return err
	}
	fmt.Printf("settled %.1f s after the last report\n", time.Since(settling).Seconds())
	stop()
	heard.Wait()
	if len(l.all) == 0 {
		return fmt.Errorf("no event named any of the incidents")
	}
	fmt.Printf("from when a report was due to the event: p50 %.0f ms, p99 %.0f ms, most %.0f ms, of %d reports\n", ms(quantile(l.all, 0.5)), ms(quantile(l.all, 0.99)), ms(quantile(l.all, 1)), len(l.all))
	fmt.Printf("resident at most %d MB\n", peak()>>20)
	return s.close()
}

// listener remembers when an incident was first reported and when it was told.
type listener struct {
	mu   sync.Mutex
	sent map[string]time.Time // by incident, until it is told
	told map[string]time.Time // before the receipt came
	all  []time.Duration
	some []time.Duration // since the last line
}

func (l *listener) submit(ctx context.Context, c *http.Client, s *server, some []observation.Observation, due time.Time) error {
	var body bytes.Buffer
	body.WriteByte('[')
	for i := range some {
		if i > 0 {
			body.WriteByte(',')
		}
		o := &some[i]
		if err := json.NewEncoder(&body).Encode(map[string]any{"source": o.Source, "ref": o.Ref, "means": o.Means, "from": o.From.Format(time.RFC3339Nano),
			"activity": o.Activity, "lat": o.Position.Lat, "lon": o.Position.Lon, "radius_m": o.Position.Radius, "handling": o.Handling}); err != nil {
			return err
		}
	}
	body.WriteByte(']')
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/v1/observations", &body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.tokens["watch-officer"])
	resp, err := c.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var answer struct {
		Detail   string `json:"detail"`
		Receipts []struct {
			Status, Incident, Reason string
		} `json:"receipts"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("submitting: %s: %w", resp.Status, err)
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("submitting: %s: %s", resp.Status, answer.Detail)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range answer.Receipts {
		if x.Status == "refused" {
			return fmt.Errorf("submitting: refused: %s", x.Reason)
		}
		if at := l.told[x.Incident]; at.After(due) {
			l.heard(at.Sub(due))
		} else if _, ok := l.sent[x.Incident]; !ok && x.Incident != "" {
			l.sent[x.Incident] = due
		}
	}
	return nil
}

func (l *listener) heard(d time.Duration) {
	l.all, l.some = append(l.all, d), append(l.some, d)
}

func (l *listener) listen(ctx context.Context, s *server, ready chan<- error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/events", nil)
	if err != nil {
		ready <- err
		return
	}
	r.Header.Set("Authorization", "Bearer "+s.tokens["watch-officer"])
	resp, err := http.DefaultClient.Do(r)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("listening: %s", resp.Status)
	}
	if err != nil {
		ready <- err
		return
	}
	defer resp.Body.Close()
	ready <- nil
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e struct {
			Incidents []string `json:"incidents"`
		}
		if json.Unmarshal([]byte(data), &e) != nil {
			continue
		}
		now := time.Now()
		l.mu.Lock()
		if len(l.told) > 50_000 {
			l.told = nil
		}
		if l.told == nil {
			l.told = map[string]time.Time{}
		}
		for _, id := range e.Incidents {
			if at, ok := l.sent[id]; ok {
				delete(l.sent, id)
				l.heard(now.Sub(at))
			}
			l.told[id] = now
		}
		l.mu.Unlock()
	}
}

func (l *listener) tell(after time.Duration, sent int) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Printf("%6.0f s  %7d sent  event p50 %5.0f ms  p99 %5.0f ms  resident %4d MB  heap in use %4d MB\n", after.Seconds(), sent,
		ms(quantile(l.some, 0.5)), ms(quantile(l.some, 0.99)), resident()>>20, m.HeapInuse>>20)
	l.some = l.some[:0]
}

// peak is the most memory that was resident, in bytes, 0 where it can't be told.
func peak() int64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(data), "VmHWM:")
	var kB int64
	if _, err := fmt.Sscan(after, &kB); err != nil {
		return 0
	}
	return kB << 10
}

// resident is the process's resident memory in bytes, 0 where it can't be told.
func resident() int64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(data), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
