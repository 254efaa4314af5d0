package app

import (
	"archive/tar"
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// bundleFormat is the first member of a bundle's manifest.
const bundleFormat = "truce-bundle/1"

// Manifest says what a bundle holds. It is not signed: the checkpoint is.
type Manifest struct {
	Format    string `json:"format"`
	Agreement string `json:"agreement"`
	Audience  string `json:"audience"`
	Records   uint64 `json:"records"`
	Root      string `json:"root"`
	// Rules names program and parameters by which reports follow from the
	// records; Fusion are those of fusion, for reading.
	Rules  string              `json:"rules"`
	Fusion incident.Parameters `json:"fusion"`
	// Bytes is the size of all files of the journal together.
	Bytes int64 `json:"bytes"`
	// Withheld counts records whose body is not in it, by kind.
	Withheld map[string]int `json:"withheld"`
	// WithheldDays are the UTC days from which observations are withheld:
	// reports that rest on them can't be computed again from this bundle.
	WithheldDays []string `json:"withheld_days"`
}

// Rules names program and parameters that make projections: where they change, everything
// is judged again.
func Rules() string {
	return fmt.Sprintf("%s, fusion parameters %d", program, incident.DefaultParameters().Version)
}

// Bundle writes one file from which an audience can compute reports again: the
// journal with terms, lines and all else on record, but for the bodies that
// the audience may not see and for quarantined rows, and the signed
// checkpoint. Of what is withheld the commitment stays, so the tree and its
// root are those of the whole journal.
func (a *App) Bundle(ctx context.Context, w io.Writer, audience string) (*Manifest, error) {
	audience = cmp.Or(audience, publish.Mission)
	b := &bundling{app: a, policy: publish.Policy(a.agreement, audience), days: map[string]bool{}}
	m := &Manifest{Format: bundleFormat, Agreement: a.agreement.ID, Audience: audience, Rules: Rules(), Fusion: incident.DefaultParameters(), Withheld: map[string]int{}}
	b.manifest = m
	_, signed, c, err := a.signedHead()
	if err != nil {
		return nil, err
	}
	m.Records, m.Root = c.Size, fmt.Sprintf("%x", c.Root)
	scratch, err := os.MkdirTemp("", "truce-bundle-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	a.progress.Begin("bundling records", int64(c.Size))
	defer a.progress.End()
	segments, err := a.journal.Copy(scratch, c.Size, b.withhold)
	if err != nil {
		return nil, fmt.Errorf("bundling: %w", err)
	}
	for _, s := range segments {
		m.Bytes += s.Size
	}
	for d := range b.days {
		m.WithheldDays = append(m.WithheldDays, d)
	}
	slices.Sort(m.WithheldDays)
	if err := b.write(ctx, w, scratch, segments, signed); err != nil {
		return nil, fmt.Errorf("bundling: %w", err)
	}
	return m, nil
}

type bundling struct {
	app      *App
	policy   agreement.Policy
	manifest *Manifest
	days     map[string]bool
}

// withhold decides whose body stays back.
func (b *bundling) withhold(e *journal.Entry) (bool, error) {
	if e.Seq%4096 == 0 {
		b.app.progress.Done(int64(e.Seq))
	}
	switch {
	case e.Erased:
	case e.Kind == kindQuarantine: // raw rows may hold anything
	case e.Kind == kindObservation:
		o, err := observation.Parse(e.Body)
		if err != nil {
			return false, err
		}
		if publish.Sees(b.policy, o.Handling) {
			return false, nil
		}
		b.days[o.From.UTC().Format(time.DateOnly)] = true
	case e.Kind == kindDeclaration:
		var d Declaration
		if err := json.Unmarshal(e.Body, &d); err != nil {
			return false, fmt.Errorf("record %d: %w", e.Seq, err)
		}
		if publish.Sees(b.policy, label(&d)) {
			return false, nil
		}
	case e.Kind == kindDecision:
		d, err := decodeDecision(e.Body)
		if err != nil {
			return false, fmt.Errorf("record %d: %w", e.Seq, err)
		}
		open := b.manifest.Audience == publish.Mission || d.What != DecisionCase
		if !open { // of a case only what was published is for others
			s, err := stepOf(d)
			if err != nil {
				return false, fmt.Errorf("record %d: %w", e.Seq, err)
			}
			open = s.Public != nil
		}
		if open && publish.Sees(b.policy, d.Handling) {
			return false, nil
		}
	default:
		return false, nil
	}
	b.manifest.Withheld[e.Kind]++
	return true, nil
}

// write packs the files, in the order in which they are checked when read.
func (b *bundling) write(ctx context.Context, w io.Writer, dir string, segments []journal.SegmentFile, signed []byte) error {
	packed, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	out := tar.NewWriter(packed)
	manifest, err := json.MarshalIndent(b.manifest, "", " ")
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{bundleManifest, manifest}, {bundleCheckpoint, signed}, {bundleKey, []byte(b.app.PublicKey() + "\n")}} {
		if err := out.WriteHeader(header(f.name, int64(len(f.data)))); err != nil {
			return err
		}
		if _, err := out.Write(f.data); err != nil {
			return err
		}
	}
	for _, s := range segments {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := pack(out, filepath.Join(dir, s.Name), s); err != nil {
			return err
		}
	}
	return errors.Join(out.Close(), packed.Close())
}

func pack(out *tar.Writer, path string, s journal.SegmentFile) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := out.WriteHeader(header("journal/"+s.Name, s.Size)); err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}

