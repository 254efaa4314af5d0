package journal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// WitnessedFile is the file beside the segments that holds the last checkpoint
// with cosignatures of witnesses.
const WitnessedFile = "witnessed"

// algCosignature marks keys that cosign checkpoints (C2SP tlog-cosignature).
const algCosignature = 4

// Witness cosigns checkpoints: it says that at an instant it had seen the log
// so, and no other log under that name that contradicts it.
type Witness struct {
	name string
	key  ed25519.PrivateKey
}

// NewWitness makes a witness with a new key.
func NewWitness(random io.Reader, name string) (*Witness, error) {
	if _, err := NewKey(random, name); err != nil { // the same rules for names
		return nil, err
	}
	_, key, err := ed25519.GenerateKey(random)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return &Witness{name, key}, nil
}

// ParseWitness reads a witness's private key.
func ParseWitness(private string) (*Witness, error) {
	name, alg, data, err := splitKey(strings.TrimPrefix(strings.TrimSpace(private), "PRIVATE+KEY+"))
	if err != nil || alg != algCosignature || len(data) != ed25519.SeedSize || !strings.HasPrefix(private, "PRIVATE+KEY+") {
		return nil, errors.New("it is no private key of a witness")
	}
	w := &Witness{name, ed25519.NewKeyFromSeed(data)}
	if w.Private() != strings.TrimSpace(private) {
		return nil, errors.New("it is no private key of a witness: its checksum is wrong")
	}
	return w, nil
}

// splitKey takes "name+hash+data" apart; the hash is left to the caller.
func splitKey(key string) (name string, alg byte, data []byte, err error) {
	parts := strings.SplitN(strings.TrimSpace(key), "+", 3)
	if len(parts) != 3 {
		return "", 0, nil, errors.New("a key has a name, a checksum and data")
	}
	data, err = base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) < 1 {
		return "", 0, nil, errors.New("the key's data is not base64")
	}
	return parts[0], data[0], data[1:], nil
}

func cosignatureHash(name string, key ed25519.PublicKey) uint32 {
	h := sha256.New()
	io.WriteString(h, name+"\n")
	h.Write([]byte{algCosignature})
	h.Write(key)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

func (w *Witness) public() ed25519.PublicKey { return w.key.Public().(ed25519.PublicKey) }

// Private is the key as ParseWitness reads it.
func (w *Witness) Private() string {
	data := append([]byte{algCosignature}, w.key.Seed()...)
	return fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", w.name, cosignatureHash(w.name, w.public()), base64.StdEncoding.EncodeToString(data))
}

// Public is the key with which everybody checks the witness's cosignatures.
func (w *Witness) Public() string {
	data := append([]byte{algCosignature}, w.public()...)
	return fmt.Sprintf("%s+%08x+%s", w.name, cosignatureHash(w.name, w.public()), base64.StdEncoding.EncodeToString(data))
}

// Cosign returns the signature line over a checkpoint as of an instant.
func (w *Witness) Cosign(c Checkpoint, at time.Time) []byte {
	sig := binary.BigEndian.AppendUint32(nil, cosignatureHash(w.name, w.public()))
	sig = binary.BigEndian.AppendUint64(sig, uint64(at.Unix()))
	sig = append(sig, ed25519.Sign(w.key, cosigned(c.Text(), uint64(at.Unix())))...)
	return fmt.Appendf(nil, "— %s %s\n", w.name, base64.StdEncoding.EncodeToString(sig))
}

// cosigned is what a cosignature is over.
func cosigned(text string, at uint64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
}

// cosignatures checks a witness's cosignatures; it implements note.Verifier.
type cosignatures struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosignatures) Name() string    { return c.name }
func (c *cosignatures) KeyHash() uint32 { return c.hash }

func (c *cosignatures) Verify(text, sig []byte) bool {
	return len(sig) == 8+ed25519.SignatureSize && ed25519.Verify(c.key, cosigned(string(text), binary.BigEndian.Uint64(sig)), sig[8:])
}

// ParseVerifier reads a public key, of a log or of a witness.
func ParseVerifier(public string) (note.Verifier, error) {
	public = strings.TrimSpace(public)
	name, alg, data, err := splitKey(public)
	if err != nil {
		return nil, fmt.Errorf("reading the public key: %w", err)
	}
	if alg != algCosignature {
		v, err := note.NewVerifier(public)
		if err != nil {
			return nil, fmt.Errorf("reading the public key: %w", err)
		}
		return v, nil
	}
	c := &cosignatures{name, 0, data}
	if len(data) == ed25519.PublicKeySize {
		c.hash = cosignatureHash(name, data)
	}
	if len(data) != ed25519.PublicKeySize || !strings.HasPrefix(public, fmt.Sprintf("%s+%08x+", name, c.hash)) {
		return nil, errors.New("reading the public key: its checksum is wrong")
	}
	return c, nil
}

// Cosignature is a witness's word for a checkpoint.
type Cosignature struct {
	Witness string
	At      time.Time // UTC, whole seconds
}

// Cosignatures returns the cosignatures of a checkpoint that the given
// witnesses made; lines of others are passed over, wrong ones are an error.
func Cosignatures(signed []byte, witnesses ...note.Verifier) ([]Cosignature, error) {
	n, err := note.Open(signed, note.VerifierList(witnesses...))
	var unknown *note.UnverifiedNoteError
	if errors.As(err, &unknown) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the checkpoint's cosignatures: %w", err)
	}
	var out []Cosignature
	for _, s := range n.Sigs {
		raw, err := base64.StdEncoding.DecodeString(s.Base64)
		if err != nil || len(raw) != 4+8+ed25519.SignatureSize {
			continue // a log's own signature has no time
		}
		out = append(out, Cosignature{s.Name, time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0).UTC()})
	}
	return out, nil
}
