package eval

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html
var pageText string

// Page is what the page of scores says beside them.
type Page struct {
	Title string // of what was scored
	Style string // style sheet; see report.Style
}

// WritePage writes the scores as one self-contained page of HTML: no script, nothing
// fetched, set for A4 print. Every picture has its figures in a table.
func WritePage(w io.Writer, s *Scores, p Page) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"three":       func(x float64) string { return fmt.Sprintf("%.3f", x) },
		"percent":     func(of, x float64) string { return share100("%.1f %%", of, x) },
		"signed":      func(of, x float64) string { return share100("%+.1f %%", of, x) },
		"tenth":       func(x float64) string { return fmt.Sprintf("%.1f", x) },
		"span":        span,
		"reliability": reliability,
		"daily":       daily,
		"waiting":     waiting,
	}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("the page's template: %w", err)
	}
	err = t.Execute(w, struct {
		*Scores
		Page
		Sheet        template.CSS
		Calibrations []calibrated
	}{s, p, template.CSS(p.Style), []calibrated{
		{"happened", "“it happened”", s.Happened},
		{"inside", "“it lies inside the zone”", s.Inside},
		{"doubt", "“it lies inside the zone”, where in doubt", s.InsideDoubt},
		{"attribution", "“the party did it”", s.Attribution},
	}})
	if err != nil {
		return fmt.Errorf("writing the page of scores: %w", err)
	}
	return nil
}

// share100 is a share in per cent; of nothing there is none.
func share100(format string, of, x float64) string {
	if of == 0 {
		return "–"
	}
	return strings.Replace(fmt.Sprintf(format, 100*x), "-", "−", 1)
}

// calibrated is a calibration with its name.
type calibrated struct {
	ID, Of string
	Calibration
}

// span says minutes in the unit that fits.
func span(minutes float64) string {
	switch {
	case minutes >= 48*60 || minutes <= -48*60:
		return fmt.Sprintf("%.1f days", minutes/1440)
	case minutes >= 120 || minutes <= -120:
		return fmt.Sprintf("%.1f h", minutes/60)
	}
	return fmt.Sprintf("%.0f min", minutes)
}
