package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ProofFormat is the first member of a proof's file.
const ProofFormat = "truce-proof/1"

// Proof shows that records are in a log at a checkpoint. Whoever has the log's
// public key can check it without anything else. In JSON, hashes and salts are
// in base64.
type Proof struct {
	Format string `json:"format"`
	// Of and About say what the records belong to; a proof does not prove it.
	Of    string `json:"of,omitempty"`
	About string `json:"about,omitempty"`
	// Checkpoint is the signed note.
	Checkpoint string `json:"checkpoint"`
	// Hashes are those that the records' proofs are made of.
	Hashes  [][]byte       `json:"hashes"`
	Records []ProvedRecord `json:"records"`
}

// ProvedRecord is a record in a proof.
type ProvedRecord struct {
	Seq  uint64 `json:"seq"`
	Leaf string `json:"leaf"`
	// Salt and Body are missing where the body is withheld or erased.
	Salt []byte  `json:"salt,omitempty"`
	Body *string `json:"body,omitempty"`
	// Proof is the inclusion proof (RFC 6962, section 2.1.1): places in Hashes.
	Proof []int `json:"proof"`
}

// MaxProof is the largest proof that is read, in bytes.
const MaxProof = 256 << 20

// Prove makes a proof of records, in the order of their numbers, at a signed
// checkpoint of the log that has them. withhold leaves a record's body away.
func Prove(fetch Fetch, signed []byte, entries []Entry, withhold func(*Entry) bool) (*Proof, error) {
	c, _, err := SplitCheckpoint(signed)
	if err != nil {
		return nil, err
	}
	p := &Proof{Format: ProofFormat, Checkpoint: string(signed), Hashes: [][]byte{}, Records: []ProvedRecord{}}
	at := map[[32]byte]int{}
	reader := cached{fetch.reader(c.Head), map[int64]tlog.Hash{}}
	for i := range entries {
		e := &entries[i]
		r := ProvedRecord{Seq: e.Seq, Leaf: string(e.Leaf()), Proof: []int{}}
		if !e.Erased && !withhold(e) {
			if !utf8.Valid(e.Body) {
				return nil, fmt.Errorf("proving record %d: its body is no text", e.Seq)
			}
			body := string(e.Body)
			r.Salt, r.Body = slices.Clone(e.Salt[:]), &body
		}
		path, err := tlog.ProveRecord(int64(c.Size), int64(e.Seq), reader)
		if err != nil {
			return nil, fmt.Errorf("proving record %d: %w", e.Seq, err)
		}
		for _, h := range path {
			n, ok := at[h]
			if !ok {
				n = len(p.Hashes)
				at[h] = n
				p.Hashes = append(p.Hashes, slices.Clone(h[:]))
			}
			r.Proof = append(r.Proof, n)
		}
		p.Records = append(p.Records, r)
	}
	return p, nil
}

// cached reads each hash once.
type cached struct {
	of   tlog.HashReader
	seen map[int64]tlog.Hash
}

func (c cached) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, i := range indexes {
		if _, ok := c.seen[i]; !ok {
			missing = append(missing, i)
		}
	}
	if len(missing) > 0 {
		got, err := c.of.ReadHashes(missing)
		if err != nil {
			return nil, err
		}
		for k, i := range missing {
			c.seen[i] = got[k]
		}
	}
	out := make([]tlog.Hash, len(indexes))
	for k, i := range indexes {
		out[k] = c.seen[i]
	}
	return out, nil
}

// Write writes the proof.
func (p *Proof) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(p)
}

// ReadProof reads a proof, of MaxProof bytes at most, without checking it.
func ReadProof(r io.Reader) (*Proof, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxProof+1))
	if err != nil {
		return nil, fmt.Errorf("reading the proof: %w", err)
	}
	if len(data) > MaxProof {
		return nil, fmt.Errorf("reading the proof: more than %d bytes", MaxProof)
	}
	p := &Proof{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("reading the proof: %w", err)
	}
	if p.Format != ProofFormat {
		return nil, fmt.Errorf("reading the proof: its format is %q; this version reads %q", p.Format, ProofFormat)
	}
	return p, nil
}

// Check checks the proof with the log's public key alone, and returns the
// checkpoint that it rests on and the records as they were proved.
func (p *Proof) Check(log note.Verifier) (Checkpoint, []Entry, error) {
	c, err := OpenCheckpoint([]byte(p.Checkpoint), log)
	if err != nil {
		return c, nil, err
	}
	if len(p.Records) == 0 {
		return c, nil, errors.New("it proves nothing: it holds no record")
	}
	out := make([]Entry, 0, len(p.Records))
	for i := range p.Records {
		r := &p.Records[i]
		if i > 0 && r.Seq <= p.Records[i-1].Seq {
			return c, nil, fmt.Errorf("record %d: records must follow the order of their numbers", r.Seq)
		}
		e, err := p.check(r, c.Head)
		if err != nil {
			return c, nil, fmt.Errorf("record %d: %w", r.Seq, err)
		}
		out = append(out, e)
	}
	return c, out, nil
}

func (p *Proof) check(r *ProvedRecord, h Head) (Entry, error) {
	e := Entry{Seq: r.Seq, Erased: true}
	var err error
	if e.Kind, e.Time, e.Commitment, err = ParseLeaf([]byte(r.Leaf)); err != nil {
		return e, err
	}
	if r.Seq >= h.Size {
		return e, fmt.Errorf("the checkpoint is over %d records only", h.Size)
	}
	if len(r.Proof) > 64 {
		return e, fmt.Errorf("a proof of %d hashes; at most 64 are possible", len(r.Proof))
	}
	path := make(tlog.RecordProof, len(r.Proof))
	for i, n := range r.Proof {
		if n < 0 || n >= len(p.Hashes) || len(p.Hashes[n]) != tlog.HashSize {
			return e, fmt.Errorf("its proof names hash %d, which is not there", n)
		}
		path[i] = tlog.Hash(p.Hashes[n])
	}
	if err := tlog.CheckRecord(path, int64(h.Size), h.Root, int64(r.Seq), tlog.RecordHash([]byte(r.Leaf))); err != nil {
		return e, fmt.Errorf("it is not in the log at this checkpoint: %w", err)
	}
	if r.Body == nil {
		return e, nil
	}
	if len(r.Salt) != saltBytes {
		return e, fmt.Errorf("a salt of %d bytes; expected %d", len(r.Salt), saltBytes)
	}
	if sha256.Sum256(append(slices.Clone(r.Salt), *r.Body...)) != e.Commitment {
		return e, errors.New("its body is not the one that was sealed")
	}
	e.Erased, e.Body = false, []byte(*r.Body)
	copy(e.Salt[:], r.Salt)
	return e, nil
}

// TLogProof writes one record's proof in the form of C2SP tlog-proof, for
// tools other than truce; its extra data is salt and body.
func (p *Proof) TLogProof(w io.Writer, i int) error {
	r := &p.Records[i]
	var b bytes.Buffer
	fmt.Fprintf(&b, "c2sp.org/tlog-proof@v1\n")
	if r.Body != nil {
		fmt.Fprintf(&b, "extra %s\n", base64.StdEncoding.EncodeToString(append(slices.Clone(r.Salt), *r.Body...)))
	}
	fmt.Fprintf(&b, "index %d\n", r.Seq)
	for _, n := range r.Proof {
		fmt.Fprintf(&b, "%s\n", base64.StdEncoding.EncodeToString(p.Hashes[n]))
	}
	fmt.Fprintf(&b, "\n%s", p.Checkpoint)
	_, err := w.Write(b.Bytes())
	return err
}
