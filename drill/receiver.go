package drill

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/truce-monitor/truce/notify"
)

// secret signs the notices of the drill, which leave the machine as little as
// the receiver does.
const secret = "whsec_ZHJpbGwgZHJpbGwgZHJpbGwgZHJpbGwgZHJpbGw="

// receiver takes notices on this machine. It checks each signature, drops
// repeats, and fails twice for one contact.
type receiver struct {
	now    func() time.Time
	server *http.Server
	listen net.Listener

	mu     sync.Mutex
	weak   string            // the contact for which it fails
	failed int               // times that it has
	taken  map[string]string // contact by key
	wrong  []string
	cap    int // messages in CAP
}

func newReceiver(now func() time.Time) (*receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{now: now, listen: l, taken: map[string]string{}}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second}
	go r.server.Serve(l)
	return r, nil
}

func (r *receiver) close() { r.server.Close() }

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	r.mu.Lock()
	defer r.mu.Unlock()
	contact := strings.TrimPrefix(req.URL.Path, "/")
	if err == nil {
		err = notify.Verify(secret, req.Header, body, r.now())
	}
	if err != nil {
		r.wrong = append(r.wrong, contact+": "+err.Error())
		http.Error(w, "not signed", http.StatusUnauthorized)
		return
	}
	if contact == r.weak && r.failed < 2 {
		r.failed++
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	if _, repeat := r.taken[req.Header.Get(notify.HeaderID)]; repeat {
		r.wrong = append(r.wrong, contact+": a notice that was taken came again")
	}
	r.taken[req.Header.Get(notify.HeaderID)] = contact
	if req.Header.Get("Content-Type") == "application/cap+xml" {
		r.cap++
	}
}

// anonymous leaves the port out, which is another one each time.
func (r *receiver) anonymous(text string) string {
	return strings.ReplaceAll(text, r.listen.Addr().String(), "the receiver")
}

// contacts writes who is told: each party that a level tells has a desk, the
// monitors' gets all, and the last that the top level tells has a siren by CAP.
func (d *drill) contacts() error {
	terms := d.app.Agreement()
	var told []string
	for _, l := range terms.Escalation.Levels {
		for _, party := range l.Tell {
			if !slices.Contains(told, party) {
				told = append(told, party)
			}
		}
	}
	var b strings.Builder
	b.WriteString("sender: drill@truce.example\ncontacts:\n")
	for _, party := range told {
		audience := "parties"
		if terms.Party(party).Is("monitor") {
			audience = "mission"
		}
		fmt.Fprintf(&b, "  - {id: %s-desk, party: %s, audience: %s, webhook: {url: \"http://%s/%s-desk\", secret_file: drill.secret}}\n", party, party, audience, d.receiver.listen.Addr(), party)
	}
	last := told[len(told)-1]
	fmt.Fprintf(&b, "  - {id: %s-siren, party: %s, audience: parties, cap: {url: \"http://%s/%s-siren\", secret_file: drill.secret}}\n", last, last, d.receiver.listen.Addr(), last)
	if len(terms.Escalation.Levels) > 1 {
		for _, party := range terms.Escalation.Levels[1].Tell {
			if !slices.Contains(terms.Escalation.Levels[0].Tell, party) {
				d.receiver.weak = party + "-desk"
				break
			}
		}
	}
	for name, text := range map[string]string{notify.File: b.String(), "drill.secret": secret} {
		if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
