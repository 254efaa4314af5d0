package api

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/truce-monitor/truce/access"
)

// meters count what the server does, in a registry of its own.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // by operation and status
	seconds  *prometheus.HistogramVec // by operation
	underWay prometheus.Gauge
}

func (s *Server) newMeters() *meters {
	m := &meters{registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "truce_http_requests_total", Help: "Requests answered, by operation and status."}, []string{"operation", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "truce_http_request_seconds", Help: "How long answers took, by operation; without live updates.",
			Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}}, []string{"operation"}),
		underWay: prometheus.NewGauge(prometheus.GaugeOpts{Name: "truce_http_requests_under_way", Help: "Requests that are being answered, live updates too."}),
	}
	records := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "truce_journal_records", Help: "Records in the journal."}, func() float64 { return float64(s.app.Records()) })
	m.registry.MustRegister(m.requests, m.seconds, m.underWay, records, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// measure counts a request.
func (s *Server) measure(ctx huma.Context, next func(huma.Context)) {
	begin := time.Now()
	id := ctx.Operation().OperationID
	s.meters.underWay.Inc()
	defer func() {
		s.meters.underWay.Dec()
		status := ctx.Status()
		if status == 0 {
			status = http.StatusOK
		}
		s.meters.requests.WithLabelValues(id, strconv.Itoa(status)).Inc()
		if id != "watch-events" {
			s.meters.seconds.WithLabelValues(id).Observe(time.Since(begin).Seconds())
		}
	}()
	next(ctx)
}

func (s *Server) metrics(api huma.API) {
	op := operation(http.MethodGet, "/metrics", "get-metrics", access.Administer, "Metrics for Prometheus; asked from this machine itself nobody need sign in")
	op.Metadata["loopback"] = true
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"text/plain": {}}}}
	give := promhttp.HandlerFor(s.meters.registry, promhttp.HandlerOpts{DisableCompression: true})
	raw(s, api, op, func(w http.ResponseWriter, r *http.Request, _ *struct{}) (any, error) {
		give.ServeHTTP(w, r)
		return nil, errDone
	})
}

// local reports whether a request comes from this machine itself and not from a
// proxy on it.
func (s *Server) local(ctx huma.Context) bool {
	r, _ := humago.Unwrap(ctx)
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || s.opt.Proxied {
		return false
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return net.ParseIP(host).IsLoopback()
}
