package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/truce-monitor/truce/access"
)

// Live updates by server-sent events (HTML Living Standard, section 9.2).
const (
	mostStreams = 1000
	heartbeat   = 15 * time.Second
	slowest     = 10 * time.Second // a reader that takes longer is cut off, and resumes
	streamLasts = 15 * time.Minute // then it comes again, and is asked again who it is
	mediaTime   = 10 * time.Minute
	exportTime  = 30 * time.Second // for each piece that is written
)

func (s *Server) events(api huma.API) {
	places := make(chan struct{}, mostStreams)
	op := operation(http.MethodGet, "/api/v1/events", "watch-events", access.ReadPublished, "What changes, as server-sent events; a broken connection resumes by Last-Event-ID")
	op.Responses = map[string]*huma.Response{"200": {Description: "Events: incident, finding, case, level, notice, record, settled; hello says where the stream begins, reset that events were lost",
		Content: map[string]*huma.MediaType{"text/event-stream": {}}}}
	huma.Register(api, op, func(ctx context.Context, in *struct {
		LastEventID uint64 `header:"Last-Event-ID" doc:"The last event that was received"`
		After       uint64 `query:"after" doc:"The same, for those who can't set a header"`
	}) (*huma.StreamResponse, error) {
		select {
		case places <- struct{}{}:
		default:
			return nil, huma.Error503ServiceUnavailable("too many listen; try again in a while")
		}
		return &huma.StreamResponse{Body: func(c huma.Context) {
			defer func() { <-places }()
			_, w := humago.Unwrap(c)
			ctx, cancel := context.WithTimeout(c.Context(), streamLasts)
			defer cancel()
			s.stream(ctx, w, cmp.Or(in.LastEventID, in.After))
		}}, nil
	})
}

// stream writes events until the reader goes, is too slow, or the server ends.
func (s *Server) stream(ctx context.Context, w http.ResponseWriter, after uint64) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(s.ending, cancel)
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	send := func(format string, args ...any) bool {
		// Not every writer has deadlines; then the network's own hold.
		_ = out.SetWriteDeadline(time.Now().Add(slowest))
		_, err := fmt.Fprintf(w, format, args...)
		return err == nil && out.Flush() == nil
	}
	begin := after
	if begin == 0 {
		begin = s.app.Events().Last(s.now())
	}
	if !send("retry: 2000\nid: %d\nevent: hello\ndata: {}\n\n", begin) {
		return
	}
	events := s.app.Watch(ctx, begin, s.policyFor(ctx))
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case e, ok := <-events:
			if !ok {
				return
			}
			body, err := json.Marshal(e)
			if err != nil {
				s.log.Error("an event could not be written", "error", err)
				return
			}
			if !send("id: %d\nevent: %s\ndata: %s\n\n", e.ID, e.Kind, body) {
				return
			}
		case <-beat.C:
			if !send(": still here\n\n") {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// allow gives the connection so long from now to read and to write.
func (s *Server) allow(w http.ResponseWriter, d time.Duration) {
	c := http.NewResponseController(w)
	// Not every writer has deadlines; then the server's own hold.
	_ = c.SetReadDeadline(time.Now().Add(d))
	_ = c.SetWriteDeadline(time.Now().Add(d))
}

// patient gives each piece that is written its own time, for long downloads.
type patient struct {
	w   io.Writer
	out *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	_ = p.out.SetWriteDeadline(time.Now().Add(exportTime))
	return p.w.Write(b)
}
