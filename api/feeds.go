package api

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/alert"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
)

// Atom (RFC 4287), RSS 2.0 and CAP 1.2. The two feeds are a few elements that
// encoding/xml writes; a library would be longer to describe than they are.

// feedDays is how many days of reports a feed lists, and alertDays for how long a
// breach is an alert.
const (
	feedDays  = 30
	alertDays = 7
	mostAlert = 100
)

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated string     `xml:"updated"`
	Links   []atomLink `xml:"link"`
	Summary string     `xml:"summary"`
}

type rssFeed struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	PubDate     string    `xml:"pubDate"`
	Items       []rssItem `xml:"item"`
}

type rssItem struct {
	Title       string  `xml:"title"`
	Link        string  `xml:"link"`
	Description string  `xml:"description"`
	PubDate     string  `xml:"pubDate"`
	GUID        rssGUID `xml:"guid"`
}

type rssGUID struct {
	PermaLink bool   `xml:"isPermaLink,attr"`
	ID        string `xml:",chardata"`
}

func asXML(kind string, v any) (*writing, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return &writing{kind: kind + "; charset=utf-8", write: func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }}, nil
}

func (s *Server) feeds(api huma.API) {
	feed := func(path, id, kind, summary string, do func(context.Context, *Origin) (*writing, error)) {
		content(s, api, operation(http.MethodGet, path, id, access.ReadPublished, summary), []string{kind}, func(ctx context.Context, in *struct{ Origin }) (*writing, error) {
			return do(ctx, &in.Origin)
		})
	}
	feed("/feeds/reports.atom", "feed-reports-atom", "application/atom+xml", "The reports of the last days, as Atom", s.reportsAtom)
	feed("/feeds/reports.rss", "feed-reports-rss", "application/rss+xml", "The reports of the last days, as RSS", s.reportsRSS)
	feed("/feeds/alerts.atom", "feed-alerts-atom", "application/atom+xml", "Grave breaches of the last days, each with its message in the Common Alerting Protocol", s.alertsAtom)
	feed("/feeds/alerts.cap", "feed-alerts-cap", alert.MediaType, "The newest of them, in the Common Alerting Protocol 1.2", func(ctx context.Context, in *Origin) (*writing, error) {
		list, err := s.alerts(ctx)
		if err != nil || len(list) == 0 {
			return nil, orNone(err)
		}
		return s.message(ctx, in, &list[0])
	})
	content(s, api, operation(http.MethodGet, "/feeds/alerts/{file}", "feed-alert", access.ReadPublished, "One of them"), []string{alert.MediaType}, func(ctx context.Context, in *struct {
		Origin
		File string `path:"file" pattern:"^I-[a-z0-9-]{1,60}\\.cap$" example:"I-4tq7m2xk.cap"`
	}) (*writing, error) {
		list, err := s.alerts(ctx)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(list, func(x app.Summary) bool { return x.ID+".cap" == in.File })
		if i < 0 {
			return nil, app.ErrUnknown
		}
		return s.message(ctx, &in.Origin, &list[i])
	})
}

func orNone(err error) error {
	if err == nil {
		err = huma.Error404NotFound("there is no alert")
	}
	return err
}

// item is an entry of a feed of reports.
type item struct {
	id, title, words, page, document string
	at                               time.Time // from when it can be read
}

