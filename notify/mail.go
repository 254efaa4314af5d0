package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"
)

// mail makes one attempt by SMTP. The message's id is the notice's, so that a
// mail program shows a repeat once.
func (c *Carrier) mail(ctx context.Context, to *Contact, n *Notice) error {
	subject, text := n.Text(to.Lang)
	m := mail.NewMsg()
	if err := m.From(c.Contacts.Sender); err != nil {
		return err
	}
	if err := m.To(to.Email...); err != nil {
		return err
	}
	_, domain, _ := strings.Cut(c.Contacts.Sender, "@")
	m.SetMessageIDWithValue(n.ID + "@" + strings.TrimRight(domain, "> "))
	m.SetDateWithValue(n.At)
	m.Subject("[" + string(n.Handling) + "] " + subject)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, text)
	client, err := c.mailServer()
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, m)
}

func (c *Carrier) mailServer() (*mail.Client, error) {
	s := c.Contacts.Mail
	host, service, err := net.SplitHostPort(s.Server)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(service)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: the port is no number", s.Server)
	}
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if s.CAFile != "" {
		path := s.CAFile
		if !filepath.IsAbs(path) {
			path = filepath.Join(c.Contacts.dir, path)
		}
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if config.RootCAs = x509.NewCertPool(); !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", s.CAFile)
		}
	}
	opts := []mail.Option{mail.WithPort(port), mail.WithTLSConfig(config)}
	switch s.TLS {
	case "none":
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	case "tls":
		opts = append(opts, mail.WithSSL())
	default:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.User != "" {
		password, err := c.Contacts.secret(s.PasswordFile)
		if err != nil {
			return nil, err
		}
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User), mail.WithPassword(password))
	}
	return mail.NewClient(host, opts...)
}
