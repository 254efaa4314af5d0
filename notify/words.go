package notify

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/alert"
	"github.com/truce-monitor/truce/escalation"
)

// Languages lists those in which notices are written.
func Languages() []string { return []string{"en", "fr", "uk"} }

// phrase is a sentence in these languages; in braces stand values.
type phrase [3]string

var phrases = map[string]phrase{
	"reached":      {"Level {name} is reached", "Le niveau {name} est atteint", "Досягнуто рівня «{name}»"},
	"left":         {"Level {name} is left", "Le niveau {name} est quitté", "Рівень «{name}» завершено"},
	"response-due": {"Response to level {name} is due", "La réponse au niveau {name} est due", "Настав строк відповіді на рівень «{name}»"},
	"near":         {"A deadline is near: {what}", "Une échéance approche : {what}", "Наближається строк: {what}"},
	"late":         {"A deadline has passed: {what}", "Une échéance est passée : {what}", "Строк минув: {what}"},

	"simulated":   {"SIMULATED: nothing of this happened.", "SIMULÉ : rien de ceci n'a eu lieu.", "СИМУЛЯЦІЯ: нічого з цього не було."},
	"agreement":   {"Agreement: {title} ({id}).", "Accord : {title} ({id}).", "Угода: {title} ({id})."},
	"level":       {"Level {rank} of {ranks}, {id}: {words}", "Niveau {rank} sur {ranks}, {id} : {words}", "Рівень {rank} з {ranks}, {id}: {words}"},
	"at":          {"When: {at}.", "Quand : {at}.", "Коли: {at}."},
	"t0":          {"The breaches began (T0): {at}.", "Début des violations (T0) : {at}.", "Початок порушень (T0): {at}."},
	"between":     {"between {from} and {to}", "entre {from} et {to}", "між {from} і {to}"},
	"by-count":    {"By count: {n} breaches in the window.", "Par le nombre : {n} violations dans la fenêtre.", "За кількістю: порушень у проміжку: {n}."},
	"by-rise":     {"By rise: {n} breaches in {span} h, {m} in the {base} h before.", "Par la hausse : {n} violations en {span} h, {m} dans les {base} h précédentes.", "За зростанням: порушень за {span} год: {n}, за попередні {base} год: {m}."},
	"by-time":     {"By the time since the first breach; breaches since: {n}.", "Par le temps écoulé depuis la première violation ; violations depuis : {n}.", "За часом від першого порушення; порушень відтоді: {n}."},
	"by-above":    {"Since level {level}, which is above it, is reached.", "Puisque le niveau {level}, supérieur, est atteint.", "Оскільки досягнуто вищого рівня {level}."},
	"evidence":    {"Evidence: {ids}.", "Preuves : {ids}.", "Докази: {ids}."},
	"evidence-no": {"The evidence may not be named to you (yet).", "Les preuves ne peuvent pas (encore) vous être citées.", "Докази вам (поки) назвати не можна."},
	"areas":       {"Where: {areas}.", "Où : {areas}.", "Де: {areas}."},
	"response":    {"A response is due by {at}.", "Une réponse est due avant {at}.", "Відповідь належить дати до {at}."},
	"due":         {"Falls due: {id} ({by}): {words}", "Devient exigible : {id} ({by}) : {words}", "Настає зобов'язання: {id} ({by}): {words}"},
	"deadline":    {"{what} ({of}): due {at}.", "{what} ({of}) : dû {at}.", "{what} ({of}): строк {at}."},
	"handling":    {"Handling: {handling}.", "Diffusion : {handling}.", "Поводження: {handling}."},
	"notice":      {"Notice {id}.", "Avis {id}.", "Повідомлення {id}."},
}

// say writes a phrase with its values, given as names and values in turn.
func say(lang, key string, values ...string) string {
	i := 0
	for k, l := range Languages() {
		if l == lang {
			i = k
		}
	}
	var pairs []string
	for k := 0; k+1 < len(values); k += 2 {
		pairs = append(pairs, "{"+values[k]+"}", values[k+1])
	}
	return strings.NewReplacer(pairs...).Replace(phrases[key][i])
}

// Text is the notice in words, with times in UTC and in the agreement's zone.
func (n *Notice) Text(lang string) (subject, text string) {
	var lines []string
	add := func(key string, values ...string) { lines = append(lines, say(lang, key, values...)) }
	if n.Simulated {
		add("simulated")
	}
	add("agreement", "title", n.Title.In(lang), "id", n.Agreement)
	if r := n.Reminder; r != nil {
		key := "near"
		if r.Late {
			key = "late"
		}
		subject = say(lang, key, "what", r.What.In(lang))
		add("deadline", "what", r.What.In(lang), "of", r.Of, "at", n.instant(r.Due))
	} else {
		subject = say(lang, n.Move.Is, "name", n.name(lang))
		n.move(lang, add)
	}
	add("handling", "handling", string(n.Handling))
	add("notice", "id", n.ID)
	if n.Simulated {
		subject = say(lang, "simulated") + " " + subject
	}
	return subject, strings.Join(lines, "\n") + "\n"
}

