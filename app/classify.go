package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/truce-monitor/truce/zone"
)

// ClassifyOptions are what Classify can be told.
type ClassifyOptions struct {
	At   time.Time        // of points without a time; zero: that is an error
	Size int64            // bytes of the input, for progress; 0: unknown
	Bad  func(int, error) // told of every line that is no point, in order; may be nil
}

// Classified counts what Classify did.
type Classified struct{ Points, Bad int }

// chunkBytes is how much input is handed to a worker at once.
const chunkBytes = 1 << 19

// Classify reads points, as CSV with a header or as JSON Lines, with the fields
// id, lat, lon, time and radius_m, the latter two optional, and writes for each, in
// the same order and form, its id, the zones that hold it, the signed distance in
// metres to the line of contact and the side. Where the point has a radius, or the
// line has, a zone that does not hold it for sure stands with its probability. A line that is no point is
// told of and left out.
func (a *App) Classify(ctx context.Context, r io.Reader, w io.Writer, opt ClassifyOptions) (Classified, error) {
	var done Classified
	if err := a.place(ctx); err != nil {
		return done, err
	}
	in := &pieces{r: bufio.NewReaderSize(r, 1<<16), next: 1}
	format, err := in.format()
	if errors.Is(err, io.EOF) {
		return done, nil
	}
	if err != nil {
		return done, err
	}
	c := &classifier{set: a.zones, epochs: a.zones.Epochs(), at: opt.At, format: format}
	a.progress.Begin("classifying", opt.Size)
	defer a.progress.End()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	todo, order := make(chan *piece, workers), make(chan *piece, 2*workers)
	for range workers {
		go func() {
			for p := range todo {
				c.piece(p)
				close(p.ready)
			}
		}()
	}
	var read error // known when order is closed
	go func() {
		defer close(order)
		defer close(todo)
		for {
			p, err := in.piece()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					read = err
				}
				return
			}
			for _, to := range []chan *piece{order, todo} {
				select {
				case to <- p:
				case <-ctx.Done():
					read = ctx.Err()
					close(p.ready) // nobody may get to it
					return
				}
			}
		}
	}()
	out := bufio.NewWriterSize(w, 1<<20)
	var size int64
	if _, err := out.Write(format.head()); err != nil {
		return done, err
	}
	for p := range order {
		<-p.ready
		if p.failed != nil {
			return done, p.failed
		}
		if _, err := out.Write(p.out); err != nil {
			return done, fmt.Errorf("writing the result: %w", err)
		}
		c.spare.Put(&p.out)
		done.Points += p.points
		done.Bad += len(p.bad)
		for _, b := range p.bad {
			if opt.Bad != nil {
				opt.Bad(b.line, b.err)
			}
		}
		size += int64(len(p.in))
		a.progress.Done(size)
	}
	if read != nil {
		return done, fmt.Errorf("reading points: %w", read)
	}
	if err := out.Flush(); err != nil {
		return done, fmt.Errorf("writing the result: %w", err)
	}
	return done, nil
}

// piece is a part of the input that ends where a line ends.
type piece struct {
	first  int // line
	in     []byte
	ready  chan struct{}
	out    []byte
	points int
	bad    []badLine
	failed error // nothing can go on
}

type badLine struct {
	line int
	err  error
}

// pieces cuts an input.
type pieces struct {
	r    *bufio.Reader
	rest []byte
	next int // line
	csv  bool
}

// format looks at the beginning of the input; for CSV it takes the header.
func (s *pieces) format() (pointFormat, error) {
	if start, _ := s.r.Peek(3); bytes.Equal(start, []byte("\xef\xbb\xbf")) {
		s.r.Discard(3)
	}
	for {
		b, err := s.r.Peek(1)
		if err != nil {
			return nil, err
		}
		if b[0] == '{' {
			return jsonPoints{}, nil
		}
		text, err := s.r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("reading points: %w", err)
		}
		s.next++
		if text = bytes.TrimSpace(text); len(text) > 0 {
			s.csv = true
			return newCSVPoints(text)
		}
	}
}

// piece returns the next part; io.EOF after the last.
func (s *pieces) piece() (*piece, error) {
	buffer := append(make([]byte, 0, chunkBytes+len(s.rest)), s.rest...)
	for {
		n, err := io.ReadFull(s.r, buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return nil, err
		}
		if last && len(buffer) == 0 {
			return nil, io.EOF
		}
		cut := len(buffer)
		if !last {
			cut = s.lineEnd(buffer)
		}
		if cut == 0 { // a line longer than a piece
			buffer = append(make([]byte, 0, 2*cap(buffer)), buffer...)
			continue
		}
		p := &piece{first: s.next, in: buffer[:cut], ready: make(chan struct{})}
		s.rest = buffer[cut:]
		s.next += bytes.Count(p.in, []byte("\n"))
		return p, nil
	}
}

// lineEnd is where the last whole record of the buffer ends. In CSV a line end
// within quotes is none: as many quotes have opened as closed where a record ends.
func (s *pieces) lineEnd(buffer []byte) int {
	end := bytes.LastIndexByte(buffer, '\n') + 1
	if !s.csv {
		return end
	}
	for end > 0 && bytes.Count(buffer[:end], []byte(`"`))%2 == 1 {
		end = bytes.LastIndexByte(buffer[:end-1], '\n') + 1
	}
	return end
}

// classifier places the points of a piece.
type classifier struct {
	set    *zone.Set
	epochs *zone.Epochs
	at     time.Time
	format pointFormat
	spare  sync.Pool // of *[]byte that have been written
}

func (c *classifier) buffer(size int) []byte {
	if b, ok := c.spare.Get().(*[]byte); ok && cap(*b) >= size {
		return (*b)[:0]
	}
	return make([]byte, 0, size)
}

func (c *classifier) piece(p *piece) {
	p.out = c.buffer(len(p.in) + len(p.in)/4)
	var x point
	var index *zone.Index
	var since, until time.Time // of the index
	next := c.format.read(p.in)
	for {
		at, err := next(&x)
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil && x.time.IsZero() {
			if x.time = c.at; c.at.IsZero() {
				err = errors.New("it has no time; add one, or say which counts with --at")
			}
		}
		if err != nil {
			p.bad = append(p.bad, badLine{p.first + at - 1, err})
			continue
		}
		if index == nil || x.time.Before(since) || !x.time.Before(until) && !until.IsZero() {
			if index, since, until, err = c.epochs.Index(x.time); err != nil {
				p.failed = err
				return
			}
		}
		r := c.result(&x, index)
		p.out = c.format.write(p.out, &x, r)
		p.points++
	}
}

// result is what holds of a point.
type result struct {
	index *zone.Index // of the zones' names; nil: place has them
	fix   zone.Fix
	place zone.Place
}

func (c *classifier) result(x *point, index *zone.Index) result {
	if x.radiusM > 0 || index.Uncertain {
		return result{fix: index.Locate(x.at), place: c.set.At(x.at, x.radiusM, x.time)}
	}
	return result{index: index, fix: index.Locate(x.at)}
}
