// Package jsonseq takes the elements of large JSON documents one at a time, in
// flat memory, and goes on after an element that is too long or malformed.
package jsonseq

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/truce-monitor/truce/feed/item"
)

// The longest elements that are read, in bytes: a line of JSON Lines, and an
// element of an array, which may be the outline of a country.
const (
	MaxLine    = 1 << 20
	MaxElement = 64 << 20
)

// Element is one value of a sequence; Raw is valid until the next.
type Element struct {
	Row int // line or element, from 1
	Raw []byte
}

// Sequence yields elements; io.EOF ends. A *RowError is about one element, and
// Next may be called again.
type Sequence interface {
	Next() (Element, error)
}

// RowError is what is wrong with one element.
type RowError struct {
	Row    int
	Reason string
	Raw    []byte
}

func (e *RowError) Error() string { return fmt.Sprintf("element %d: %s", e.Row, e.Reason) }

// Bad is the quarantine of an element with the error as the reason.
func Bad(el Element, err error) item.Item {
	raw := el.Raw
	if len(raw) > item.MaxRaw {
		raw = raw[:item.MaxRaw]
	}
	return item.Item{Row: el.Row, Quarantine: &item.Quarantine{Row: el.Row, Reason: err.Error(), Raw: strings.ToValidUTF8(string(raw), "\uFFFD")}}
}

// Refused turns an error of Next into a quarantine if it is about one element.
func Refused(err error) (item.Item, error) {
	var bad *RowError
	if errors.As(err, &bad) {
		return Bad(Element{Row: bad.Row, Raw: bad.Raw}, errors.New(bad.Reason)), nil
	}
	return item.Item{}, err
}

// Lines takes the lines that are not empty.
func Lines(r io.Reader) Sequence { return &lines{r: bufio.NewReaderSize(r, 64<<10)} }

type lines struct {
	r   *bufio.Reader
	row int
	buf []byte
}

func (l *lines) Next() (Element, error) {
	for {
		l.row++
		l.buf = l.buf[:0]
		long := false
		for {
			part, err := l.r.ReadSlice('\n')
			if !long {
				l.buf = append(l.buf, part...)
				long = len(l.buf) > MaxLine
			}
			if err == bufio.ErrBufferFull {
				continue
			}
			if err == io.EOF && len(l.buf) > 0 {
				break // a last line without its end; Next will see EOF again
			}
			if err != nil {
				return Element{}, err
			}
			break
		}
		if long {
			return Element{}, &RowError{Row: l.row, Reason: fmt.Sprintf("the line is longer than %d bytes", MaxLine), Raw: bytes.Clone(l.buf[:item.MaxRaw])}
		}
		if line := bytes.TrimSpace(l.buf); len(line) > 0 {
			if !utf8.Valid(line) {
				return Element{}, &RowError{Row: l.row, Reason: "the line is not valid UTF-8", Raw: bytes.Clone(line)}
			}
			return Element{Row: l.row, Raw: line}, nil
		}
	}
}

// Array is the elements of an array.
type Array struct {
	// Members are the other members of the object that holds the array, as far
	// as they come before it.
	Members map[string]json.RawMessage

	r     *bufio.Reader
	key   string
	state int // 0 not yet in the array, 1 in it, 2 done
	row   int
	buf   []byte
	limit int
}

// Elements takes the elements of an array: the document itself if key is
// empty, or the member key of the object that the document is. The elements
// are balanced and free of control characters in strings; whether they are
// JSON, their reader finds out.
func Elements(r io.Reader, key string) *Array {
	return &Array{r: bufio.NewReaderSize(r, 64<<10), key: key, limit: MaxElement}
}

