// Command watch measures what a server bears: pages, lists and map tiles over many
// incidents, and reports that come in while it is watched. Server and clients share
// the machine.
//
//	go run ./bench/watch make -dir /tmp/watch -incidents 1000000
//	go run ./bench/watch read -dir /tmp/watch -clients 50 -for 30s
//	go run ./bench/watch live -dir /tmp/watch -rate 1000 -for 5m
//	go run ./bench/watch all -incidents 2000 -for 2s -rate 100
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/observation"
)

type options struct {
	dir       string
	incidents int
	clients   int
	lasts     time.Duration
	think     time.Duration
	rate      int
	role      string
	profile   string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "watch:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("say what: make, read, live or all")
	}
	var o options
	f := flag.NewFlagSet("watch", flag.ExitOnError)
	f.StringVar(&o.dir, "dir", "", "the workspace; empty: one that is removed in the end")
	f.IntVar(&o.incidents, "incidents", 1_000_000, "how many incidents there are, about")
	f.IntVar(&o.clients, "clients", 50, "how many ask at once")
	f.DurationVar(&o.lasts, "for", 30*time.Second, "how long")
	f.DurationVar(&o.think, "think", 0, "how long a client waits between answer and question, on average")
	f.IntVar(&o.rate, "rate", 1000, "reports a second")
	f.StringVar(&o.role, "role", "", "who asks: public or watch-officer; empty: both in turn")
	f.StringVar(&o.profile, "profile", "", "write where the processor's time goes to this file")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	if o.profile != "" {
		w, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer w.Close()
		if err := pprof.StartCPUProfile(w); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "truce-watch-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	ctx := context.Background()
	steps := map[string][]func(context.Context, options) error{"make": {fill}, "read": {read}, "live": {live}, "all": {fill, read, live}}[args[0]]
	if steps == nil {
		return fmt.Errorf("%q: expected make, read, live or all", args[0])
	}
	for _, step := range steps {
		if err := step(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// workspace opens the workspace, or makes one of the example's terms.
func workspace(ctx context.Context, dir string) (*app.App, error) {
	if _, err := os.Stat(filepath.Join(dir, app.AgreementFile)); err == nil {
		return app.Open(ctx, dir, app.Options{})
	}
	terms := filepath.Join(dir, "terms")
	if err := os.MkdirAll(terms, 0o755); err != nil {
		return nil, err
	}
	if err := os.CopyFS(terms, examples.Files()); err != nil {
		return nil, err
	}
	return app.Init(ctx, dir, filepath.Join(terms, "paris-2026", app.AgreementFile), app.Options{})
}

// server is a server over the workspace with someone of every role.
type server struct {
	app    *app.App
	url    string
	tokens map[string]string
	close  func() error
}

func serve(ctx context.Context, dir string) (*server, error) {
	a, err := workspace(ctx, dir)
	if err != nil {
		return nil, err
	}
	accounts, err := access.Open(ctx, dir, access.Options{})
	if err != nil {
		return nil, err
	}
	s := &server{app: a, tokens: map[string]string{"public": ""}}
	for _, role := range []access.Role{access.WatchOfficer} {
		name := "bench-" + string(role)
		accounts.Remove(ctx, name) // of an earlier run, if there was one
		if _, err := accounts.Add(ctx, access.Account{Name: name, Role: role, Clearance: observation.Red}, ""); err != nil {
			return nil, err
		}
		if s.tokens[string(role)], _, err = accounts.AddToken(ctx, access.Token{Account: name}); err != nil {
			return nil, err
		}
	}
	if err := a.Prepare(ctx); err != nil {
		return nil, err
	}
	web, err := api.New(a, api.Options{Access: accounts})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(ctx, l) }()
	s.url = "http://" + l.Addr().String()
	s.close = func() error {
		stop()
		if err := <-ended; err != nil {
			return err
		}
		if err := accounts.Close(); err != nil {
			return err
		}
		return a.Close()
	}
	return s, nil
}
