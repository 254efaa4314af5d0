// Package table reads tables of text with a separator (RFC 4180 and what
// spreadsheets make of it) one row at a time, in flat memory, and goes on
// after a row that is broken.
//
// encoding/csv was refused for two reasons: a quotation mark that is never
// closed makes it hold the rest of the file in memory, and after a broken row
// it cannot be told where to go on.
package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// MaxRow is the longest row that is read, in bytes; a longer one is refused.
const MaxRow = 1 << 20

// Reader reads rows. The zero value is of no use: see NewReader.
type Reader struct {
	src    io.Reader
	delim  byte
	buf    []byte
	r, w   int // what is read but not yet consumed is buf[r:w]
	line   int // of the next row
	err    error
	fields [][]byte
	room   []byte // fields with quotes, and recoded ones
	spans  []span
}

// span is a field: in the row itself, or in room.
type span struct {
	from, to int
	room     bool
}

// Row is one row. Its bytes are valid until the next Read.
type Row struct {
	Line    int // where it begins, from 1
	Fields  [][]byte
	Raw     []byte
	Recoded bool // it was not valid UTF-8 and was read as Windows-1252
}

// RowError is what is wrong with one row; Read can be called again.
type RowError struct {
	Line   int
	Reason string
	Raw    []byte // a copy of the row's beginning
}

func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// NewReader reads from r, with delim between the fields.
func NewReader(r io.Reader, delim byte) *Reader {
	return &Reader{src: r, delim: delim, buf: make([]byte, 64<<10), line: 1}
}

// Read returns the next row that is not empty. Errors: *RowError for a row
// that cannot be read, after which Read goes on with the next line; io.EOF at
// the end; any other error is the source's, and the row it cut short is
// dropped, since half a number is a wrong number.
func (t *Reader) Read() (Row, error) {
	for {
		b := t.buf[t.r:t.w]
		if len(b) == 0 {
			if t.err != nil {
				return Row{}, t.err
			}
			t.fill()
			continue
		}
		n, row, why := t.parse(b, t.err == io.EOF)
		switch {
		case why == errMore && t.err != nil:
			t.r = t.w
			return Row{}, t.err
		case why == errMore && len(b) < MaxRow:
			t.fill()
			continue
		case why == errMore:
			why = errLong
			fallthrough
		case why != nil:
			return Row{}, t.refuse(why)
		}
		at := t.line
		t.line += bytes.Count(b[:n], newline)
		t.r += n
		if row == nil {
			continue // an empty line
		}
		return t.finish(at, row), nil
	}
}

var (
	newline  = []byte("\n")
	errMore  = errors.New("more is needed")
	errLong  = fmt.Errorf("the row is longer than %d bytes", MaxRow)
	errOpen  = errors.New("a quotation mark is never closed")
	errQuote = errors.New("text follows a closing quotation mark")
)

// parse finds the row at the start of b: its length with the line end, and the
// row without it, nil if empty. Fields are left in t.spans.
func (t *Reader) parse(b []byte, last bool) (n int, row []byte, why error) {
	nl := bytes.IndexByte(b, '\n')
	if nl < 0 && !last {
		return 0, nil, errMore
	}
	line := b
	n = len(b)
	if nl >= 0 {
		line, n = b[:nl], nl+1
	}
	if bytes.IndexByte(line, '"') >= 0 {
		return t.parseQuoted(b, last)
	}
	line = trimCR(line)
	if len(line) == 0 {
		return n, nil, nil
	}
	t.spans = t.spans[:0]
	from := 0
	for i, c := range line {
		if c == t.delim {
			t.spans = append(t.spans, span{from: from, to: i})
			from = i + 1
		}
	}
	t.spans = append(t.spans, span{from: from, to: len(line)})
	return n, line, nil
}

func trimCR(b []byte) []byte {
	if len(b) > 0 && b[len(b)-1] == '\r' {
		return b[:len(b)-1]
	}
	return b
}