// Start reads up to the first element, after which Members is complete. Next
// does it by itself.
func (a *Array) Start() error {
	if a.state != 0 {
		return nil
	}
	if a.key == "" {
		if err := a.expect('['); err != nil {
			return err
		}
		a.state = 1
		return nil
	}
	if err := a.expect('{'); err != nil {
		return err
	}
	a.Members = make(map[string]json.RawMessage)
	for {
		c, err := a.skipSpace()
		if err != nil {
			return unexpected(err)
		}
		switch c {
		case ',':
			continue
		case '}':
			return fmt.Errorf("the JSON object has no %q", a.key)
		case '"':
		default:
			return fmt.Errorf("%q where a member of a JSON object was expected", c)
		}
		raw, err := a.value(c)
		if err != nil {
			return err
		}
		var name string
		if err := json.Unmarshal(raw, &name); err != nil {
			return err
		}
		if err := a.expect(':'); err != nil {
			return err
		}
		if name == a.key {
			if err := a.expect('['); err != nil {
				return err
			}
			a.state = 1
			return nil
		}
		if c, err = a.skipSpace(); err != nil {
			return unexpected(err)
		}
		if raw, err = a.value(c); err != nil {
			return err
		}
		a.Members[name] = bytes.Clone(raw)
	}
}

// Next returns the next element. Its Raw is the array's own buffer.
func (a *Array) Next() (Element, error) {
	if err := a.Start(); err != nil {
		return Element{}, err
	}
	if a.state == 2 {
		return Element{}, io.EOF
	}
	for {
		c, err := a.skipSpace()
		if err != nil {
			return Element{}, unexpected(err)
		}
		switch c {
		case ',':
			continue
		case ']':
			a.state = 2
			return Element{}, io.EOF
		}
		a.row++
		raw, err := a.value(c)
		if errors.Is(err, errLong) {
			return Element{}, &RowError{Row: a.row, Reason: err.Error(), Raw: bytes.Clone(raw)}
		}
		if err != nil {
			return Element{}, err
		}
		return Element{Row: a.row, Raw: raw}, nil
	}
}

var errLong = fmt.Errorf("the element is longer than %d bytes", MaxElement)

// value takes the value that begins with c: up to its closing bracket or
// quotation mark, or up to what cannot belong to a number or word.
func (a *Array) value(c byte) ([]byte, error) {
	a.buf = append(a.buf[:0], c)
	depth, text := 0, c == '"'
	switch c {
	case '{', '[':
		depth = 1
	case '"':
	default:
		for {
			c, err := a.r.ReadByte()
			if err != nil {
				return nil, unexpected(err)
			}
			if c == ',' || c == ']' || c == '}' || c <= ' ' {
				return a.buf, a.r.UnreadByte()
			}
			if len(a.buf) < 100 {
				a.buf = append(a.buf, c)
			}
		}
	}
	long, escape := false, false
	for {
		// Take what is buffered at once; most bytes need no look of their own.
		if _, err := a.r.Peek(1); err != nil {
			return nil, unexpected(err)
		}
		part, _ := a.r.Peek(a.r.Buffered())
		end := -1
		for i, c := range part {
			if text {
				switch {
				case escape:
					escape = false
				case c == '\\':
					escape = true
				case c == '"':
					text = false
					if depth == 0 {
						end = i
					}
				}
			} else {
				switch c {
				case '"':
					text = true
				case '{', '[':
					depth++
				case '}', ']':
					if depth--; depth == 0 {
						end = i
					}
				}
			}
			if end >= 0 {
				break
			}
		}
		n := len(part)
		if end >= 0 {
			n = end + 1
		}
		if !long {
			a.buf = append(a.buf, part[:n]...)
			long = len(a.buf) > a.limit
		}
		if _, err := a.r.Discard(n); err != nil {
			return nil, err
		}
		if end >= 0 {
			if long {
				return a.buf[:item.MaxRaw], errLong
			}
			return a.buf, nil
		}
	}
}

func (a *Array) skipSpace() (byte, error) {
	for {
		c, err := a.r.ReadByte()
		if err != nil || c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c, err
		}
	}
}

func (a *Array) expect(want byte) error {
	c, err := a.skipSpace()
	if err != nil {
		return unexpected(err)
	}
	if c != want {
		return fmt.Errorf("%q where %q was expected", c, want)
	}
	return nil
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
