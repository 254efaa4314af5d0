package feed

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/observation"
)

// headSize is how much of a file the formats see to recognise it, in bytes.
const headSize = 64 << 10

// member is one file to read, possibly of an archive.
type member struct {
	name string // with the archive's name and a colon before it
	r    io.Reader
}

// members yields files; io.EOF ends.
type members interface {
	Next() (member, error)
	Offset() int64 // bytes read of the current member, unpacked
	io.Closer
}

// unpack takes off gzip and zip.
func unpack(r io.Reader, name string) (members, error) {
	b := bufio.NewReaderSize(r, headSize)
	magic, err := b.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if bytes.HasPrefix(magic, []byte("PK\x03\x04")) || bytes.HasPrefix(magic, []byte("PK\x05\x06")) {
		return openZip(r, b, name)
	}
	plain, err := gunzip(b)
	if err != nil {
		return nil, err
	}
	return &single{member: member{name: name, r: plain}}, nil
}

// gunzip takes off gzip if there is any.
func gunzip(b *bufio.Reader) (io.Reader, error) {
	magic, err := b.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return z, nil
}

// single is a file that is no archive.
type single struct {
	member
	count counter
	taken bool
}

func (s *single) Next() (member, error) {
	if s.taken {
		return member{}, io.EOF
	}
	s.taken = true
	s.count.r = s.r
	return member{name: s.name, r: &s.count}, nil
}

func (s *single) Offset() int64 { return s.count.n }
func (s *single) Close() error  { return nil }

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// archive is a zip archive.
type archive struct {
	name  string
	files []*zip.File
	open  io.ReadCloser
	count *counter
	spool *os.File // where the archive came as a stream
}

func openZip(r io.Reader, b *bufio.Reader, name string) (members, error) {
	a := &archive{name: name, count: &counter{}}
	file, size, err := randomAccess(r)
	if err != nil {
		return nil, err
	}
	if file == nil {
		if a.spool, err = os.CreateTemp("", "truce-*.zip"); err != nil {
			return nil, err
		}
		if size, err = io.Copy(a.spool, b); err != nil {
			return nil, errors.Join(err, a.Close())
		}
		file = a.spool
	}
	z, err := zip.NewReader(file, size)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("zip: %w", err), a.Close())
	}
	for _, f := range z.File {
		base := path.Base(f.Name)
		if f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasPrefix(base, ".") {
			continue
		}
		a.files = append(a.files, f)
	}
	return a, nil
}

// randomAccess returns r for reading anywhere, nil if it cannot.
func randomAccess(r io.Reader) (io.ReaderAt, int64, error) {
	at, ok := r.(io.ReaderAt)
	seeker, ok2 := r.(io.Seeker)
	if !ok || !ok2 {
		return nil, 0, nil
	}
	size, err := seeker.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, nil //nolint:nilerr // a pipe: it is copied instead
	}
	return at, size, nil
}

func (a *archive) Next() (member, error) {
	if a.open != nil {
		a.open.Close()
		a.open = nil
	}
	if len(a.files) == 0 {
		return member{}, io.EOF
	}
	f := a.files[0]
	a.files = a.files[1:]
	r, err := f.Open()
	if err != nil {
		return member{}, fmt.Errorf("zip: %s: %w", f.Name, err)
	}
	a.open = r
	plain, err := gunzip(bufio.NewReaderSize(r, headSize))
	if err != nil {
		return member{}, fmt.Errorf("zip: %s: %w", f.Name, err)
	}
	a.count = &counter{r: plain}
	return member{name: a.name + ":" + f.Name, r: a.count}, nil
}

func (a *archive) Offset() int64 { return a.count.n }

func (a *archive) Close() error {
	var errs []error
	if a.open != nil {
		errs = append(errs, a.open.Close())
		a.open = nil
	}
	if a.spool != nil {
		errs = append(errs, a.spool.Close(), os.Remove(a.spool.Name()))
		a.spool = nil
	}
	return errors.Join(errs...)
}

// broken says in which place a file broke off.
func broken(err error, m members) string {
	switch {
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum):
		return fmt.Sprintf("the packed file is damaged: its checksum is wrong after %d unpacked bytes; the rows before were read", m.Offset())
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("the file breaks off after %d unpacked bytes; the rows before were read, the last, cut one was dropped", m.Offset())
	}
	return fmt.Sprintf("cannot be read on after %d unpacked bytes: %v; the rows before were read", m.Offset(), err)
}

// decodeText makes UTF-8 without a byte order mark of r.
func decodeText(r io.Reader, name string) (io.Reader, error) {
	if name != "" {
		enc, err := htmlindex.Get(name)
		if err != nil {
			return nil, fmt.Errorf("there is no encoding %q", name)
		}
		return transform.NewReader(r, unicode.BOMOverride(enc.NewDecoder())), nil
	}
	b := bufio.NewReaderSize(r, 4096)
	start, err := b.Peek(4)
	if err != nil && err != io.EOF && len(start) == 0 {
		return nil, err
	}
	var enc encoding.Encoding
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, err := b.Discard(3)
		return b, err
	case bytes.HasPrefix(start, []byte("\xff\xfe")), len(start) == 4 && start[0] != 0 && start[1] == 0 && start[2] != 0 && start[3] == 0:
		enc = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
		if start[0] != 0xff {
			enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
		}
	case bytes.HasPrefix(start, []byte("\xfe\xff")), len(start) == 4 && start[0] == 0 && start[1] != 0 && start[2] == 0 && start[3] != 0:
		enc = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
		if start[0] != 0xfe {
			enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
		}
	default:
		return b, nil
	}
	return transform.NewReader(b, enc.NewDecoder()), nil
}

// peek returns the beginning of r and a reader of all of it. A file that breaks
// off within its beginning is no error here: its rows come first.
func peek(r io.Reader) ([]byte, io.Reader, error) {
	b := bufio.NewReaderSize(r, headSize)
	head, err := b.Peek(headSize)
	if len(head) == 0 {
		if err == io.EOF {
			return nil, nil, errors.New("the file is empty")
		}
		return nil, nil, err
	}
	return head, b, nil
}

// baseName is the name without folder, archive and packing.
func baseName(name string) string {
	if i := strings.LastIndexByte(name, ':'); i > 1 {
		name = name[i+1:]
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	return strings.TrimSuffix(name, ".gz")
}

// unknown says what was seen of a file that no format recognises.
func unknown(h *format.Head) error {
	first := h.Text[:min(len(h.Text), 16)]
	if bytes.IndexByte(h.Text, 0) >= 0 || !utf8.Valid(first) && h.Columns != nil && len(h.Columns) < 3 {
		return fmt.Errorf("%w: a binary file; first bytes % x", ErrUnknownFormat, first)
	}
	if h.JSON() {
		return fmt.Errorf("%w: JSON that begins %q; --format forces one of %s", ErrUnknownFormat, first, strings.Join(Names(), ", "))
	}
	columns := strings.Join(h.Columns, ", ")
	if len(columns) > 300 {
		columns = strings.ToValidUTF8(columns[:300], "") + "..."
	}
	return fmt.Errorf("%w: first bytes %q, columns %q; --format forces one of %s", ErrUnknownFormat, first, columns, strings.Join(Names(), ", "))
}

// rawOf shows an observation that was refused.
func rawOf(o *observation.Observation) string {
	return string(observation.AppendCanonical(nil, o))
}
