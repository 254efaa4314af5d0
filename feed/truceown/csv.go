package truceown

import (
	"bytes"
	_ "embed"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/table"
)

//go:embed template.csv
var template []byte

// Template returns a table with the format's columns and examples as comments,
// for a spreadsheet to fill. It begins with a byte order mark, without which
// spreadsheets misread other scripts.
func Template() []byte { return append([]byte("\uFEFF"), template...) }

// CSV is truce's own table: the columns of the observation format in any
// order. Columns it does not know are kept as they are. Rows whose first field
// begins with # are comments.
var CSV = format.Format{
	Name:   "truce-csv",
	Title:  "truce's own table (CSV)",
	Detect: format.IfHas("source", "ref", "from", "activity"),
	Open: func(in *format.Input) (item.Reader, error) {
		t, err := table.New(in)
		if err != nil {
			return nil, err
		}
		r := &csvReader{in: in, t: t, memory: new(memory)}
		for _, c := range t.Columns {
			r.set = append(r.set, setter(c))
		}
		return r, nil
	},
}

type csvReader struct {
	in     *format.Input
	t      *table.Table
	set    []set
	memory *memory
}

func (r *csvReader) Next() (item.Item, error) {
	for {
		row, err := r.t.Read()
		if err != nil {
			return table.Refused(err)
		}
		if len(row.Fields[0]) > 0 && row.Fields[0][0] == '#' {
			continue
		}
		d := newDraft(r.in, r.memory)
		d.decimalComma = r.in.Head.Delim != ','
		for i, f := range row.Fields {
			if f = bytes.TrimSpace(f); len(f) == 0 {
				continue
			}
			if err := r.set[i](d, f); err != nil {
				return table.Bad(row, fieldError(r.t.Columns[i], err)), nil
			}
		}
		if row.Recoded {
			d.caveat("encoding-guessed")
		}
		o, err := d.finish(r.in.Source)
		if err != nil {
			return table.Bad(row, err), nil
		}
		return item.Item{Row: row.Line, Observation: o}, nil
	}
}
