package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/observation"
)

// The headers of the Standard Webhooks specification
// (https://github.com/standard-webhooks/standard-webhooks).
const (
	HeaderID        = "Webhook-Id" // the key by which a repeat is dropped
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// Sign signs a web hook as Standard Webhooks say: HMAC-SHA256 over
// "id.timestamp.body", where the secret is "whsec_" and the key in base64.
func Sign(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < 16 {
		return "", errors.New("the secret is not base64 of 16 bytes or more; `openssl rand -base64 32` makes one")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// Verify checks a web hook's signature and that it was sent within five minutes
// of now, as a receiver does.
func Verify(secret string, h http.Header, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(h.Get(HeaderTimestamp), 10, 64)
	if err != nil {
		return fmt.Errorf("the header %s is not a number of seconds", HeaderTimestamp)
	}
	at := time.Unix(seconds, 0)
	if d := now.Sub(at); d > 5*time.Minute || d < -5*time.Minute {
		return fmt.Errorf("it was sent at %s, which is too far from now", at.UTC().Format(time.RFC3339))
	}
	want, err := Sign(secret, h.Get(HeaderID), at, body)
	if err != nil {
		return err
	}
	for signature := range strings.FieldsSeq(h.Get(HeaderSignature)) {
		if hmac.Equal([]byte(signature), []byte(want)) {
			return nil
		}
	}
	return errors.New("no signature is that of the secret")
}

// payload is the body of a web hook: type, timestamp and data as Standard
// Webhooks advise.
type payload struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	ID        string                 `json:"id"`
	Agreement string                 `json:"agreement"`
	Handling  observation.Handling   `json:"handling"`
	Simulated bool                   `json:"simulated,omitempty"`
	Level     *escalation.Transition `json:"level,omitempty"`
	Name      agreement.Text         `json:"name,omitempty"`
	Words     agreement.Text         `json:"words,omitempty"`
	Rank      int                    `json:"rank,omitempty"`
	Ranks     int                    `json:"ranks,omitempty"`
	Due       []Pledge               `json:"commitments,omitempty"`
	Areas     []string               `json:"areas,omitempty"`
	Deadline  *Reminder              `json:"deadline,omitempty"`
}

// JSON is the notice as the body of a web hook.
func (n *Notice) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(payload{n.Type(), n.At, data{ID: n.ID, Agreement: n.Agreement, Handling: n.Handling, Simulated: n.Simulated,
		Level: n.Move, Name: n.Name, Words: n.Words, Rank: n.Rank, Ranks: n.Ranks, Due: n.Due, Areas: n.Areas, Deadline: n.Reminder}})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// post makes one attempt by HTTP.
func (c *Carrier) post(ctx context.Context, h *Hook, id, mediaType string, body []byte) error {
	secret, err := c.Contacts.secret(h.SecretFile)
	if err != nil {
		return err
	}
	now := c.Now()
	signature, err := Sign(secret, id, now, body)
	if err != nil {
		return fmt.Errorf("%s: %w", h.SecretFile, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", mediaType)
	req.Header.Set("User-Agent", "truce")
	req.Header.Set(HeaderID, id)
	req.Header.Set(HeaderTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(HeaderSignature, signature)
	client := c.HTTP
	if client == nil {
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	resp, err := client.Do(req)
	if err != nil {
		if failed := new(url.Error); errors.As(err, &failed) {
			err = failed.Err // the whole address may hold what is not for the record
		}
		return fmt.Errorf("%s: %w", req.URL.Host, err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s answers %s", req.URL.Host, resp.Status)
	}
	return nil
}
