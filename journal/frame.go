package journal

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"
)

// A segment file is a header and frames, all integers little-endian:
//
//	header  16 bytes "truce-journal 1\n", then the first record's number (8 bytes)
//	frame   CRC-32C of all that follows (4), length of all that follows (4),
//	        record number (8), microseconds since 1970 UTC (8), length of the
//	        kind (1), kind, salt (16), body
const (
	magic       = "truce-journal 1\n"
	headerBytes = int64(len(magic) + 8)
	frameHead   = 8
	saltBytes   = 16
	fixedBytes  = 8 + 8 + 1 + saltBytes
	maxPayload  = fixedBytes + 64 + MaxBody
)

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) } // the standard library keeps it

func (r *Record) check() error {
	if r.Kind == "" || len(r.Kind) > 64 {
		return fmt.Errorf("a kind of %d bytes; expected 1 to 64", len(r.Kind))
	}
	for _, c := range []byte(r.Kind) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return fmt.Errorf("kind %q; expected lower-case letters, digits and dashes", r.Kind)
		}
	}
	if len(r.Body) > MaxBody {
		return fmt.Errorf("a body of %d bytes; at most %d", len(r.Body), MaxBody)
	}
	return nil
}

// appendFrame appends the frame of record seq.
func appendFrame(dst []byte, seq uint64, r *Record, salt []byte) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(fixedBytes+len(r.Kind)+len(r.Body)))
	dst = binary.LittleEndian.AppendUint64(dst, seq)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.Time.UnixMicro()))
	dst = append(dst, byte(len(r.Kind)))
	dst = append(dst, r.Kind...)
	dst = append(dst, salt...)
	dst = append(dst, r.Body...)
	binary.LittleEndian.PutUint32(dst[start:], crc32.Checksum(dst[start+4:], castagnoli()))
	return dst
}

// parsePayload reads what follows a frame's length; the body aliases b.
func parsePayload(b []byte) (Entry, error) {
	if len(b) < fixedBytes {
		return Entry{}, fmt.Errorf("a frame of %d bytes; expected at least %d", len(b), fixedBytes)
	}
	var e Entry
	e.Seq = binary.LittleEndian.Uint64(b)
	e.Time = time.UnixMicro(int64(binary.LittleEndian.Uint64(b[8:]))).UTC()
	kind := int(b[16])
	b = b[17:]
	if len(b) < kind+saltBytes {
		return Entry{}, fmt.Errorf("a kind of %d bytes does not fit its frame", kind)
	}
	e.Kind = string(b[:kind])
	copy(e.Salt[:], b[kind:])
	e.Body = b[kind+saltBytes:]
	if err := e.check(); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Leaf returns the bytes that the Merkle tree's leaf hash is taken over, one
// line of text:
//
//	truce-record/1 KIND TIME COMMITMENT
//
// TIME is RFC 3339 in UTC with six decimals; COMMITMENT is the standard base64
// of SHA-256 over salt and body.
func (e *Entry) Leaf() []byte { return appendLeaf(nil, &e.Record, e.Salt[:]) }

func appendLeaf(dst []byte, r *Record, salt []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(r.Body)
	var sum [sha256.Size]byte
	dst = append(dst, "truce-record/1 "...)
	dst = append(dst, r.Kind...)
	dst = append(dst, ' ')
	dst = r.Time.UTC().Truncate(time.Microsecond).AppendFormat(dst, "2006-01-02T15:04:05.000000Z")
	dst = append(dst, ' ')
	dst = base64.StdEncoding.AppendEncode(dst, h.Sum(sum[:0]))
	return append(dst, '\n')
}
