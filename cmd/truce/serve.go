package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/web"
)

// defaultListen is reached from this machine only.
const defaultListen = "127.0.0.1:8734"

// serving is how a server is reached.
type serving struct {
	listen         string
	public         bool
	secure, behind bool
	base, credit   string // of an online base map
}

func (x *serving) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&x.listen, "listen", defaultListen, "address and port; port 0 takes a free one")
	f.BoolVar(&x.public, "public", false, "serve what the policy lets the public see, though there is no account")
	f.BoolVar(&x.secure, "secure", false, "a proxy in front of the server speaks TLS: cookies go through nothing else")
	f.StringVar(&x.base, "base-map", "", "let the pages offer an online base map: the address of a raster tile with {z}, {x} and {y}; its server learns where people look")
	f.StringVar(&x.credit, "base-map-credit", "", "what the base map's owner wants to be shown")
	f.BoolVar(&x.behind, "behind-proxy", false, "take the address of whoever asks from X-Forwarded-For")
}

func (c *cli) serve() *cobra.Command {
	var x serving
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the pages and the interface for other programs", Args: args(cobra.NoArgs),
		Long:    "Serve the pages and the interface for other programs (HTTP, described at /openapi.json) until\ninterrupted. Only this machine reaches it, unless --listen says otherwise; without an account\nthat takes --public.",
		Example: "  truce -w mission serve\n  truce -w mission serve --listen 0.0.0.0:8734 --secure --behind-proxy",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd.Context(), func(a *app.App) error {
				return c.serveApp(cmd.Context(), a, c.workspace, x, "", nil)
			})
		},
	}
	x.flags(cmd)
	return cmd
}

// serveApp serves an open workspace until ctx is done. page is what is shown
// first, below the address; ready, if any, is told once it can be asked for.
func (c *cli) serveApp(ctx context.Context, a *app.App, dir string, x serving, page string, ready func(address string)) error {
	accounts, err := access.Open(ctx, dir, access.Options{Secure: x.secure, Trusted: x.behind})
	if err != nil {
		return err
	}
	defer accounts.Close()
	if err := mayListen(ctx, accounts, x); err != nil {
		return err
	}
	if err := a.Prepare(ctx); err != nil {
		return err
	}
	base, origin, err := x.baseMap()
	if err != nil {
		return err
	}
	s, err := api.New(a, api.Options{Access: accounts, Web: web.HandlerWith(origin), BaseMap: base, Log: c.options().Log, Proxied: x.behind || x.secure})
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := net.Listen("tcp", x.listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w; --listen names another address", x.listen, err)
	}
	address := fmt.Sprintf("http://%s/%s", l.Addr(), page)
	fmt.Fprintln(c.out, address)
	c.note("Ctrl-C ends it.")
	if ready != nil {
		ready(address) // connections wait in the listener until they are served
	}
	return c.serveAndTell(ctx, a, s, l)
}

// baseMap is the online base map that was asked for, and the origin that pages
// may then ask; nil and "" for none.
func (x *serving) baseMap() (*api.BaseMap, string, error) {
	if x.base == "" {
		return nil, "", nil
	}
	u, err := url.Parse(strings.NewReplacer("{z}", "0", "{x}", "0", "{y}", "0").Replace(x.base))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(u.Host, " ;,'") ||
		!strings.Contains(x.base, "{z}") || !strings.Contains(x.base, "{x}") || !strings.Contains(x.base, "{y}") {
		return nil, "", usage("--base-map %q: expected an address such as https://tiles.example.org/{z}/{x}/{y}.png", x.base)
	}
	return &api.BaseMap{URL: x.base, Credit: x.credit}, u.Scheme + "://" + u.Host, nil
}

// serveAndTell serves and sends notices until ctx is done; what is under way is
// ended before it returns.
func (c *cli) serveAndTell(ctx context.Context, a *app.App, s *api.Server, l net.Listener) error {
	telling, stop := context.WithCancel(ctx)
	defer stop()
	told := make(chan error, 1)
	go func() { told <- a.Notifier(nil).Run(telling) }()
	err := s.Serve(ctx, l)
	stop()
	return errors.Join(err, <-told)
}

// mayListen refuses to be reached from elsewhere by mistake.
func mayListen(ctx context.Context, accounts *access.Store, x serving) error {
	host, _, err := net.SplitHostPort(x.listen)
	if err != nil {
		return usage("--listen %q: expected an address and port such as %s", x.listen, defaultListen)
	}
	if ip, err := netip.ParseAddr(host); host == "localhost" || err == nil && ip.IsLoopback() || x.public {
		return nil
	}
	list, err := accounts.Accounts(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return usage("--listen %s would be reached from other machines, and there is no account yet: `truce account add` makes one, --public serves what anyone may see", x.listen)
	}
	return nil
}
