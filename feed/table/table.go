package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
)

// Table is a table with a header line.
type Table struct {
	Columns []string // lower case, trimmed
	rows    *Reader
	index   map[string]int
}

// New reads the header.
func New(in *format.Input) (*Table, error) {
	t := &Table{rows: NewReader(in.R, in.Head.Delim), index: make(map[string]int)}
	row, err := t.rows.Read()
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("the header line: %w", err)
	}
	for _, f := range row.Fields {
		t.column(strings.ToLower(strings.TrimSpace(string(f))))
	}
	return t, nil
}

func (t *Table) column(name string) {
	if _, twice := t.index[name]; !twice {
		t.index[name] = len(t.Columns)
	}
	t.Columns = append(t.Columns, name)
}

// Read returns the next row that has as many fields as the header; rows whose
// fields are all empty, as spreadsheets leave behind, are skipped. Errors are
// as with Reader.Read.
func (t *Table) Read() (Row, error) {
	for {
		row, err := t.rows.Read()
		if err != nil {
			return row, err
		}
		if blank(row.Fields) {
			continue
		}
		if len(row.Fields) != len(t.Columns) {
			// Spreadsheets leave off trailing empty cells, or add some.
			if extra := len(row.Fields) - len(t.Columns); extra > 0 && blank(row.Fields[len(t.Columns):]) {
				row.Fields = row.Fields[:len(t.Columns)]
				return row, nil
			}
			return row, &RowError{Line: row.Line, Raw: recode(bytes.Clone(row.Raw)),
				Reason: fmt.Sprintf("%d fields where the header has %d", len(row.Fields), len(t.Columns))}
		}
		return row, nil
	}
}

func blank(fields [][]byte) bool {
	for _, f := range fields {
		if len(f) > 0 {
			return false
		}
	}
	return true
}

// Record is a row by column name.
type Record struct {
	Row
	t *Table
}

// Get returns the trimmed field of the column (lower case), empty if there is
// no such column.
func (r *Record) Get(column string) string {
	i, ok := r.t.index[column]
	if !ok {
		return ""
	}
	return string(bytes.TrimSpace(r.Fields[i]))
}

// Has tells whether the table has the column.
func (r *Record) Has(column string) bool {
	_, ok := r.t.index[column]
	return ok
}

// Extra returns the fields of the named columns that are not empty.
func (r *Record) Extra(columns ...string) map[string]string {
	var m map[string]string
	for _, c := range columns {
		if v := r.Get(c); v != "" {
			if m == nil {
				m = make(map[string]string)
			}
			m[c] = v
		}
	}
	return m
}

// Convert reads a table by a function that makes items of a row. Its error
// quarantines the row.
func Convert(in *format.Input, convert func(r *Record, emit func(item.Item)) error) (item.Reader, error) {
	t, err := New(in)
	if err != nil {
		return nil, err
	}
	return &converter{t: t, convert: convert}, nil
}

// ConvertBare is Convert for a file without a header, of which separator and
// columns are known.
func ConvertBare(in *format.Input, delim byte, columns []string, convert func(r *Record, emit func(item.Item)) error) item.Reader {
	t := &Table{rows: NewReader(in.R, delim), index: make(map[string]int)}
	for _, name := range columns {
		t.column(name)
	}
	return &converter{t: t, convert: convert}
}

type converter struct {
	t       *Table
	convert func(*Record, func(item.Item)) error
	ready   []item.Item
}

func (c *converter) Next() (item.Item, error) {
	for len(c.ready) == 0 {
		row, err := c.t.Read()
		if err != nil {
			return Refused(err)
		}
		rec := Record{Row: row, t: c.t}
		err = c.convert(&rec, func(it item.Item) {
			it.Row = row.Line
			if row.Recoded && it.Observation != nil {
				it.Observation.Caveats = append(it.Observation.Caveats, "encoding-guessed")
			}
			c.ready = append(c.ready, it)
		})
		if err != nil {
			c.ready = c.ready[:0]
			return Bad(row, err), nil
		}
	}
	it := c.ready[0]
	c.ready = c.ready[1:]
	return it, nil
}

// Bad is the quarantine of a row with the error as the reason.
func Bad(row Row, err error) item.Item {
	return item.Item{Row: row.Line, Quarantine: &item.Quarantine{Row: row.Line, Reason: err.Error(), Raw: string(recode(row.Raw))}}
}

// Refused turns an error of Read into a quarantine if it is about one row.
func Refused(err error) (item.Item, error) {
	var bad *RowError
	if errors.As(err, &bad) {
		return item.Item{Row: bad.Line, Quarantine: &item.Quarantine{Row: bad.Line, Reason: bad.Reason, Raw: string(bad.Raw)}}, nil
	}
	return item.Item{}, err
}
