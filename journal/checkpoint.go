package journal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/note"
)

// Names of files beside the segments.
const (
	checkpointFile = "checkpoint" // as C2SP tlog-tiles names it
	// PublicKeyFile holds the public key, for whoever fetches the folder. Trust
	// in it must come another way.
	PublicKeyFile = "key.pub"
)

// Checkpoint is a head under the name of its log (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Head
}

// Text is the body of the checkpoint's note.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// ParseCheckpoint reads the body of a checkpoint's note. Extension lines,
// which truce never writes, are refused.
func ParseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return c, errors.New("a checkpoint has three lines: origin, size and root")
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseUint(lines[1], 10, 63); err != nil {
		return c, fmt.Errorf("the checkpoint's size %q is no number of records", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != len(c.Root) {
		return c, fmt.Errorf("the checkpoint's root %q is not 32 bytes in base64", lines[2])
	}
	copy(c.Root[:], root)
	if c.Text() != text {
		return c, errors.New("the checkpoint is not in its one form")
	}
	return c, nil
}

// OpenCheckpoint reads a signed checkpoint and checks the log's signature.
func OpenCheckpoint(signed []byte, log note.Verifier) (Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(log))
	if err != nil {
		var unknown *note.UnverifiedNoteError
		if errors.As(err, &unknown) {
			err = fmt.Errorf("it bears no signature of %s with key %08x", log.Name(), log.KeyHash())
		}
		return Checkpoint{}, fmt.Errorf("the checkpoint's signature: %w", err)
	}
	for _, s := range append(n.Sigs, n.UnverifiedSigs...) {
		if raw, err := base64.StdEncoding.DecodeString(s.Base64); err != nil || base64.StdEncoding.EncodeToString(raw) != s.Base64 {
			return Checkpoint{}, fmt.Errorf("the checkpoint's signature of %s is not in its one form", s.Name)
		}
	}
	c, err := ParseCheckpoint(n.Text)
	if err == nil && c.Origin != log.Name() {
		err = fmt.Errorf("the checkpoint is of the log %q, the key of %q", c.Origin, log.Name())
	}
	return c, err
}

// SplitCheckpoint reads a checkpoint without checking any signature, and
// returns its signature lines.
func SplitCheckpoint(signed []byte) (Checkpoint, []byte, error) {
	i := bytes.Index(signed, []byte("\n\n"))
	if i < 0 {
		return Checkpoint{}, nil, errors.New("it is no signed checkpoint: an empty line must follow its text")
	}
	c, err := ParseCheckpoint(string(signed[:i+1]))
	return c, signed[i+2:], err
}

// algEd25519 marks keys that sign notes.
const algEd25519 = 1

// Key signs checkpoints: Ed25519, in the encoding of golang.org/x/mod/sumdb/note.
type Key struct {
	private, public string
	signer          note.Signer
	verifier        note.Verifier
}

// NewKey makes a key under the name of a log, which stays for its life. By
// C2SP it is best an address without scheme under which the folder is served.
func NewKey(random io.Reader, name string) (*Key, error) {
	if name == "" || strings.ContainsFunc(name, unicode.IsSpace) || strings.Contains(name, "+") {
		return nil, fmt.Errorf("a log can't be named %q: no spaces, no plus", name)
	}
	private, _, err := note.GenerateKey(random, name)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return ParseKey(private)
}

// ParseKey reads a private key ("PRIVATE+KEY+name+hash+data").
func ParseKey(private string) (*Key, error) {
	private = strings.TrimSpace(private)
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, fmt.Errorf("reading the private key: %w", err)
	}
	_, _, seed, err := splitKey(strings.TrimPrefix(private, "PRIVATE+KEY+"))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("reading the private key: it is no Ed25519 key")
	}
	public, err := note.NewEd25519VerifierKey(signer.Name(), ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("reading the private key: %w", err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return nil, fmt.Errorf("reading the private key: %w", err)
	}
	if one := fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", signer.Name(), signer.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{algEd25519}, seed...))); private != one {
		return nil, errors.New("reading the private key: it is not in its one form")
	}
	return &Key{private, public, signer, verifier}, nil
}

// Name is the log's name, the first line of its checkpoints.
func (k *Key) Name() string { return k.signer.Name() }

// Private is the key as ParseKey reads it. Whoever has it can sign for the log.
func (k *Key) Private() string { return k.private }

// Public is the key with which everybody checks ("name+hash+data").
func (k *Key) Public() string { return k.public }

// Verifier checks the key's signatures.
func (k *Key) Verifier() note.Verifier { return k.verifier }

// Sign signs a checkpoint.
func (k *Key) Sign(c Checkpoint) ([]byte, error) {
	return note.Sign(&note.Note{Text: c.Text()}, k.signer)
}
