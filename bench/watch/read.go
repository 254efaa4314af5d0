package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"
)

// question is one request that a page makes, or several that a first view needs.
type question struct {
	kind  string
	paths []string
}

// read has clients ask for tiles, lists and first views.
func read(ctx context.Context, o options) error {
	began := time.Now()
	s, err := serve(ctx, o.dir)
	if err != nil {
		return err
	}
	fmt.Printf("opened in %.2f s\n", time.Since(began).Seconds())
	for _, role := range []string{"watch-officer", "public"} {
		if o.role != "" && o.role != role {
			continue
		}
		if err := readAs(ctx, s, o, role); err != nil {
			return err
		}
	}
	return s.close()
}

func readAs(ctx context.Context, s *server, o options, role string) error {
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: o.clients}}
	f, err := newField(ctx, s.app, 2)
	if err != nil {
		return err
	}
	totals, err := s.app.Totals(ctx)
	if err != nil {
		return err
	}
	// What is asked for the first time after the start is told apart.
	for _, p := range firstView(totals.Last) {
		began := time.Now()
		n, err := get(ctx, c, s, role, p)
		if err != nil {
			return err
		}
		fmt.Printf("%-13s first after the start %7.1f ms %7d bytes %s\n", role, ms(time.Since(began)), n, p)
	}
	var mu sync.Mutex
	took := map[string][]time.Duration{}
	failed := map[string]int{}
	ctx, stop := context.WithTimeout(ctx, o.lasts)
	defer stop()
	var wg sync.WaitGroup
	for k := range o.clients {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(k), 7))
			cursor := ""
			for ctx.Err() == nil {
				q := ask(r, f, totals.First, totals.Last, &cursor)
				began := time.Now()
				var err error
				for _, p := range q.paths {
					if _, err = get(ctx, c, s, role, p); err != nil {
						break
					}
				}
				d := time.Since(began)
				if ctx.Err() != nil {
					return
				}
				mu.Lock()
				if took[q.kind] = append(took[q.kind], d); err != nil {
					failed[err.Error()]++
				}
				mu.Unlock()
				if o.think > 0 {
					time.Sleep(time.Duration(r.ExpFloat64() * float64(o.think)))
				}
			}
		})
	}
	wg.Wait()
	total := 0
	for _, x := range took {
		total += len(x)
	}
	fmt.Printf("%s: %d clients, %s between questions, %.0f questions a second, %d cores\n", role, o.clients, o.think, float64(total)/o.lasts.Seconds(), runtime.NumCPU())
	for _, kind := range []string{"tile", "list", "first view"} {
		fmt.Printf("%-13s %-10s %6d  p50 %7.1f ms  p99 %7.1f ms\n", role, kind, len(took[kind]), ms(quantile(took[kind], 0.5)), ms(quantile(took[kind], 0.99)))
	}
	for what, n := range failed {
		return fmt.Errorf("%d questions failed: %s", n, what)
	}
	return nil
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

func quantile(of []time.Duration, q float64) time.Duration {
	if len(of) == 0 {
		return 0
	}
	slices.Sort(of)
	return of[min(len(of)-1, int(q*float64(len(of))))]
}

// firstView is what the first page asks for.
func firstView(last time.Time) []string {
	week := "since=" + last.AddDate(0, 0, -7).Format(time.RFC3339)
	return []string{"/api/v1/status", "/api/v1/incidents?limit=100", "/api/v1/rate?step=1h&" + week, "/tiles/incidents/5/18/11.mvt?" + week, "/tiles/incidents/5/19/11.mvt?" + week}
}

// ask is what a reader does next: more than half are tiles, for all time, a month,
// a week or a day; a third lists, plain, of a view, of the grave, or the next page.
func ask(r *rand.Rand, f *field, first, last time.Time, cursor *string) question {
	span := ""
	if days := []int{0, 30, 7, 1}[r.IntN(4)]; days > 0 {
		at := first.Add(time.Duration(r.Float64() * float64(last.Sub(first))))
		span = fmt.Sprintf("since=%s&until=%s", at.Format(time.RFC3339), at.AddDate(0, 0, days).Format(time.RFC3339))
	}
	at := f.line[r.IntN(len(f.line))]
	switch x := r.IntN(100); {
	case x < 60:
		z := 4 + r.IntN(10)
		n := math.Exp2(float64(z))
		tx := int((at.Lon + 180) / 360 * n)
		ty := int((1 - math.Asinh(math.Tan(at.Lat*math.Pi/180))/math.Pi) / 2 * n)
		return question{"tile", []string{fmt.Sprintf("/tiles/incidents/%d/%d/%d.mvt?%s", z, tx, ty, span)}}
	case x < 95:
		p := "/api/v1/incidents?limit=50&" + span
		switch r.IntN(5) {
		case 0:
			w := 0.05 + r.Float64()
			p += fmt.Sprintf("&bbox=%.3f,%.3f,%.3f,%.3f", at.Lon-w, at.Lat-w, at.Lon+w, at.Lat+w)
		case 1:
			p += "&result=breach"
		case 2:
			p += "&activity=shelling&severity=S3"
		case 3:
			p += fmt.Sprintf("&bbox=%.3f,%.3f,%.3f,%.3f&severity=S4", at.Lon-0.1, at.Lat-0.1, at.Lon+0.1, at.Lat+0.1)
		}
		return question{"list", []string{p}}
	}
	return question{"first view", firstView(last)}
}

func get(ctx context.Context, c *http.Client, s *server, role, path string) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return 0, err
	}
	if t := s.tokens[role]; t != "" {
		r.Header.Set("Authorization", "Bearer "+t)
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var problem struct {
			Detail string `json:"detail"`
		}
		json.NewDecoder(resp.Body).Decode(&problem)
		return 0, fmt.Errorf("%s: %s: %s", path, resp.Status, problem.Detail)
	}
	return io.Copy(io.Discard, resp.Body)
}