// reportItems lists the last reports, the newest first.
func (s *Server) reportItems(ctx context.Context, in *Origin) ([]item, error) {
	days, err := remembered(s, "last days", s.policyFor(ctx), func() ([]Day, error) { return s.dayList(ctx, feedDays) })
	if err != nil {
		return nil, err
	}
	terms := s.app.Agreement()
	policy := s.policyFor(ctx)
	simulated, err := s.simulated(ctx)
	if err != nil {
		return nil, err
	}
	var out []item
	for _, d := range days {
		_, to, err := report.Period(d.Date, terms.Report.Cutoff, terms.Location())
		if err != nil {
			return nil, err
		}
		x := item{id: s.tag("report/" + d.Date), title: terms.Title.In("en") + ": " + d.Date, at: to.Add(policy.Delay.Duration),
			words: fmt.Sprintf("Incidents: %d; of these broke a term: %d.", d.Incidents, d.Breaches),
			page:  in.base + "/day/" + d.Date, document: in.base + "/api/v1/days/" + d.Date + "?format=html"}
		if simulated {
			x.words = "SIMULATED: nothing of this happened. " + x.words
		}
		out = append(out, x)
	}
	return out, nil
}

// tag makes an identifier that does not depend on the server's address (RFC 4151).
func (s *Server) tag(what string) string {
	return "tag:truce-monitor.example,2026:" + s.app.Agreement().ID + "/" + what
}

func (s *Server) reportsAtom(ctx context.Context, in *Origin) (*writing, error) {
	items, err := s.reportItems(ctx, in)
	if err != nil {
		return nil, err
	}
	title := s.app.Agreement().Title.In("en")
	f := atomFeed{ID: s.tag("reports"), Title: title + ": reports", Author: title, Updated: s.now().Format(time.RFC3339),
		Links: []atomLink{{"self", "application/atom+xml", in.base + "/feeds/reports.atom"}, {"alternate", "text/html", in.base + "/"}}}
	for i, x := range items {
		if i == 0 {
			f.Updated = x.at.Format(time.RFC3339)
		}
		f.Entries = append(f.Entries, atomEntry{ID: x.id, Title: x.title, Updated: x.at.Format(time.RFC3339), Summary: x.words,
			Links: []atomLink{{"alternate", "text/html", x.page}, {"related", "text/html", x.document}}})
	}
	return asXML("application/atom+xml", f)
}

func (s *Server) reportsRSS(ctx context.Context, in *Origin) (*writing, error) {
	items, err := s.reportItems(ctx, in)
	if err != nil {
		return nil, err
	}
	title := s.app.Agreement().Title.In("en")
	f := rssFeed{Version: "2.0", Channel: rssChannel{Title: title + ": reports", Link: in.base + "/", Description: "The reports of the last days", PubDate: s.now().Format(time.RFC1123Z)}}
	for i, x := range items {
		if i == 0 {
			f.Channel.PubDate = x.at.Format(time.RFC1123Z)
		}
		f.Channel.Items = append(f.Channel.Items, rssItem{Title: x.title, Link: x.page, Description: x.words, PubDate: x.at.Format(time.RFC1123Z), GUID: rssGUID{false, x.id}})
	}
	return asXML("application/rss+xml", f)
}

