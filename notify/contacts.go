package notify

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/observation"
)

// File is the name of the contacts in a workspace.
const File = "contacts.yaml"

// Contacts are who is told and how they are reached. The zero value tells nobody.
type Contacts struct {
	Sender   string    `yaml:"sender"` // who sends, as a mail address: of mails, and of CAP messages
	Mail     *Mail     `yaml:"mail"`
	Contacts []Contact `yaml:"contacts"`

	dir string // in which files of secrets are
}

// Mail is the server that takes mails.
type Mail struct {
	Server       string `yaml:"server"` // host:port
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	TLS          string `yaml:"tls"`     // starttls (default), tls from the start, or none: to this machine only
	CAFile       string `yaml:"ca_file"` // certificates, PEM, that the server's rests on; empty: the system's
}

// Contact is somebody who is told what a party is to be told, in one way.
type Contact struct {
	ID    string `yaml:"id"`
	Party string `yaml:"party"` // of the agreement, for which it is told
	Name  string `yaml:"name"`
	// Audience is by whose policy it is told: public, parties (default) or mission.
	Audience string `yaml:"audience"`
	// Handling is the most restricted label that it may get; empty: the policy's.
	Handling observation.Handling `yaml:"handling"`
	Lang     string               `yaml:"lang"` // en (default), fr or uk
	// Repeat is after how long it is told again as long as no person has
	// acknowledged; empty: never.
	Repeat Duration `yaml:"repeat"`

	Webhook *Hook    `yaml:"webhook"` // JSON, signed
	CAP     *Hook    `yaml:"cap"`     // a CAP 1.2 message, signed alike
	Email   []string `yaml:"email"`   // addresses
}

// Hook is an address that takes messages by HTTP POST.
type Hook struct {
	URL        string `yaml:"url"`         // https, or http to this machine
	SecretFile string `yaml:"secret_file"` // holds "whsec_" and the key in base64, as `openssl rand -base64 32` makes one
}

// Duration is a span as agreements write it: 30m, 24h, 2d.
type Duration struct{ time.Duration }

// UnmarshalYAML reads it.
func (d *Duration) UnmarshalYAML(text []byte) error {
	x, err := agreement.ParseDuration(strings.Trim(strings.TrimSpace(string(text)), `"'`))
	if err != nil {
		return fmt.Errorf("%w; expected 30m, 24h or 2d", err)
	}
	d.Duration = x.Duration
	return nil
}

// Channel names the way in which a contact is reached.
func (c *Contact) Channel() string {
	switch {
	case c.Webhook != nil:
		return "webhook"
	case c.CAP != nil:
		return "cap"
	}
	return "email"
}

// Read reads the contacts of a workspace; without a file there are none.
func Read(dir string, terms *agreement.Agreement) (*Contacts, error) {
	name := filepath.Join(dir, File)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &Contacts{dir: dir}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the contacts: %w", err)
	}
	c, err := Parse(data, terms)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c.dir = dir
	return c, nil
}

