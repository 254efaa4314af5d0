package report

import (
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"github.com/truce-monitor/truce/agreement"
)

//go:embed catalog/*.json catalog/reasons/*.json
var catalogs embed.FS

// Languages returns the languages in which a report can be written.
func Languages() []string { return []string{"en", "fr", "uk"} }

// entry is a text of a catalogue: a template, templates by plural form of
// the argument named by, or of reasons templates of which the first is meant that
// has all its values.
type entry struct {
	by     string
	text   string // the only form, or "other"
	forms  map[string]string
	either []string
}

func (e *entry) UnmarshalJSON(data []byte) error {
	switch {
	case len(data) > 0 && data[0] == '"':
		return json.Unmarshal(data, &e.text)
	case len(data) > 0 && data[0] == '[':
		return json.Unmarshal(data, &e.either)
	}
	if err := json.Unmarshal(data, &e.forms); err != nil {
		return err
	}
	e.by, e.text = e.forms["by"], e.forms["other"]
	delete(e.forms, "by")
	if e.by == "" {
		e.by = "n"
	}
	return nil
}

// locale writes numbers, dates and sentences of one language.
type locale struct {
	tag     language.Tag
	lang    string
	entries map[string]entry
	printer *message.Printer
	loc     *time.Location
	names   *names
}

func newLocale(lang string, loc *time.Location, n *names) (*locale, error) {
	if lang == "" {
		lang = "en"
	}
	if !slices.Contains(Languages(), lang) {
		return nil, fmt.Errorf("report: no message catalogue for language %q; there are %s", lang, strings.Join(Languages(), ", "))
	}
	l := &locale{tag: language.MustParse(lang), lang: lang, loc: loc, names: n}
	var err error
	if l.entries, err = catalogue(lang); err != nil {
		return nil, err
	}
	l.printer = message.NewPrinter(l.tag)
	return l, nil
}

// catalogue reads the texts of a name in the folder of catalogues.
func catalogue(name string) (map[string]entry, error) {
	data, err := catalogs.ReadFile("catalog/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var entries map[string]entry
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, fmt.Errorf("report: catalogue %s: %w", name, err)
	}
	return entries, nil
}

