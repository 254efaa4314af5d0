package app

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
	"golang.org/x/mod/sumdb/note"

	"github.com/truce-monitor/truce/journal"
)

// Stamped says when an authority saw a checkpoint (RFC 3161).
type Stamped struct {
	Records uint64    `json:"records"`
	At      time.Time `json:"at"` // UTC
	By      string    `json:"by"` // the certificate's subject
}

const maxStamp = 1 << 20

// StampQuery writes a request for a time stamp of the present checkpoint, and
// keeps the checkpoint until the reply comes: it can be carried to an
// authority and back on any medium.
func (a *App) StampQuery(w io.Writer) error {
	log, err := a.journal.Log()
	if err != nil {
		return err
	}
	signed, err := log.Checkpoint()
	if err != nil {
		return err
	}
	c, _, err := journal.SplitCheckpoint(signed)
	if err != nil {
		return err
	}
	dir := filepath.Join(a.journalDir, timestampsDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(dir, fmt.Sprintf("%d.checkpoint", c.Size)), signed); err != nil {
		return err
	}
	query, err := timestamp.CreateRequest(bytes.NewReader(signed), &timestamp.RequestOptions{Hash: crypto.SHA256, Certificates: true})
	if err != nil {
		return fmt.Errorf("asking for a time stamp: %w", err)
	}
	_, err = w.Write(query)
	return err
}

// StampReply keeps an authority's reply beside the checkpoint that it is of.
func (a *App) StampReply(reply []byte) (*Stamped, error) {
	t, err := timestamp.ParseResponse(reply)
	if err != nil {
		return nil, fmt.Errorf("the time stamp: %w", err)
	}
	names, err := filepath.Glob(filepath.Join(a.journalDir, timestampsDir, "*.checkpoint"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		signed, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(signed); t.HashAlgorithm != crypto.SHA256 || !bytes.Equal(t.HashedMessage, sum[:]) {
			continue
		}
		c, _, err := journal.SplitCheckpoint(signed)
		if err != nil {
			return nil, err
		}
		if err := replaceFile(strings.TrimSuffix(name, ".checkpoint")+".tsr", reply); err != nil {
			return nil, err
		}
		return &Stamped{c.Size, t.Time.UTC(), stampedBy(t)}, nil
	}
	return nil, errors.New("the time stamp is of none of the checkpoints for which one was asked")
}

func stampedBy(t *timestamp.Timestamp) string {
	for _, c := range t.Certificates {
		if !c.IsCA {
			return c.Subject.String()
		}
	}
	return "an authority that does not say its name"
}

// Stamp has an authority on the network stamp the present checkpoint.
func (a *App) Stamp(ctx context.Context, url string) (*Stamped, error) {
	var query bytes.Buffer
	if err := a.StampQuery(&query); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, &query)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	r, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking for a time stamp: %w", err)
	}
	defer r.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(r.Body, maxStamp))
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("the authority says %s", r.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("asking for a time stamp: %w", err)
	}
	return a.StampReply(reply)
}

// stamps checks the time stamps of checkpoints, and returns these, that they
// may be held against the log; roots are the authorities that are trusted.
func (a *App) stamps(v *Verification, key note.Verifier, roots *x509.CertPool) ([]journal.Checkpoint, error) {
	dir := filepath.Join(a.journalDir, timestampsDir)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []journal.Checkpoint
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".checkpoint")
		if !ok {
			if ext := filepath.Ext(strings.TrimSuffix(e.Name(), ".new")); ext != ".tsr" && ext != ".checkpoint" {
				return nil, fmt.Errorf("%s: no file that a journal has", filepath.Join(dir, e.Name()))
			}
			continue
		}
		signed, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		c, err := journal.OpenCheckpoint(signed, key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, e.Name()), err)
		}
		out = append(out, c)
		reply, err := os.ReadFile(filepath.Join(dir, name+".tsr"))
		if errors.Is(err, fs.ErrNotExist) {
			continue // asked for, not answered yet
		}
		if err == nil {
			err = checkStamp(v, reply, signed, c, roots)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, name+".tsr"), err)
		}
	}
	return out, nil
}

func checkStamp(v *Verification, reply, signed []byte, c journal.Checkpoint, roots *x509.CertPool) error {
	t, err := timestamp.ParseResponse(reply)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(signed); t.HashAlgorithm != crypto.SHA256 || !bytes.Equal(t.HashedMessage, sum[:]) {
		return errors.New("the time stamp is of something else than the checkpoint")
	}
	if roots == nil {
		v.checked("a time stamp over %d records, of %s by %s; who that is was not checked", c.Size, t.Time.UTC().Format("2006-01-02 15:04:05 UTC"), stampedBy(t))
		return nil
	}
	token, err := pkcs7.Parse(t.RawToken)
	if err != nil {
		return err
	}
	if err := token.VerifyWithChainAtTime(roots, t.Time); err != nil {
		return fmt.Errorf("the time stamp's authority: %w", err)
	}
	if _, err := token.GetOnlySigner().Verify(x509.VerifyOptions{Roots: roots, Intermediates: pool(t.Certificates), CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}}); err != nil {
		return fmt.Errorf("the time stamp's authority: %w", err)
	}
	v.checked("a time stamp over %d records, of %s by %s", c.Size, t.Time.UTC().Format("2006-01-02 15:04:05 UTC"), token.GetOnlySigner().Subject)
	return nil
}

func pool(certificates []*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certificates {
		p.AddCert(c)
	}
	return p
}
