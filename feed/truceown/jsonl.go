package truceown

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/jsonseq"
	"github.com/truce-monitor/truce/observation"
)

// JSONLines is truce's own JSON Lines: an observation an object, an object a
// line; also the canonical records that truce writes.
var JSONLines = format.Format{
	Name:  "truce-jsonl",
	Title: "truce's own JSON Lines",
	Detect: func(h *format.Head) int {
		t := bytes.TrimLeft(h.Text, " \t\r\n")
		if len(t) == 0 || t[0] != '{' || bytes.Contains(t, []byte(`"FeatureCollection"`)) {
			return 0
		}
		return hasKeys(t)
	},
	Open: func(in *format.Input) (item.Reader, error) {
		return &jsonReader{in: in, seq: jsonseq.Lines(in.R), memory: new(memory)}, nil
	},
}

// JSONArray is the same as one JSON array.
var JSONArray = format.Format{
	Name:  "truce-json",
	Title: "truce's own observations as one JSON array",
	Detect: func(h *format.Head) int {
		t := bytes.TrimLeft(h.Text, " \t\r\n")
		if len(t) == 0 || t[0] != '[' {
			return 0
		}
		return hasKeys(t)
	},
	Open: func(in *format.Input) (item.Reader, error) {
		return &jsonReader{in: in, seq: jsonseq.Elements(in.R, ""), memory: new(memory)}, nil
	},
}

func hasKeys(text []byte) int {
	n := 0
	for _, k := range []string{`"source"`, `"ref"`, `"from"`, `"activity"`} {
		if !bytes.Contains(text, []byte(k)) {
			return 0
		}
		n++
	}
	return n
}

type jsonReader struct {
	in     *format.Input
	seq    jsonseq.Sequence
	memory *memory
}

func (r *jsonReader) Next() (item.Item, error) {
	el, err := r.seq.Next()
	if err != nil {
		return jsonseq.Refused(err)
	}
	if o, err := observation.Parse(bytes.TrimRight(el.Raw, "\r\n \t")); err == nil {
		if r.in.Source != "" {
			o.Source = r.in.Source
		}
		return item.Item{Row: el.Row, Observation: &o}, nil
	}
	o, err := r.object(el.Raw)
	if err != nil {
		return jsonseq.Bad(el, err), nil
	}
	return item.Item{Row: el.Row, Observation: o}, nil
}

func (r *jsonReader) object(raw []byte) (*observation.Observation, error) {
	m, err := decode(raw)
	if err != nil {
		return nil, err
	}
	d := newDraft(r.in, r.memory)
	if err := d.fill("", m); err != nil {
		return nil, err
	}
	return d.finish(r.in.Source)
}

// decode reads one JSON object, its numbers as written.
func decode(raw []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON object")
	}
	return m, nil
}

// fill sets the fields of an object, nested ones with a dot.
func (d *draft) fill(prefix string, m map[string]any) error {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		name := prefix + k
		if err := d.fillOne(name, m[k]); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) fillOne(name string, v any) error {
	switch v := v.(type) {
	case nil:
		return nil
	case map[string]any:
		return d.fill(name+".", v)
	case []any:
		return d.fillList(name, v)
	case string:
		if v == "" {
			return nil
		}
		return d.put(name, v)
	case json.Number:
		return d.put(name, v.String())
	default:
		return d.put(name, fmt.Sprint(v))
	}
}

func (d *draft) put(name, v string) error {
	if err := setter(name)(d, []byte(v)); err != nil {
		return fieldError(name, err)
	}
	return nil
}

func (d *draft) fillList(name string, v []any) error {
	for _, e := range v {
		s, isText := e.(string)
		media, isObject := e.(map[string]any)
		switch {
		case name == "actors" && isText:
			d.o.Actors = append(d.o.Actors, s)
		case name == "caveats" && isText:
			d.o.Caveats = append(d.o.Caveats, s)
		case name == "media" && isObject:
			d.o.Media = append(d.o.Media, observation.Media{})
			if err := d.fill("media.", media); err != nil {
				return err
			}
		default:
			b, err := json.Marshal(v)
			if err != nil {
				return fieldError(name, err)
			}
			if fields[name] != nil || name == "media" {
				return fieldError(name, fmt.Errorf("a list is not expected: %.60s", b))
			}
			return d.put(name, string(b))
		}
	}
	return nil
}