// Parse reads contacts and holds them against the agreement's parties. All that
// is wrong is in the error, a line each.
func Parse(data []byte, terms *agreement.Agreement) (*Contacts, error) {
	c := &Contacts{}
	d := yaml.NewDecoder(bytes.NewReader(data), yaml.DisallowUnknownField())
	if err := d.Decode(c); err != nil && len(bytes.TrimSpace(data)) > 0 {
		return nil, errors.New(yaml.FormatError(err, false, false))
	}
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	seen := map[string]bool{}
	mails := false
	for i := range c.Contacts {
		x := &c.Contacts[i]
		who := fmt.Sprintf("contact %q", x.ID)
		switch {
		case x.ID == "":
			add("contact %d has no id; give it a short name", i+1)
		case seen[x.ID]:
			add("%s is there twice; each id once", who)
		}
		seen[x.ID] = true
		if x.Audience == "" {
			x.Audience = "parties"
		}
		if x.Lang == "" {
			x.Lang = "en"
		}
		if terms.Party(x.Party) == nil {
			add("%s: the agreement has no party %q", who, x.Party)
		}
		if !slices.Contains([]string{"public", "parties", "mission"}, x.Audience) {
			add("%s: audience %q; expected public, parties or mission", who, x.Audience)
		}
		if !slices.Contains(Languages(), x.Lang) {
			add("%s: lang %q; expected one of %s", who, x.Lang, strings.Join(Languages(), ", "))
		}
		if x.Handling != "" && !observation.KnownHandling(x.Handling) {
			add("%s: handling %q is not a TLP 2.0 label", who, x.Handling)
		}
		ways := 0
		for _, h := range []*Hook{x.Webhook, x.CAP} {
			if h == nil {
				continue
			}
			ways++
			if err := h.check(); err != nil {
				add("%s: %w", who, err)
			}
		}
		if len(x.Email) > 0 {
			ways, mails = ways+1, true
		}
		for _, to := range x.Email {
			if _, err := mail.ParseAddress(to); err != nil {
				add("%s: %q is no mail address", who, to)
			}
		}
		if ways != 1 {
			add("%s is reached in %d ways; expected one of webhook, cap and email", who, ways)
		}
	}
	if err := c.checkSender(mails); err != nil {
		wrong = append(wrong, err)
	}
	return c, errors.Join(wrong...)
}

func (c *Contacts) checkSender(mails bool) error {
	needed := mails || slices.ContainsFunc(c.Contacts, func(x Contact) bool { return x.CAP != nil })
	if _, err := mail.ParseAddress(c.Sender); err != nil && (needed || c.Sender != "") {
		return fmt.Errorf("sender %q is no mail address; e-mail and CAP need one", c.Sender)
	}
	if !mails {
		return nil
	}
	if c.Mail == nil {
		return errors.New("there are contacts by e-mail and no mail server; expected mail: {server: host:port}")
	}
	host, _, err := net.SplitHostPort(c.Mail.Server)
	if err != nil {
		return fmt.Errorf("mail server %q; expected host:port", c.Mail.Server)
	}
	switch c.Mail.TLS {
	case "", "starttls", "tls":
	case "none":
		if !local(host) {
			return fmt.Errorf("mail server %s without TLS; that is for this machine only", c.Mail.Server)
		}
	default:
		return fmt.Errorf("mail tls %q; expected starttls, tls or none", c.Mail.TLS)
	}
	return nil
}

func (h *Hook) check() error {
	u, err := url.Parse(h.URL)
	switch {
	case err != nil || u.Host == "":
		return fmt.Errorf("url %q is no web address", h.URL)
	case u.User != nil:
		return fmt.Errorf("the url of %s holds a password; secrets belong into secret_file", u.Host)
	case u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())):
		return fmt.Errorf("url %q; expected https, or http to this machine", h.URL)
	case h.SecretFile == "":
		return errors.New("no secret_file: a message that is not signed can come from anybody")
	}
	return nil
}

func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Of lists the contacts that are told what one of the parties is to be told.
func (c *Contacts) Of(parties []string) []*Contact {
	var out []*Contact
	for i := range c.Contacts {
		if slices.Contains(parties, c.Contacts[i].Party) {
			out = append(out, &c.Contacts[i])
		}
	}
	return out
}

// Contact returns the contact with the id, or nil.
func (c *Contacts) Contact(id string) *Contact {
	for i := range c.Contacts {
		if c.Contacts[i].ID == id {
			return &c.Contacts[i]
		}
	}
	return nil
}

// Files are the names of the files that the contacts name, as they name them:
// secrets and certificates.
func (c *Contacts) Files() []string {
	var out []string
	add := func(name string) {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if c.Mail != nil {
		add(c.Mail.PasswordFile)
		add(c.Mail.CAFile)
	}
	for i := range c.Contacts {
		for _, h := range []*Hook{c.Contacts[i].Webhook, c.Contacts[i].CAP} {
			if h != nil {
				add(h.SecretFile)
			}
		}
	}
	return out
}

// secret reads a file of secrets, which nobody else may be able to read.
func (c *Contacts) secret(name string) (string, error) {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.dir, name)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("reading the secret in %s: others may read it; chmod 600 %s", name, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}
