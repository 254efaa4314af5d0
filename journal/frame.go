package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Format is the version of segments that this package writes; it reads all
// from 1 on.
const Format = 2

// A segment file is a header and frames, all integers little-endian. In
// format 2:
//
//	header  16 bytes "truce-journal 2\n", the first record's number (8),
//	        the right edge of the tree before it (see edgeBytes), CRC-32C of
//	        all that (4)
//	frame   CRC-32C of all that follows (4), length of all that follows (4),
//	        record number (8), microseconds since 1970 UTC (8), state (1),
//	        length of the kind (1), kind; then in state 0: salt (16), body; in
//	        state 1, whose body is not here: commitment (32)
//
// In format 1 the header is 16 bytes and the number, and a frame has no state.
const (
	magicStem  = "truce-journal "
	magicBytes = len(magicStem) + 2
	frameHead  = 8
	saltBytes  = 16

	statePresent = 0
	stateErased  = 1

	maxKind    = 64
	minPayload = 8 + 8 + 1 + 1 + saltBytes // of format 1, the shorter one
	maxPayload = 8 + 8 + 1 + 1 + maxKind + saltBytes + MaxBody
)

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) } // the standard library keeps it

func (r *Record) check() error {
	if err := checkKind(r.Kind); err != nil {
		return err
	}
	if len(r.Body) > MaxBody {
		return fmt.Errorf("a body of %d bytes; at most %d", len(r.Body), MaxBody)
	}
	if y := r.Time.UTC().Year(); y < 1 || y > 9999 {
		return fmt.Errorf("a time in the year %d; expected 1 to 9999", y)
	}
	return nil
}

func checkKind(kind string) error {
	if kind == "" || len(kind) > maxKind {
		return fmt.Errorf("a kind of %d bytes; expected 1 to %d", len(kind), maxKind)
	}
	for _, c := range []byte(kind) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return fmt.Errorf("kind %q; expected lower-case letters, digits and dashes", kind)
		}
	}
	return nil
}

// appendFrame appends a record's frame but for its number and checksum, which
// seal fills in.
func appendFrame(dst []byte, r *Record, salt []byte) []byte {
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(8+8+1+1+len(r.Kind)+saltBytes+len(r.Body)))
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.Time.UnixMicro()))
	dst = append(dst, statePresent, byte(len(r.Kind)))
	dst = append(dst, r.Kind...)
	dst = append(dst, salt...)
	return append(dst, r.Body...)
}

// appendErased appends the frame of a record whose body is not kept.
func appendErased(dst []byte, e *Entry) []byte {
	start := len(dst)
	commitment := e.Commit()
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(8+8+1+1+len(e.Kind)+len(commitment)))
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(e.Time.UnixMicro()))
	dst = append(dst, stateErased, byte(len(e.Kind)))
	dst = append(dst, e.Kind...)
	dst = append(dst, commitment[:]...)
	seal(dst[start:], e.Seq)
	return dst
}

// seal fills in number and checksum of the frame that b begins with, and
// returns its length.
func seal(b []byte, seq uint64) int {
	n := frameHead + int(binary.LittleEndian.Uint32(b[4:]))
	binary.LittleEndian.PutUint64(b[frameHead:], seq)
	binary.LittleEndian.PutUint32(b, crc32.Checksum(b[4:n], castagnoli()))
	return n
}

// parsePayload reads what follows a frame's length; the body aliases b.
func parsePayload(b []byte, format int) (Entry, error) {
	if len(b) < minPayload {
		return Entry{}, fmt.Errorf("a frame of %d bytes; expected at least %d", len(b), minPayload)
	}
	var e Entry
	e.Seq = binary.LittleEndian.Uint64(b)
	e.Time = time.UnixMicro(int64(binary.LittleEndian.Uint64(b[8:]))).UTC()
	b = b[16:]
	state := byte(statePresent)
	if format > 1 {
		state, b = b[0], b[1:]
	}
	kind := int(b[0])
	b = b[1:]
	if len(b) < kind+saltBytes {
		return Entry{}, fmt.Errorf("a kind of %d bytes does not fit its frame", kind)
	}
	e.Kind = string(b[:kind])
	b = b[kind:]
	switch state {
	case statePresent:
		copy(e.Salt[:], b)
		e.Body = b[saltBytes:]
	case stateErased:
		e.Erased = true
		if copy(e.Commitment[:], b) != len(b) || len(b) != len(e.Commitment) {
			return Entry{}, fmt.Errorf("a commitment of %d bytes; expected %d", len(b), len(e.Commitment))
		}
	default:
		return Entry{}, fmt.Errorf("a record in state %d, which this version does not know", state)
	}
	if err := e.check(); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Commit returns the record's commitment: SHA-256 over salt and body.
func (e *Entry) Commit() [32]byte {
	if e.Erased {
		return e.Commitment
	}
	h := sha256.New()
	h.Write(e.Salt[:])
	h.Write(e.Body)
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

const leafPrefix = "truce-record/1 "

// Leaf returns the bytes that the Merkle tree's leaf hash is taken over, one
// line of text:
//
//	truce-record/1 KIND TIME COMMITMENT
//
// TIME is RFC 3339 in UTC with six decimals; COMMITMENT is the standard base64
// of SHA-256 over salt and body.
func (e *Entry) Leaf() []byte { return appendLeaf(nil, e.Kind, e.Time, e.Commit()) }

func appendLeaf(dst []byte, kind string, t time.Time, commitment [32]byte) []byte {
	dst = append(dst, leafPrefix...)
	dst = append(dst, kind...)
	dst = append(dst, ' ')
	dst = t.UTC().Truncate(time.Microsecond).AppendFormat(dst, "2006-01-02T15:04:05.000000Z")
	dst = append(dst, ' ')
	dst = base64.StdEncoding.AppendEncode(dst, commitment[:])
	return append(dst, '\n')
}

// ParseLeaf reads a leaf again. A leaf has one form only: what is accepted is
// what Leaf writes.
func ParseLeaf(leaf []byte) (kind string, t time.Time, commitment [32]byte, err error) {
	wrong := func(what string) (string, time.Time, [32]byte, error) {
		return "", time.Time{}, [32]byte{}, fmt.Errorf("the leaf is no record of this log: %s", what)
	}
	rest, ok := bytes.CutPrefix(leaf, []byte(leafPrefix))
	fields := bytes.Split(bytes.TrimSuffix(rest, []byte("\n")), []byte(" "))
	if !ok || len(fields) != 3 {
		return wrong(fmt.Sprintf("%.40q", leaf))
	}
	if err := checkKind(string(fields[0])); err != nil {
		return wrong(err.Error())
	}
	if t, err = time.Parse(time.RFC3339Nano, string(fields[1])); err != nil {
		return wrong(err.Error())
	}
	sum, err := base64.StdEncoding.DecodeString(string(fields[2]))
	if err != nil || copy(commitment[:], sum) != len(sum) || len(sum) != len(commitment) {
		return wrong("its commitment is not 32 bytes in base64")
	}
	kind = string(fields[0])
	if !bytes.Equal(leaf, appendLeaf(nil, kind, t, commitment)) {
		return wrong("it is not in its one form")
	}
	return kind, t.UTC(), commitment, nil
}

// leafHash is the hash of the record's leaf in the tree.
func leafHash(e *Entry) tlog.Hash { return tlog.RecordHash(e.Leaf()) }