// parseQuoted is parse for a row with quotation marks. A mark inside a field
// that does not begin with one is an ordinary letter.
func (t *Reader) parseQuoted(b []byte, last bool) (n int, row []byte, why error) {
	t.spans, t.room = t.spans[:0], t.room[:0]
	i := 0
	for {
		if i < len(b) && b[i] == '"' {
			i++
			from := len(t.room)
			for {
				q := bytes.IndexByte(b[i:], '"')
				if q < 0 {
					if !last {
						return 0, nil, errMore
					}
					return 0, nil, errOpen
				}
				t.room = append(t.room, b[i:i+q]...)
				i += q + 1
				if i >= len(b) && !last {
					return 0, nil, errMore
				}
				if i < len(b) && b[i] == '"' {
					t.room = append(t.room, '"')
					i++
					continue
				}
				break
			}
			t.spans = append(t.spans, span{from: from, to: len(t.room), room: true})
			if i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n' || i+1 == len(b) && b[i] == '\r' && last {
				i++
			}
			switch {
			case i >= len(b):
				return i, b[:i], nil
			case b[i] == '\r' && i+1 == len(b):
				return 0, nil, errMore
			case b[i] == '\n':
				return i + 1, trimCR(b[:i]), nil
			case b[i] == t.delim:
				i++
			default:
				return 0, nil, errQuote
			}
			continue
		}
		from := i
		for i < len(b) && b[i] != t.delim && b[i] != '\n' {
			i++
		}
		if i >= len(b) && !last {
			return 0, nil, errMore
		}
		if i < len(b) && b[i] == t.delim {
			t.spans = append(t.spans, span{from: from, to: i})
			i++
			continue
		}
		end := i
		if end > from && b[end-1] == '\r' {
			end--
		}
		t.spans = append(t.spans, span{from: from, to: end})
		if i < len(b) {
			i++
		}
		return i, b[:end], nil
	}
}

func (t *Reader) finish(at int, row []byte) Row {
	out := Row{Line: at, Raw: row, Recoded: !utf8.Valid(row)}
	t.fields = t.fields[:0]
	for _, s := range t.spans {
		f := row
		if s.room {
			f = t.room
		}
		f = f[s.from:s.to:s.to]
		if out.Recoded {
			f = recode(f)
		}
		t.fields = append(t.fields, f)
	}
	out.Fields = t.fields
	return out
}

// recode reads the bytes that are not UTF-8 as Windows-1252, which is what old
// spreadsheets write, and leaves the others.
func recode(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	var out []byte
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n <= 1 {
			r = charmap.Windows1252.DecodeByte(b[0])
			n = 1
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return out
}

// refuse gives up the row at hand and goes to the next line of the file, which
// in the case of a quotation mark never closed lies inside the row given up.
func (t *Reader) refuse(why error) error {
	b := t.buf[t.r:t.w]
	e := &RowError{Line: t.line, Reason: why.Error()}
	if line, _, _ := bytes.Cut(b, newline); len(line) > 4096 {
		e.Raw = bytes.Clone(line[:4096])
	} else {
		e.Raw = bytes.Clone(trimCR(line))
	}
	e.Raw = recode(e.Raw)
	t.line++
	for {
		if nl := bytes.IndexByte(t.buf[t.r:t.w], '\n'); nl >= 0 {
			t.r += nl + 1
			return e
		}
		t.r, t.w = 0, 0
		if t.err != nil {
			return e
		}
		t.fill()
	}
}

// fill reads more behind what is not yet consumed.
func (t *Reader) fill() {
	if t.r > 0 {
		copy(t.buf, t.buf[t.r:t.w])
		t.w -= t.r
		t.r = 0
	}
	if t.w == len(t.buf) {
		grown := make([]byte, 2*len(t.buf))
		copy(grown, t.buf)
		t.buf = grown
	}
	for range 100 {
		n, err := t.src.Read(t.buf[t.w:])
		t.w += n
		if err != nil {
			t.err = err
			return
		}
		if n > 0 {
			return
		}
	}
	t.err = io.ErrNoProgress
}