// t writes the text of a key with its arguments: name, value, name, value ...
// An integer argument is written as the language writes numbers and picks the
// plural form. A key that is missing shows as itself, which a test excludes.
func (l *locale) t(key string, args ...any) string {
	e, ok := l.entries[key]
	if !ok {
		return "⟨" + key + "⟩"
	}
	text := e.text
	if e.forms != nil {
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == e.by {
				if n, ok := args[i+1].(int); ok {
					if form := e.forms[l.form(n)]; form != "" {
						text = form
					}
				}
			}
		}
	}
	if len(args) == 0 {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+args[i].(string)+"}")
		switch v := args[i+1].(type) {
		case int:
			pairs = append(pairs, l.int(v))
		case string:
			pairs = append(pairs, v)
		default:
			pairs = append(pairs, fmt.Sprint(v))
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// word is t for a word of a taxonomy; what the catalogue does not know is
// shown as it is.
func (l *locale) word(kind, id string) string {
	if id == "" {
		return ""
	}
	if e, ok := l.entries[kind+"."+id]; ok {
		return e.text
	}
	return id
}

// form is the CLDR plural form of a whole number.
func (l *locale) form(n int) string {
	if n < 0 {
		n = -n
	}
	switch plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

func (l *locale) int(n int) string {
	if n >= 0 && n < 1000 {
		return fmt.Sprint(n)
	}
	return l.printer.Sprint(number.Decimal(n))
}

// num writes a number with exactly so many decimals.
func (l *locale) num(x float64, digits int) string {
	if digits == 0 {
		return l.int(int(math.Round(x)))
	}
	return l.printer.Sprint(number.Decimal(x, number.Scale(digits)))
}

// percent writes a share as whole percent; what is not quite none or all never
// shows as 0 or 100.
func (l *locale) percent(x float64) string {
	p := math.Round(x * 100)
	switch {
	case x > 0 && p == 0:
		return "<" + l.t("percent", "n", "1")
	case x < 1 && p == 100:
		return ">" + l.t("percent", "n", "99")
	}
	return l.t("percent", "n", fmt.Sprint(p))
}

// km writes metres as kilometres, finer where they are few.
func (l *locale) km(m float64) string {
	switch {
	case m < 950:
		return l.t("unit.m", "n", l.num(math.Round(m/10)*10, 0))
	case m < 9950:
		return l.t("unit.km", "n", l.num(m/1000, 1))
	}
	return l.t("unit.km", "n", l.num(m/1000, 0))
}

// text picks a text of the agreement.
func (l *locale) text(t agreement.Text) string { return l.names.pick(t, l.lang) }

func (l *locale) party(id string) string { return l.names.of(l.names.parties, id, l.lang) }
func (l *locale) zone(id string) string  { return l.names.of(l.names.zones, id, l.lang) }
func (l *locale) line(id string) string  { return l.names.of(l.names.lines, id, l.lang) }

func (l *locale) area(id string) string {
	if id == "" {
		return l.t("not-stated")
	}
	return l.names.of(l.names.areas, id, l.lang)
}

// date writes a local date, "2006-01-02", in words.
func (l *locale) date(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return l.longDate(d)
}

func (l *locale) longDate(t time.Time) string {
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = l.t("date.first")
	}
	return l.t("date.long", "day", day, "month", l.t(fmt.Sprintf("month.%d", int(t.Month()))), "year", fmt.Sprint(t.Year()))
}

// dayMonth writes a short local date: 20-Apr.
func (l *locale) dayMonth(t time.Time) string {
	return l.t("date.short", "day", fmt.Sprintf("%02d", t.Day()), "month", l.t(fmt.Sprintf("month.short.%d", int(t.Month()))))
}

// zoneName is how the time zone is called at an instant.
func (l *locale) zoneName(t time.Time) string {
	name, offset := t.In(l.loc).Zone()
	if name == "" || name[0] == '+' || name[0] == '-' {
		sign := '+'
		if offset < 0 {
			sign, offset = '-', -offset
		}
		return fmt.Sprintf("UTC%c%02d:%02d", sign, offset/3600, offset/60%60)
	}
	return name
}

// instant writes a moment in both times: 20 April 2025, 19:30 EEST (16:30 UTC).
func (l *locale) instant(t time.Time) string {
	local := t.In(l.loc)
	utc := t.UTC().Format("15:04")
	if local.YearDay() != t.UTC().YearDay() {
		utc = l.dayMonth(t.UTC()) + " " + utc
	}
	return l.t("instant", "date", l.longDate(local), "time", local.Format("15:04"), "zone", l.zoneName(t), "utc", utc)
}

// span writes an interval in local time and, second, in UTC.
func (l *locale) span(from, to time.Time) (local, utc string) {
	one := func(at time.Time, end time.Time) string {
		s := l.dayMonth(at) + ", " + at.Format("15:04")
		switch {
		case end.Sub(at) < time.Minute:
			return s
		case at.YearDay() == end.YearDay() && at.Year() == end.Year():
			return s + "–" + end.Format("15:04")
		}
		return s + " – " + l.dayMonth(end) + ", " + end.Format("15:04")
	}
	u := one(from.UTC(), to.UTC())
	if from.In(l.loc).YearDay() == from.UTC().YearDay() && to.Sub(from) < 24*time.Hour {
		u = strings.TrimPrefix(u, l.dayMonth(from.UTC())+", ")
	}
	return one(from.In(l.loc), to.In(l.loc)) + " " + l.zoneName(from), u + " UTC"
}

// compass writes a direction in degrees as one of 16 points.
func (l *locale) compass(deg float64) string {
	i := int(math.Round(math.Mod(deg+360, 360)/22.5)) % 16
	return l.t(fmt.Sprintf("compass.%d", i))
}

// latlon writes a position in degrees, as finely as its radius allows.
func (l *locale) latlon(lat, lon, radius float64) string {
	digits := 4
	switch {
	case radius >= 5000:
		digits = 2
	case radius >= 200:
		digits = 3
	}
	ns, ew := "N", "E"
	if lat < 0 {
		ns, lat = "S", -lat
	}
	if lon < 0 {
		ew, lon = "W", -lon
	}
	return fmt.Sprintf("%.*f° %s, %.*f° %s", digits, lat, ns, digits, lon, ew)
}

// list joins words as the language does.
func (l *locale) list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return l.t("list.and", "head", strings.Join(words[:len(words)-1], ", "), "last", words[len(words)-1])
}

// duration writes hours and minutes.
func (l *locale) duration(d time.Duration) string {
	d = d.Round(time.Minute)
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h >= 48:
		return l.t("unit.days", "n", l.num(d.Hours()/24, 1))
	case h == 0:
		return l.t("unit.min", "n", fmt.Sprint(m))
	case m == 0:
		return l.t("unit.h", "n", l.int(h))
	}
	return l.t("unit.h-min", "h", l.int(h), "m", fmt.Sprint(m))
}

// term names a term of a condition; moment writes an instant of it.
func (l *locale) term(s string, moment func(time.Time) string) string {
	e, err := agreement.Condition(s).Parse(l.loc)
	if err != nil || e == nil {
		return s
	}
	x := e.Of
	switch e.Op {
	case "approved", "attacked":
		x = l.party(e.Of)
	case "date":
		x = moment(e.At.Time)
	case "status":
		x = l.word("status", e.Of)
	}
	return l.t("term."+e.Op, "x", x)
}
