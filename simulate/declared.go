package simulate

import "io"

// declared is one declaration of the demonstration, with the names of the feed.
type declared struct {
	Source  string  `json:"source"`
	Ref     string  `json:"ref"`
	Kind    string  `json:"kind"`
	From    string  `json:"from"`
	Party   string  `json:"party"`
	Host    string  `json:"host,omitempty"`
	Force   string  `json:"force,omitempty"`
	Agrees  string  `json:"agrees,omitempty"`
	Name    string  `json:"name,omitempty"`
	Lat     float64 `json:"lat,omitempty"`
	Lon     float64 `json:"lon,omitempty"`
	RadiusM float64 `json:"radius_m,omitempty"`
	Count   int     `json:"count,omitempty"`
	Text    string  `json:"text"`
}

// WriteDeclarations writes as JSON Lines what the demonstration's states declare of
// their forces: a host agrees to its guests, bases and units stand far behind the
// line, and one unit comes too close for two days.
func (s *Scenario) WriteDeclarations(w io.Writer) error {
	const made = "Simulated: nobody declared this."
	const force = "multinational-force"
	return writeLines(w, "declarations", []declared{
		{Source: "ukraine", Ref: "consent", Kind: "host", From: "2026-03-02", Party: "ukraine", Host: "force", Agrees: "yes", Text: made},
		{Source: "france", Ref: "base-west", Kind: "base", From: "2026-03-03", Party: "france", Host: "ukraine", Force: force, Name: "Base West", Lat: 49.95, Lon: 24.35, RadiusM: 1500, Text: made},
		{Source: "uk", Ref: "base-centre", Kind: "base", From: "2026-03-03", Party: "uk", Host: "ukraine", Force: force, Name: "Base Centre", Lat: 50.15, Lon: 28.85, RadiusM: 1500, Text: made},
		{Source: "force", Ref: "engineers", Kind: "unit", From: "2026-03-03", Party: "force", Host: "ukraine", Force: force, Name: "Engineers", Lat: 48.55, Lon: 32.35, RadiusM: 1000, Count: 350, Text: made},
		{Source: "force", Ref: "engineers", Kind: "unit", From: "2026-03-05T06:00:00+02:00", Party: "force", Host: "ukraine", Force: force, Name: "Engineers", Lat: 48.35, Lon: 36.2, RadiusM: 1000, Count: 350, Text: made},
		{Source: "force", Ref: "engineers", Kind: "unit", From: "2026-03-07T18:00:00+02:00", Party: "force", Host: "ukraine", Force: force, Name: "Engineers", Lat: 48.55, Lon: 32.35, RadiusM: 1000, Count: 350, Text: made},
		{Source: "germany", Ref: "logistics", Kind: "unit", From: "2026-03-04", Party: "germany", Host: "a neighbour", Force: force, Name: "Logistics", Lat: 50.1, Lon: 22.05, RadiusM: 2000, Count: 200, Text: made},
	})
}
