package api

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
)

func (s *Server) record(api huma.API) {
	get(s, api, "/api/v1/record", "get-record", access.ReadRecord, "What vouches for the journal: its signed checkpoint, witnesses and time stamps", func(ctx context.Context, _ *struct{}) (*app.Seal, error) {
		return s.app.Seal(ctx)
	})
	get(s, api, "/api/v1/record/proof", "get-proof", access.ReadRecord, "A proof that what an id rests on is in the journal, to be checked by whoever asks", func(ctx context.Context, in *struct {
		ID string `query:"id" required:"true" minLength:"1" maxLength:"300" doc:"#17 (a record, by number), I-…, F-…, source/ref; without the right to read sources, numbers only"`
	}) (*journal.Proof, error) {
		return s.proof(ctx, in.ID)
	})
	op := operation(http.MethodGet, "/log/{path}", "get-log", access.ReadRecord, "The public files of the log, as C2SP tlog-tiles lays them out: checkpoint, tile/…")
	op.Metadata["rest"] = true
	content(s, api, op, []string{"text/plain", "application/octet-stream"}, func(ctx context.Context, in *struct {
		Path string `path:"path" maxLength:"200" example:"checkpoint"`
	}) (*writing, error) {
		return s.logFile(in.Path)
	})
}

// proof shows what records say only to those who may read it: to others that
// they are there.
func (s *Server) proof(ctx context.Context, id string) (*journal.Proof, error) {
	if number, ok := strings.CutPrefix(id, "#"); ok {
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return nil, invalid("query.id", errors.New("it is no number of a record"))
		}
		seal, err := s.app.Seal(ctx)
		if err != nil {
			return nil, err
		}
		if n >= seal.Records {
			return nil, app.ErrUnknown
		}
		return s.app.Prove(ctx, "#"+strconv.FormatUint(n, 10), app.ProveOptions{CommitmentsOnly: true})
	}
	// A record's number tells its source to whoever knows the journal.
	if d := access.Decide(asks(ctx), access.ReadSources, observation.Clear); !d.Allowed {
		return nil, huma.Error403Forbidden(d.Why)
	}
	seen, err := s.explanation(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := s.app.Explain(ctx, id)
	if err != nil {
		return nil, err
	}
	if all.Kind != "incident" && all.Kind != "finding" && all.Kind != "observation" {
		return nil, invalid("query.id", errors.New("only observations, incidents, findings and records by number are proved here"))
	}
	return s.app.Prove(ctx, id, app.ProveOptions{CommitmentsOnly: len(seen.Sources) < len(all.Sources)})
}

// logPath is what C2SP tlog-tiles names; segments with bodies are not among it.
const logPath = `^(checkpoint|tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/(x[0-9]{3}/)*[0-9]{3}(\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?)$`

func (s *Server) logFile(path string) (*writing, error) {
	if !regexp.MustCompile(logPath).MatchString(path) {
		return nil, huma.Error404NotFound("the log has no such file")
	}
	fetch, err := s.app.Log()
	if err != nil {
		return nil, err
	}
	f, err := fetch(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, huma.Error404NotFound("the log has no such file, or not yet")
	}
	if err != nil {
		return nil, err
	}
	x := &writing{kind: "application/octet-stream", cache: "public, max-age=31536000, immutable", write: func(w io.Writer) error {
		defer f.Close()
		_, err := io.Copy(w, f)
		return err
	}}
	if path == "checkpoint" {
		x.kind, x.cache = "text/plain; charset=utf-8", "no-cache"
	}
	return x, nil
}
