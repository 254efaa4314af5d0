// Package alert knows the Common Alerting Protocol, version 1.2 (OASIS, 1 July
// 2010, http://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2.html): the form in
// which warning systems take a message. Feeds and notices make theirs here.
//
// It must not know what is warned of, nor how a message is carried.
package alert

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MediaType is that of a message as XML.
const MediaType = "application/cap+xml"

// Alert is one message. Its fields stand in the order of the schema.
type Alert struct {
	XMLName     xml.Name `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
	Identifier  string   `xml:"identifier"` // unique for the sender; no spaces, commas, < or &
	Sender      string   `xml:"sender"`     // no spaces, commas, < or &
	Sent        Time     `xml:"sent"`
	Status      string   `xml:"status"`  // Actual, Exercise, System, Test or Draft
	MsgType     string   `xml:"msgType"` // Alert, Update, Cancel, Ack or Error
	Scope       string   `xml:"scope"`   // Public, Restricted or Private
	Restriction string   `xml:"restriction,omitempty"`
	Addresses   string   `xml:"addresses,omitempty"`
	Code        []string `xml:"code,omitempty"`
	Note        string   `xml:"note,omitempty"`
	References  string   `xml:"references,omitempty"` // "sender,identifier,sent" of earlier messages, set apart by spaces
	Incidents   string   `xml:"incidents,omitempty"`
	Info        []Info   `xml:"info,omitempty"`
}

// Info is what is told, in one language.
type Info struct {
	Language    string      `xml:"language,omitempty"` // BCP 47; empty: en-US
	Category    []string    `xml:"category"`           // Security and others
	Event       string      `xml:"event"`
	Response    []string    `xml:"responseType,omitempty"`
	Urgency     string      `xml:"urgency"`   // Immediate, Expected, Future, Past or Unknown
	Severity    string      `xml:"severity"`  // Extreme, Severe, Moderate, Minor or Unknown
	Certainty   string      `xml:"certainty"` // Observed, Likely, Possible, Unlikely or Unknown
	Audience    string      `xml:"audience,omitempty"`
	Effective   *Time       `xml:"effective,omitempty"`
	Onset       *Time       `xml:"onset,omitempty"`
	Expires     *Time       `xml:"expires,omitempty"`
	SenderName  string      `xml:"senderName,omitempty"`
	Headline    string      `xml:"headline,omitempty"`
	Description string      `xml:"description,omitempty"`
	Instruction string      `xml:"instruction,omitempty"`
	Web         string      `xml:"web,omitempty"`
	Contact     string      `xml:"contact,omitempty"`
	Parameters  []Parameter `xml:"parameter,omitempty"`
	Areas       []Area      `xml:"area,omitempty"`
}

// Parameter is a value of a system of one's own.
type Parameter struct {
	Name  string `xml:"valueName"`
	Value string `xml:"value"`
}

// Area is where it is.
type Area struct {
	Words   string   `xml:"areaDesc"`
	Polygon []string `xml:"polygon,omitempty"` // "lat,lon lat,lon ...", closed
	Circle  []string `xml:"circle,omitempty"`  // see Circle
}

// Circle writes a circle about a point, degrees WGS84, with a radius in metres.
func Circle(lat, lon, radiusM float64) string {
	return decimal(lat, 5) + "," + decimal(lon, 5) + " " + decimal(radiusM/1000, 3)
}

func decimal(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }

// Time is an instant as the protocol writes it: to the second, UTC as -00:00.
type Time time.Time

// MarshalText writes it.
func (t Time) MarshalText() ([]byte, error) {
	return []byte(time.Time(t).UTC().Format("2006-01-02T15:04:05") + "-00:00"), nil
}

// UnmarshalText reads an instant with any offset.
func (t *Time) UnmarshalText(text []byte) error {
	at, err := time.Parse("2006-01-02T15:04:05-07:00", string(text))
	*t = Time(at.UTC())
	return err
}

// At is a pointer to a Time for the fields that can be left out; nil for the
// zero instant.
func At(at time.Time) *Time {
	if at.IsZero() {
		return nil
	}
	t := Time(at)
	return &t
}

// Check says what the protocol forbids in a message, nil if nothing.
func (a *Alert) Check() error {
	for _, f := range []struct{ name, value string }{{"identifier", a.Identifier}, {"sender", a.Sender}} {
		if f.value == "" || strings.ContainsAny(f.value, " ,<&\t\n") {
			return fmt.Errorf("CAP: the %s %q is empty or has a space, a comma, < or & in it", f.name, f.value)
		}
	}
	if time.Time(a.Sent).IsZero() {
		return fmt.Errorf("CAP: %s was sent at no time", a.Identifier)
	}
	words := []struct {
		name, value string
		known       []string
	}{
		{"status", a.Status, []string{"Actual", "Exercise", "System", "Test", "Draft"}},
		{"msgType", a.MsgType, []string{"Alert", "Update", "Cancel", "Ack", "Error"}},
		{"scope", a.Scope, []string{"Public", "Restricted", "Private"}},
	}
	for i := range a.Info {
		x := &a.Info[i]
		if len(x.Category) == 0 || x.Event == "" {
			return fmt.Errorf("CAP: %s has an info without category or event", a.Identifier)
		}
		words = append(words, []struct {
			name, value string
			known       []string
		}{
			{"urgency", x.Urgency, []string{"Immediate", "Expected", "Future", "Past", "Unknown"}},
			{"severity", x.Severity, []string{"Extreme", "Severe", "Moderate", "Minor", "Unknown"}},
			{"certainty", x.Certainty, []string{"Observed", "Likely", "Possible", "Unlikely", "Unknown"}},
		}...)
		for _, area := range x.Areas {
			if area.Words == "" {
				return fmt.Errorf("CAP: %s has an area without a description", a.Identifier)
			}
		}
	}
	for _, w := range words {
		if !slices.Contains(w.known, w.value) {
			return fmt.Errorf("CAP: %s has the %s %q; expected one of %s", a.Identifier, w.name, w.value, strings.Join(w.known, ", "))
		}
	}
	switch {
	case a.Scope == "Restricted" && a.Restriction == "":
		return fmt.Errorf("CAP: %s is restricted and does not say how", a.Identifier)
	case a.Scope == "Private" && a.Addresses == "":
		return fmt.Errorf("CAP: %s is private and does not say to whom", a.Identifier)
	case (a.MsgType == "Update" || a.MsgType == "Cancel") && a.References == "":
		return fmt.Errorf("CAP: %s is of type %s and does not say of which message", a.Identifier, a.MsgType)
	}
	return nil
}

// Reference names the message to a later one that updates or cancels it.
func (a *Alert) Reference() string {
	sent, _ := a.Sent.MarshalText()
	return a.Sender + "," + a.Identifier + "," + string(sent)
}

// Write writes the message as XML, or says what the protocol forbids in it.
func (a *Alert) Write(w io.Writer) error {
	if err := a.Check(); err != nil {
		return err
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(a); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