func header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, Format: tar.FormatPAX}
}

// Names of files in a bundle.
const (
	bundleManifest   = "bundle.json"
	bundleCheckpoint = "journal/checkpoint"
	bundleKey        = "journal/key.pub"
)

// unpacking reads a bundle from whoever sent it.
type unpacking struct {
	dir      string
	in       *tar.Reader
	manifest Manifest
	left     int64 // bytes of segments that may still come
	last     string
}

// Limits of a bundle. A journal does not shrink by more than a factor of
// some ten when it is packed.
const (
	maxManifest = 16 << 20
	maxRatio    = 200
)

// unpack takes a bundle's files into dir. Only the files that a bundle has are
// taken, in their order, each once; what unpacks to more than the packed file
// can hold, or than the manifest says, is refused.
func unpack(path, dir string) (*Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	m, err := unpackFrom(f, info.Size(), dir)
	if err != nil {
		return nil, fmt.Errorf("reading the bundle %s: %w", path, err)
	}
	return m, nil
}

func unpackFrom(r io.Reader, size int64, dir string) (*Manifest, error) {
	packed, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("it is no bundle: %w", err)
	}
	limit := size*maxRatio + 1<<20
	u := &unpacking{dir: dir, in: tar.NewReader(io.LimitReader(packed, limit))}
	var manifest, checkpoint, key []byte
	for _, x := range []struct {
		name string
		most int64
		into *[]byte
	}{{bundleManifest, maxManifest, &manifest}, {bundleCheckpoint, 1 << 16, &checkpoint}, {bundleKey, 1 << 12, &key}} {
		if *x.into, err = u.small(x.name, x.most); err != nil {
			return nil, err
		}
	}
	if err := json.NewDecoder(bytes.NewReader(manifest)).Decode(&u.manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", bundleManifest, err)
	}
	m := &u.manifest
	switch {
	case m.Format != bundleFormat:
		return nil, fmt.Errorf("its format is %q; this version of the program reads %q", m.Format, bundleFormat)
	case m.Bytes < 0 || m.Bytes > limit:
		return nil, fmt.Errorf("it says that it unpacks to %d bytes, more than a file of %d bytes can hold", m.Bytes, size)
	}
	u.left = m.Bytes
	if err := os.MkdirAll(filepath.Join(dir, "journal"), 0o755); err != nil {
		return nil, err
	}
	for name, data := range map[string][]byte{bundleCheckpoint: checkpoint, bundleKey: key} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), data, 0o644); err != nil {
			return nil, err
		}
	}
	for {
		err := u.segment()
		if err == io.EOF {
			return m, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// next reads the next file's header.
func (u *unpacking) next() (*tar.Header, error) {
	h, err := u.in.Next()
	if err != nil {
		return nil, err
	}
	if h.Typeflag != tar.TypeReg || h.Size < 0 {
		return nil, fmt.Errorf("%q is no plain file", h.Name)
	}
	return h, nil
}

func (u *unpacking) small(name string, most int64) ([]byte, error) {
	h, err := u.next()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("looking for %s: %w", name, err)
	}
	if h.Name != name || h.Size > most {
		return nil, fmt.Errorf("it has %q of %d bytes where %s of at most %d bytes belongs", h.Name, h.Size, name, most)
	}
	return io.ReadAll(io.LimitReader(u.in, most))
}

// segment takes one segment.
func (u *unpacking) segment() error {
	h, err := u.next()
	if err != nil {
		return err
	}
	name, ok := segmentIn(h.Name)
	switch {
	case !ok:
		return fmt.Errorf("%q does not belong into a bundle", h.Name)
	case name <= u.last:
		return fmt.Errorf("%q comes after %q", h.Name, u.last)
	case h.Size > u.left:
		return fmt.Errorf("its files have more than the %d bytes that it says", u.manifest.Bytes)
	}
	u.last = name
	u.left -= h.Size
	f, err := os.OpenFile(filepath.Join(u.dir, "journal", name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, u.in, h.Size)
	return errors.Join(err, f.Close())
}

// segmentIn takes a segment's name from a path in a bundle: twenty digits and
// .seg, so that no path leads elsewhere.
func segmentIn(path string) (name string, ok bool) {
	const prefix, digits, suffix = "journal/", 20, ".seg"
	if len(path) != len(prefix)+digits+len(suffix) || path[:len(prefix)] != prefix || path[len(prefix)+digits:] != suffix {
		return "", false
	}
	for _, c := range []byte(path[len(prefix) : len(prefix)+digits]) {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return path[len(prefix):], true
}
