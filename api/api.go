// Package api is the front of truce on the network: HTTP with an OpenAPI 3.1
// description made from the code, for the pages of package web and for other
// programs. Every answer passes package publish for the audience of whoever
// asks, and package access decides what they may ask for.
//
// It holds no rule and keeps nothing: what it says, package app knows.
package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/report"
)

// Options are how a server behaves. The zero value is good.
type Options struct {
	// Access holds the accounts; nil: everyone is the public.
	Access *access.Store
	// Web answers with the pages, web.Handler(); nil: one plain page stands in
	// for them.
	Web http.Handler
	// BaseMap is an online base map that pages may show; nil: none, which is
	// how it is meant.
	BaseMap *BaseMap
	// Log is told what went wrong; nil means silence.
	Log *slog.Logger
	// Requests are answered at once, at most; more get 503. 0: 256.
	Requests int
	// Timeout is the longest that an answer may take; 0: 30 s. Live updates
	// and downloads go on for as long as their reader reads.
	Timeout time.Duration
	// Proxied says that requests come by way of a proxy, so that none is from this
	// machine itself.
	Proxied bool
}

// BaseMap is an online base map: who looks at it tells its server where they
// look.
type BaseMap struct {
	URL    string `json:"url" doc:"Of a raster tile, with {z}, {x} and {y}"`
	Credit string `json:"credit,omitempty" doc:"What its owner wants to be shown"`
}

// Server answers requests over one workspace.
type Server struct {
	app     *app.App
	opt     Options
	log     *slog.Logger
	api     huma.API
	handler http.Handler
	meters  *meters
	cache   cache
	tellers map[string]*report.Teller // by language
	ending  context.Context           // done when the server is told to stop
	end     context.CancelFunc
}

// New makes a server over an open workspace. Close it.
func New(a *app.App, opt Options) (*Server, error) {
	opt.Requests = cmp.Or(opt.Requests, 256)
	opt.Timeout = cmp.Or(opt.Timeout, 30*time.Second)
	s := &Server{app: a, opt: opt, log: opt.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.tellers = map[string]*report.Teller{}
	for _, lang := range report.Languages() {
		var err error
		if s.tellers[lang], err = report.NewTeller(lang, a.Agreement()); err != nil {
			return nil, err
		}
	}
	s.ending, s.end = context.WithCancel(context.Background())

	mux := http.NewServeMux()
	s.api = huma.NewAPI(description(), adapter{humago.NewAdapter(mux, "")})
	s.meters = s.newMeters()
	s.api.UseMiddleware(s.measure, s.decide)
	for _, register := range s.subjects() {
		register(s.api)
	}
	s.pages(mux)
	s.handler = s.guard(mux)
	return s, nil
}

// Handler answers everything.
func (s *Server) Handler() http.Handler { return s.handler }

// OpenAPI is the description of all operations.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.api.OpenAPI() }

// Close ends the live updates; it does not close the workspace.
func (s *Server) Close() { s.end() }

// Serve answers on a listener until ctx is done; then it takes no new
// requests, ends live updates, and gives those under way ten seconds.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      s.opt.Timeout + time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		s.end()
		last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		ended <- server.Shutdown(last)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
}

// Tongue is the language in which reasons are said.
type Tongue struct {
	Lang string `query:"lang" enum:"en,fr,uk" default:"en" doc:"Language of the reasons; what the agreement says, in it where the agreement has words in it"`
}

// now is the workspace's clock, UTC.
func (s *Server) now() time.Time { return s.app.Now() }