// alerts lists breaches of the upper half of the severity scale of the last days
// of the data, the newest first.
func (s *Server) alerts(ctx context.Context) ([]app.Summary, error) {
	totals, err := s.totals(ctx)
	if err != nil || totals.Last.IsZero() {
		return nil, err
	}
	last := s.latest(ctx, totals.Last)
	steps := s.app.Agreement().SeverityScale()
	var out []app.Summary
	for _, step := range steps[len(steps)/2:] {
		list, _, err := s.list(ctx, app.Filter{Since: last.AddDate(0, 0, -alertDays), Severity: step.ID, Result: string(finding.Breach), Limit: mostAlert})
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	out = slices.DeleteFunc(out, func(x app.Summary) bool { return x.Result != finding.Breach })
	slices.SortStableFunc(out, func(a, b app.Summary) int { return b.From.Compare(a.From) })
	return out[:min(len(out), mostAlert)], nil
}

func (s *Server) alertsAtom(ctx context.Context, in *Origin) (*writing, error) {
	list, err := s.alerts(ctx)
	if err != nil {
		return nil, err
	}
	title := s.app.Agreement().Title.In("en")
	f := atomFeed{ID: s.tag("alerts"), Title: title + ": alerts", Author: title, Updated: s.now().Format(time.RFC3339),
		Links: []atomLink{{"self", "application/atom+xml", in.base + "/feeds/alerts.atom"}}}
	for i := range list {
		x := &list[i]
		if i == 0 {
			f.Updated = x.From.Format(time.RFC3339)
		}
		f.Entries = append(f.Entries, atomEntry{ID: s.tag("alert/" + x.ID), Title: s.headline(x), Updated: x.From.Format(time.RFC3339), Summary: s.told(x),
			Links: []atomLink{{"alternate", alert.MediaType, in.base + "/feeds/alerts/" + x.ID + ".cap"}}})
	}
	return asXML("application/atom+xml", f)
}

func (s *Server) headline(x *app.Summary) string {
	return fmt.Sprintf("%s: %s, breach of %s", x.Severity, x.Activity, x.Provision)
}

func (s *Server) told(x *app.Summary) string {
	text := fmt.Sprintf("%s at %s, with probability %.2f, by %d independent sources.", x.Activity, x.From.Format("2006-01-02 15:04 UTC"), x.Probability, x.Sources)
	if p := s.app.Agreement().Provision(x.Provision); p != nil {
		text += " Provision " + p.ID + ": “" + p.Words.In("en") + "”"
	}
	return text
}

// message is an alert in the Common Alerting Protocol.
func (s *Server) message(ctx context.Context, in *Origin, x *app.Summary) (*writing, error) {
	terms := s.app.Agreement()
	policy := s.policyFor(ctx)
	a := &alert.Alert{Identifier: terms.ID + "-" + x.ID, Sender: "truce-" + terms.ID, Sent: alert.Time(x.To.Add(policy.Delay.Duration)), Status: "Actual", MsgType: "Alert", Scope: "Public",
		Code: []string{"truce"}}
	if policy.Audience != publish.Public {
		a.Scope, a.Restriction = "Restricted", policy.Handling+", for the "+policy.Audience
	}
	simulated, err := s.simulated(ctx)
	if err != nil {
		return nil, err
	}
	if simulated {
		a.Status, a.Note = "Exercise", "SIMULATED: nothing of this happened."
	}
	info := alert.Info{Language: "en", Category: []string{"Security"}, Event: "ceasefire breach", Urgency: "Past", Severity: severityOf(terms, x.Severity), Certainty: certaintyOf(x.Probability),
		Onset: alert.At(x.From), SenderName: terms.Title.In("en"), Headline: s.headline(x), Description: s.told(x), Web: in.base + "/?incident=" + x.ID,
		Parameters: []alert.Parameter{{Name: "incident", Value: x.ID}, {Name: "provision", Value: x.Provision}, {Name: "severity", Value: x.Severity}}}
	if x.Lat != nil {
		info.Areas = []alert.Area{{Words: strings.Join(append([]string{"within " + number(&x.RadiusM) + " m"}, x.Zones...), ", "), Circle: []string{alert.Circle(*x.Lat, *x.Lon, x.RadiusM)}}}
	}
	a.Info = []alert.Info{info}
	var b bytes.Buffer
	if err := a.Write(&b); err != nil {
		return nil, err
	}
	return &writing{kind: alert.MediaType, write: func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }}, nil
}

// severityOf says a step of the agreement's scale in the protocol's words, from
// the gravest down.
func severityOf(terms *agreement.Agreement, step string) string {
	steps := terms.SeverityScale()
	words := []string{"Extreme", "Severe", "Moderate", "Minor"}
	for i := range steps {
		if steps[len(steps)-1-i].ID == step {
			return words[min(i, len(words)-1)]
		}
	}
	return "Unknown"
}

func certaintyOf(probability float64) string {
	switch {
	case probability >= 0.95:
		return "Observed"
	case probability >= 0.5:
		return "Likely"
	}
	return "Possible"
}