func (n *Notice) name(lang string) string {
	if name := n.Name.In(lang); name != "" {
		return name
	}
	return n.Move.Level
}

func (n *Notice) move(lang string, add func(string, ...string)) {
	m := n.Move
	add("level", "rank", strconv.Itoa(n.Rank), "ranks", strconv.Itoa(n.Ranks), "id", m.Level, "words", n.Words.In(lang))
	add("at", "at", n.interval(lang, m.At))
	if !m.T0.IsZero() {
		add("t0", "at", n.interval(lang, m.T0))
	}
	switch r := m.Rise; {
	case m.By == escalation.ByCount:
		add("by-count", "n", strconv.Itoa(n.counted()))
	case m.By == escalation.ByRise && r != nil:
		add("by-rise", "n", strconv.Itoa(r.Now), "span", number(r.Span), "m", strconv.Itoa(r.Before), "base", number(r.Baseline))
	case m.By == escalation.ByTime:
		add("by-time", "n", strconv.Itoa(n.counted()))
	case m.By == escalation.ByAbove:
		add("by-above", "level", m.Above)
	}
	switch {
	case len(m.Evidence) > 0:
		add("evidence", "ids", strings.Join(m.Evidence, ", "))
	case m.Counted > 0:
		add("evidence-no")
	}
	if len(n.Areas) > 0 {
		add("areas", "areas", strings.Join(n.Areas, ", "))
	}
	if m.Response != nil {
		add("response", "at", n.instant(m.Response.Earliest))
	}
	for _, p := range n.Due {
		add("due", "id", p.ID, "by", strings.Join(p.By, ", "), "words", p.Words.In(lang))
	}
}

// counted is how many breaches the move rests on, those too that may not be named.
func (n *Notice) counted() int { return max(n.Move.Counted, len(n.Move.Evidence)) }

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func (n *Notice) instant(t time.Time) string {
	text := t.UTC().Format("2006-01-02 15:04 UTC")
	if n.Location != nil && n.Location != time.UTC {
		text += t.In(n.Location).Format(" (15:04 MST)")
	}
	return text
}

func (n *Notice) interval(lang string, i escalation.Interval) string {
	from, to := n.instant(i.Earliest), n.instant(i.Latest)
	if from == to {
		return to
	}
	return say(lang, "between", "from", from, "to", to)
}

// Alert is the notice as a CAP message.
func (n *Notice) Alert(sender, lang string) *alert.Alert {
	subject, text := n.Text(lang)
	a := &alert.Alert{Identifier: n.ID, Sender: sender, Sent: alert.Time(n.At), Status: "Actual", MsgType: "Alert", Scope: "Public", Code: []string{"truce"}}
	if n.Simulated {
		a.Status = "Exercise"
	}
	if n.Audience != "public" {
		a.Scope, a.Restriction = "Restricted", string(n.Handling)
	}
	x := alert.Info{Language: lang, Category: []string{"Security"}, Event: subject, Urgency: "Immediate", Severity: "Unknown", Certainty: "Likely",
		Headline: subject, Description: text, SenderName: n.Title.In(lang), Parameters: []alert.Parameter{{Name: "handling", Value: string(n.Handling)}}}
	if m := n.Move; m != nil {
		x.Severity = severities[min(len(severities)-1, max(0, n.Ranks-n.Rank))]
		x.Onset = alert.At(m.At.Earliest)
		x.Parameters = append(x.Parameters, alert.Parameter{Name: "level", Value: m.Level}, alert.Parameter{Name: "is", Value: m.Is})
		if m.Is == escalation.Left {
			x.Urgency, x.Severity = "Past", "Minor"
		}
		if n.After != nil {
			before := alert.Alert{Sender: sender, Identifier: n.After.ID, Sent: alert.Time(n.After.At)}
			a.MsgType, a.References = "Update", before.Reference()
		}
	} else {
		x.Severity, x.Urgency = "Minor", "Expected"
	}
	for _, area := range n.Areas {
		x.Areas = append(x.Areas, alert.Area{Words: area})
	}
	a.Info = []alert.Info{x}
	return a
}

// severities are CAP's for the highest level and those below it.
var severities = []string{"Extreme", "Severe", "Moderate", "Minor"}

func (n *Notice) cap(sender, lang string) ([]byte, error) {
	var b bytes.Buffer
	err := n.Alert(sender, lang).Write(&b)
	return b.Bytes(), err
}
