package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/truce-monitor/truce/journal"
)

// VerifyURL checks a journal that is served: a plain file server over its
// folder is enough.
func VerifyURL(ctx context.Context, url string, opt VerifyOptions) (*Verification, error) {
	v := &Verification{Of: url}
	if opt.Key == "" {
		return nil, errors.New("the log's public key is needed to check what a server says; whoever runs the log has it in journal/key.pub")
	}
	key, earlier, witnesses, err := opt.keys("")
	if err != nil {
		return nil, err
	}
	progress := newApp("", opt.Options).progress
	progress.Begin("fetching entries", 0)
	fetch := Remote(ctx, url)
	s, wrong := journal.VerifyServed(fetch, key, earlier, func(n uint64) { progress.Done(int64(n)) })
	progress.End()
	if s != nil {
		v.Checkpoint = string(s.Signed)
	}
	if wrong != nil {
		var unreachable *unreachable
		if errors.As(wrong, &unreachable) {
			return nil, wrong
		}
		v.Wrong = wrong.Error()
		return v, ctx.Err()
	}
	v.Records, v.Root = s.Checkpoint.Size, fmt.Sprintf("%x", s.Checkpoint.Root)
	v.checked("the checkpoint over %d records, signed by %s with key %08x", v.Records, key.Name(), key.KeyHash())
	v.checked("%d entries and %d files of the tree: root %s", v.Records, s.Tiles, v.Root)
	for _, c := range earlier {
		v.checked("that it goes on from the earlier checkpoint over %d records", c.Size)
	}
	if s.NoSegments {
		v.checked("what records say is not served: only their commitments were checked")
	} else {
		v.checked("what %d records say; of %d only the commitment is kept", s.Bodies, s.Withheld)
	}
	if len(witnesses) > 0 {
		f, err := fetch(journal.WitnessedFile)
		if err != nil {
			v.Wrong = fmt.Sprintf("no witness has cosigned a checkpoint: %v", err)
			return v, nil
		}
		defer f.Close()
		signed, err := io.ReadAll(io.LimitReader(f, 1<<16))
		if err == nil {
			err = checkCosigned(v, signed, key, witnesses)
		}
		if err != nil {
			v.Wrong = err.Error()
		}
	}
	return v, nil
}

// unreachable is an error of the way to a server, not of what it serves.
type unreachable struct{ err error }

func (u *unreachable) Error() string { return u.err.Error() }
func (u *unreachable) Unwrap() error { return u.err }

// Remote fetches a log's files from a server.
func Remote(ctx context.Context, url string) journal.Fetch {
	client := &http.Client{Timeout: 2 * time.Minute}
	base := strings.TrimRight(url, "/") + "/"
	return func(path string) (io.ReadCloser, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			return nil, err
		}
		r, err := client.Do(req)
		if err != nil {
			return nil, &unreachable{err}
		}
		switch r.StatusCode {
		case http.StatusOK:
			return r.Body, nil
		case http.StatusNotFound, http.StatusForbidden, http.StatusGone:
			r.Body.Close()
			return nil, fmt.Errorf("%s: the server has none: %w", path, fs.ErrNotExist)
		}
		r.Body.Close()
		return nil, &unreachable{fmt.Errorf("fetching %s: the server says %s", base+path, r.Status)}
	}
}

// VerifyProof checks a proof with the log's public key alone.
func VerifyProof(name string, p *journal.Proof, public string) (*Verification, error) {
	v := &Verification{Of: name}
	key, err := journal.ParseVerifier(public)
	if err != nil {
		return nil, err
	}
	c, entries, wrong := p.Check(key)
	if wrong != nil {
		v.Wrong = wrong.Error()
		return v, nil
	}
	v.Records, v.Root, v.Checkpoint = c.Size, fmt.Sprintf("%x", c.Root), p.Checkpoint
	v.checked("the checkpoint over %d records, signed by %s with key %08x", c.Size, key.Name(), key.KeyHash())
	bodies, withheld := 0, 0
	for i := range entries {
		if entries[i].Erased {
			withheld++
		} else {
			bodies++
		}
	}
	v.checked("that %d records are in the log at this checkpoint: %s", len(entries), ranges(entries))
	v.checked("what %d of them say, word for word; of %d only the commitment is shown", bodies, withheld)
	return v, nil
}

// ranges lists numbers of records, those that follow each other together.
func ranges(entries []journal.Entry) string {
	var out []string
	for i := 0; i < len(entries); {
		k := i
		for k+1 < len(entries) && entries[k+1].Seq == entries[k].Seq+1 {
			k++
		}
		if len(out) == 8 {
			out = append(out, "…")
			break
		}
		if k > i {
			out = append(out, fmt.Sprintf("%d to %d", entries[i].Seq, entries[k].Seq))
		} else {
			out = append(out, fmt.Sprint(entries[i].Seq))
		}
		i = k + 1
	}
	return strings.Join(out, ", ")
}
