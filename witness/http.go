package witness

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/truce-monitor/truce/journal"
)

const (
	maxRequest = 64 << 10
	maxProof   = 63 // lines, by C2SP tlog-witness
)

// ServeHTTP answers POST …/add-checkpoint (C2SP tlog-witness).
func (w *Witness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/add-checkpoint") {
		http.NotFound(out, r)
		return
	}
	if r.Method != http.MethodPost {
		http.Error(out, "POST is expected", http.StatusMethodNotAllowed)
		return
	}
	old, proof, signed, err := parseRequest(http.MaxBytesReader(out, r.Body, maxRequest))
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}
	line, err := w.Add(signed, old, proof)
	var stale *StaleError
	switch {
	case err == nil:
		out.Header().Set("Content-Type", "text/plain; charset=utf-8")
		out.Write(line)
	case errors.As(err, &stale):
		out.Header().Set("Content-Type", "text/x.tlog.size")
		out.WriteHeader(http.StatusConflict)
		fmt.Fprintf(out, "%d\n", stale.Size)
	case errors.Is(err, ErrUnknownLog):
		http.Error(out, err.Error(), http.StatusNotFound)
	case errors.Is(err, ErrSignature):
		http.Error(out, err.Error(), http.StatusForbidden)
	case errors.Is(err, ErrOrder):
		http.Error(out, err.Error(), http.StatusBadRequest)
	case errors.Is(err, ErrFork):
		status := http.StatusUnprocessableEntity
		if c, _, bad := journal.SplitCheckpoint(signed); bad == nil && c.Size == old {
			status = http.StatusConflict
		}
		http.Error(out, err.Error(), status)
	default:
		http.Error(out, err.Error(), http.StatusInternalServerError)
	}
}

// parseRequest reads old size, proof and checkpoint.
func parseRequest(body io.Reader) (old uint64, proof [][32]byte, signed []byte, err error) {
	r := bufio.NewReader(body)
	line, err := r.ReadString('\n')
	if err != nil {
		return 0, nil, nil, fmt.Errorf("reading the old size: %w", err)
	}
	size, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "old ")
	old, err = strconv.ParseUint(size, 10, 63)
	if !ok || err != nil || strconv.FormatUint(old, 10) != size {
		return 0, nil, nil, fmt.Errorf("the first line is %q; expected old and a size", line)
	}
	for {
		if line, err = r.ReadString('\n'); err != nil {
			return 0, nil, nil, fmt.Errorf("reading the proof: %w", err)
		}
		if line == "\n" {
			break
		}
		h, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(line, "\n"))
		if err != nil || len(h) != 32 || len(proof) == maxProof {
			return 0, nil, nil, errors.New("a line of the proof is no hash, or there are too many")
		}
		proof = append(proof, [32]byte(h))
	}
	signed, err = io.ReadAll(r)
	return old, proof, signed, err
}

// Ask asks the witness at an address to cosign a log's checkpoint, and returns
// its lines. prove makes the proof from a size on.
func Ask(ctx context.Context, client *http.Client, address string, signed []byte, prove func(old uint64) ([][32]byte, error)) ([]byte, error) {
	old := uint64(0)
	for range 3 { // a first guess, what the witness says, and once more if it moved on
		proof, err := prove(old)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "old %d\n", old)
		for _, h := range proof {
			fmt.Fprintln(&b, base64.StdEncoding.EncodeToString(h[:]))
		}
		fmt.Fprintf(&b, "\n%s", signed)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(address, "/")+"/add-checkpoint", &b)
		if err != nil {
			return nil, err
		}
		status, kind, text, err := do(client, req)
		if err != nil {
			return nil, fmt.Errorf("asking the witness %s: %w", address, err)
		}
		if status == http.StatusOK {
			return text, nil
		}
		if status == http.StatusConflict && kind == "text/x.tlog.size" {
			if old, err = strconv.ParseUint(strings.TrimSpace(string(text)), 10, 63); err == nil {
				continue
			}
		}
		return nil, fmt.Errorf("the witness %s refused: %s: %s", address, http.StatusText(status), bytes.TrimSpace(text))
	}
	return nil, fmt.Errorf("the witness %s moves on faster than it can be asked", address)
}

func do(client *http.Client, req *http.Request) (status int, kind string, text []byte, err error) {
	r, err := client.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer r.Body.Close()
	text, err = io.ReadAll(io.LimitReader(r.Body, maxRequest))
	return r.StatusCode, r.Header.Get("Content-Type"), text, err
}
