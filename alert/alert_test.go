package alert_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/alert"
)

func sample() *alert.Alert {
	at := time.Date(2026, 3, 9, 7, 30, 15, 0, time.UTC)
	return &alert.Alert{Identifier: "N-1", Sender: "truce@mission", Sent: alert.Time(at), Status: "Actual", MsgType: "Update", Scope: "Restricted",
		Restriction: "TLP:AMBER", References: "truce@mission,N-0,2026-03-08T07:30:15-00:00",
		Info: []alert.Info{{Language: "uk", Category: []string{"Security"}, Event: "рівень", Urgency: "Immediate", Severity: "Severe", Certainty: "Observed",
			Onset: alert.At(at), Expires: alert.At(time.Time{}), Headline: "1 < 2 & more", Parameters: []alert.Parameter{{Name: "level", Value: "warning"}},
			Areas: []alert.Area{{Words: "Donetsk", Circle: []string{alert.Circle(48.1, 37.5, 1500)}}}}}}
}

func TestAMessageIsWrittenAndReadAgain(t *testing.T) {
	var b bytes.Buffer
	if err := sample().Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">`, "<sent>2026-03-09T07:30:15-00:00</sent>", "<circle>48.10000,37.50000 1.500</circle>", "1 &lt; 2 &amp; more"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is missing in\n%s", want, &b)
		}
	}
	if strings.Contains(b.String(), "expires") {
		t.Error("it expires at no time, and says so")
	}
	var again alert.Alert
	if err := xml.Unmarshal(b.Bytes(), &again); err != nil {
		t.Fatal(err)
	}
	again.XMLName = xml.Name{}
	if diff := cmp.Diff(sample(), &again, cmp.Comparer(func(a, b alert.Time) bool { return time.Time(a).Equal(time.Time(b)) })); diff != "" {
		t.Error(diff)
	}
}

func TestWhatTheProtocolForbids(t *testing.T) {
	for name, spoil := range map[string]func(*alert.Alert){
		"identifier":     func(a *alert.Alert) { a.Identifier = "a b" },
		"sender":         func(a *alert.Alert) { a.Sender = "a,b" },
		"at no time":     func(a *alert.Alert) { a.Sent = alert.Time{} },
		"status":         func(a *alert.Alert) { a.Status = "actual" },
		"restricted":     func(a *alert.Alert) { a.Restriction = "" },
		"private":        func(a *alert.Alert) { a.Scope = "Private" },
		"of which":       func(a *alert.Alert) { a.References = "" },
		"category":       func(a *alert.Alert) { a.Info[0].Category = nil },
		"urgency":        func(a *alert.Alert) { a.Info[0].Urgency = "" },
		"description":    func(a *alert.Alert) { a.Info[0].Areas[0].Words = "" },
		"the certainty ": func(a *alert.Alert) { a.Info[0].Certainty = "sure" },
	} {
		a := sample()
		spoil(a)
		if err := a.Write(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
