package picture

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// row is a Summary packed: strings are numbers of words.
type row struct {
	From, To                                              int64  // microseconds since 1970 UTC
	Lat, Lon                                              int32  // 1e-7 degrees
	Radius                                                uint32 // decimetres, 0: it has no position
	Probability                                           uint32 // millionths
	N, Min, Max                                           int32  // the count
	Activity, Weapon, Occurrence, Severity, Result        uint32
	Provision, Party, Side, Zones, Found, Handling, State uint32
	Sources, Reports                                      uint16
	ID                                                    incident.Key
	_                                                     [2]byte
}

// The bits of a row's state.
const provisional = 1 << iota

// columns are the row's words.
func (r *row) columns() [11]*uint32 {
	return [...]*uint32{&r.Activity, &r.Weapon, &r.Occurrence, &r.Severity, &r.Result, &r.Provision, &r.Party, &r.Side, &r.Zones, &r.Found, &r.Handling}
}

// words gives each string a number.
type words struct {
	number map[string]uint32
	text   []string
}

func newWords() words { return words{number: map[string]uint32{"": 0}, text: []string{""}} }

func (w *words) clone() words {
	return words{number: maps.Clone(w.number), text: slices.Clone(w.text)}
}

func (w *words) of(text string) uint32 {
	n, ok := w.number[text]
	if !ok {
		n = uint32(len(w.text))
		w.text = append(w.text, text)
		w.number[text] = n
	}
	return n
}

// adopt gives rows the numbers that their words have here.
func (w *words) adopt(r Rows) []row {
	to := make([]uint32, len(r.words.text))
	for i, text := range r.words.text {
		to[i] = w.of(text)
	}
	out := slices.Clone(r.rows)
	for i := range out {
		for _, c := range out[i].columns() {
			*c = to[*c]
		}
	}
	return out
}

// Rows are summaries as they are kept: packed, with their own words. The zero
// value has none.
type Rows struct {
	words words
	rows  []row
}

// Add packs a summary.
func (r *Rows) Add(s *Summary) error {
	if r.words.number == nil {
		r.words = newWords()
	}
	id, err := incident.ParseKey(s.ID)
	if err != nil {
		return err
	}
	r.rows = append(r.rows, r.words.pack(s, id))
	return nil
}

// Len is how many there are.
func (r *Rows) Len() int { return len(r.rows) }

func (w *words) pack(s *Summary, id incident.Key) row {
	out := row{
		From: s.From.UnixMicro(), To: s.To.UnixMicro(), Probability: uint32(math.Round(s.Probability * 1e6)), N: small(s.Count.N), Min: small(s.Count.Min), Max: small(s.Count.Max),
		Activity: w.of(string(s.Activity)), Weapon: w.of(string(s.Weapon)), Occurrence: w.of(s.Occurrence), Severity: w.of(s.Severity), Result: w.of(string(s.Result)),
		Provision: w.of(s.Provision), Party: w.of(s.Party), Side: w.of(s.Side), Zones: w.of(strings.Join(s.Zones, " ")), Handling: w.of(string(s.Handling)),
		Sources: uint16(min(s.Sources, math.MaxUint16)), Reports: uint16(min(s.Reports, math.MaxUint16)), ID: id,
	}
	if s.Lat != nil && s.Lon != nil {
		out.Lat, out.Lon = int32(math.Round(*s.Lat*1e7)), int32(math.Round(*s.Lon*1e7))
		out.Radius = uint32(max(1, min(math.Round(s.RadiusM*10), math.MaxUint32)))
	}
	if len(s.Found) > 0 {
		var text strings.Builder
		for _, f := range s.Found {
			text.WriteString(" " + f.Provision + "=" + string(f.Result))
		}
		out.Found = w.of(text.String())
	}
	if s.Provisional {
		out.State |= provisional
	}
	return out
}

func small(n int) int32 { return int32(max(math.MinInt32, min(n, math.MaxInt32))) }

func (w *words) unpack(r *row) Summary {
	s := Summary{
		ID: r.ID.String(), From: time.UnixMicro(r.From).UTC(), To: time.UnixMicro(r.To).UTC(), Probability: float64(r.Probability) / 1e6, Count: observation.Count{N: int(r.N), Min: int(r.Min), Max: int(r.Max)},
		Activity: observation.Activity(w.text[r.Activity]), Weapon: observation.Weapon(w.text[r.Weapon]), Occurrence: w.text[r.Occurrence], Severity: w.text[r.Severity], Result: finding.Result(w.text[r.Result]),
		Provision: w.text[r.Provision], Party: w.text[r.Party], Side: w.text[r.Side], Zones: strings.Fields(w.text[r.Zones]), Handling: observation.Handling(w.text[r.Handling]),
		Sources: int(r.Sources), Reports: int(r.Reports), Provisional: r.State&provisional != 0,
	}
	if r.Radius > 0 {
		s.place(float64(r.Lat)/1e7, float64(r.Lon)/1e7, float64(r.Radius)/10)
	}
	for _, f := range strings.Fields(w.text[r.Found]) {
		provision, result, _ := strings.Cut(f, "=")
		s.Found = append(s.Found, Found{provision, finding.Result(result)})
	}
	if len(s.Zones) == 0 {
		s.Zones = nil
	}
	return s
}

// rowBytes is the size of an encoded row.
var rowBytes = binary.Size(row{})

// MarshalBinary encodes the rows for Batch.Picture of the store: the same rows
// in the same order give the same bytes. A line of JSON holds the words.
func (r Rows) MarshalBinary() ([]byte, error) {
	text := r.words.text
	if text == nil {
		text = []string{""}
	}
	head, err := json.Marshal(text)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(head)+1+len(r.rows)*rowBytes)
	out = append(append(out, head...), '\n')
	return binary.Append(out, binary.LittleEndian, r.rows)
}

// UnmarshalBinary decodes what MarshalBinary encoded.
func (r *Rows) UnmarshalBinary(data []byte) error {
	head, body, ok := bytes.Cut(data, []byte{'\n'})
	if !ok || len(body)%rowBytes != 0 {
		return fmt.Errorf("reading the picture of a run: it is cut short")
	}
	*r = Rows{words: words{number: map[string]uint32{}}, rows: make([]row, len(body)/rowBytes)}
	if err := json.Unmarshal(head, &r.words.text); err != nil {
		return fmt.Errorf("reading the picture of a run: %w", err)
	}
	for i, text := range r.words.text {
		r.words.number[text] = uint32(i)
	}
	if _, err := binary.Decode(body, binary.LittleEndian, r.rows); err != nil {
		return fmt.Errorf("reading the picture of a run: %w", err)
	}
	for i := range r.rows {
		for _, c := range r.rows[i].columns() {
			if int(*c) >= len(r.words.text) {
				return fmt.Errorf("reading the picture of a run: row %d has word %d of %d", i, *c, len(r.words.text))
			}
		}
	}
	return nil
}
