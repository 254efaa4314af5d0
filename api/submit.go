package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
)

// Report is an observation as it is sent, with the fields of truce's own JSON
// Lines; docs/formats.md has all of them.
type Report struct {
	Source   string  `json:"source,omitempty" doc:"Who reports; without it the account"`
	Ref      string  `json:"ref,omitempty" doc:"The source's own reference; without it the Idempotency-Key. Source and ref are its identity: the same again changes nothing, other content is a correction"`
	Means    string  `json:"means,omitempty" doc:"patrol, post, camera, acoustic, seismic, radar, uav, satellite, news, party, hotline, dataset"`
	How      string  `json:"how,omitempty" doc:"saw, heard, recorded, imaged, detected, told"`
	From     string  `json:"from" doc:"From and to hold the true instant with 95 %"`
	To       string  `json:"to,omitempty"`
	Reported string  `json:"reported,omitempty"`
	Lat      float64 `json:"lat,omitempty" doc:"Degrees WGS84"`
	Lon      float64 `json:"lon,omitempty"`
	RadiusM  float64 `json:"radius_m,omitempty" doc:"Of the circle that holds the true place with 95 %"`
	Observer *struct {
		Lat float64 `json:"lat"`
		Lon float64 `json:"lon"`
	} `json:"observer,omitempty" doc:"From where it was seen or heard, instead of a position or beside it"`
	BearingDeg      float64       `json:"bearing_deg,omitempty"`
	BearingErrorDeg float64       `json:"bearing_error_deg,omitempty"`
	DistanceM       float64       `json:"distance_m,omitempty"`
	DistanceErrorM  float64       `json:"distance_error_m,omitempty"`
	Place           string        `json:"place,omitempty"`
	Area            string        `json:"area,omitempty"`
	Activity        string        `json:"activity" doc:"Of the taxonomy"`
	Weapon          string        `json:"weapon,omitempty"`
	Count           int           `json:"count,omitempty"`
	Direction       string        `json:"direction,omitempty"`
	Party           string        `json:"party,omitempty" doc:"Whom the source holds responsible"`
	Grade           string        `json:"grade,omitempty" doc:"Source A to F, information 1 to 6"`
	Text            string        `json:"text,omitempty"`
	Lang            string        `json:"lang,omitempty"`
	Media           []ReportMedia `json:"media,omitempty"`
	Handling        string        `json:"handling,omitempty" doc:"TLP 2.0; without it TLP:AMBER"`
}

// ReportMedia names a medium that was sent before.
type ReportMedia struct {
	SHA256 string `json:"sha256"`
}

// Receipts say what became of each observation, in the order in which they came.
type Receipts struct {
	Receipts []app.Receipt `json:"receipts"`
}

// mostReports is how many observations a request may bring.
const mostReports = 1000

func (s *Server) submit(api huma.API) {
	one := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Report](), true, "Report")
	op := operation(http.MethodPost, "/api/v1/observations", "submit-observations", access.Submit, "Put observations on record; the answer comes when they are durable")
	op.DefaultStatus = http.StatusCreated
	op.MaxBodyBytes, op.SkipValidateBody = maxBody, true // ReadReported says better what is wrong
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{
		OneOf: []*huma.Schema{one, {Type: huma.TypeArray, Items: one}}}}}}
	respond(s, api, op, func(ctx context.Context, in *struct {
		Key     string `header:"Idempotency-Key" maxLength:"200" doc:"Stands for the ref of observations that have none, so that a request can be sent again"`
		RawBody []byte `contentType:"application/json"`
	}) (*Receipts, error) {
		reports, err := split(in.RawBody)
		if err != nil {
			return nil, invalid("body", err)
		}
		receipts, err := s.take(ctx, reports, in.Key)
		if err != nil {
			return nil, err
		}
		var refused []error
		for i, r := range receipts {
			if r.Status == app.SubmitRefused {
				refused = append(refused, &huma.ErrorDetail{Location: fmt.Sprintf("body[%d]", i), Message: r.Reason})
			}
		}
		if len(refused) == len(receipts) {
			return nil, huma.Error422UnprocessableEntity("nothing of it could be put on record", refused...)
		}
		return &Receipts{receipts}, nil
	})
}

// split reads one observation, or a list of them.
func split(body []byte) ([]map[string]json.RawMessage, error) {
	var list []map[string]json.RawMessage
	body = bytes.TrimSpace(body)
	var err error
	if len(body) > 0 && body[0] == '[' {
		err = json.Unmarshal(body, &list)
	} else {
		list = make([]map[string]json.RawMessage, 1)
		err = json.Unmarshal(body, &list[0])
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("expected an observation or a list of them: %w", err)
	case len(list) == 0:
		return nil, errors.New("it holds no observation")
	case len(list) > mostReports:
		return nil, fmt.Errorf("%d observations; at most %d are taken at once", len(list), mostReports)
	}
	return list, nil
}

// take submits reports for whoever asks: who may not speak for others reports
// under the account's own name, and who may not correct changes nothing.
func (s *Server) take(ctx context.Context, reports []map[string]json.RawMessage, key string) ([]app.Receipt, error) {
	id := asks(ctx)
	others := access.Decide(id, access.ReadSources, observation.Clear).Allowed
	receipts := make([]app.Receipt, len(reports))
	var lines bytes.Buffer
	var at []int // which report each line is
	for i, r := range reports {
		source, ref := word(r["source"]), word(r["ref"])
		source = cmp.Or(source, id.Account)
		if ref == "" && key != "" {
			if ref = key; len(reports) > 1 {
				ref = fmt.Sprintf("%s-%d", key, i+1)
			}
		}
		receipts[i] = app.Receipt{Source: source, Ref: ref, Status: app.SubmitRefused}
		switch {
		case source != id.Account && !others:
			receipts[i].Reason = fmt.Sprintf("this account reports as %q and for nobody else", id.Account)
			continue
		case ref == "":
			receipts[i].Reason = "it has no ref, and the request no Idempotency-Key to stand for it"
			continue
		}
		line := map[string]any{}
		for k, v := range r {
			line[k] = v
		}
		line["source"], line["ref"] = source, ref
		text, err := json.Marshal(line)
		if err != nil {
			receipts[i].Reason = err.Error()
			continue
		}
		lines.Write(append(text, '\n'))
		at = append(at, i)
	}
	if len(at) == 0 {
		return receipts, nil
	}
	read, err := s.app.ReadReported(lines.Bytes())
	if err != nil {
		return nil, err
	}
	if len(read) != len(at) {
		return nil, fmt.Errorf("%d observations were read of %d", len(read), len(at))
	}
	var good []observation.Observation
	var whose []int
	for n, x := range read {
		if x.Observation == nil {
			receipts[at[n]].Reason = x.Reason
			continue
		}
		good = append(good, *x.Observation)
		whose = append(whose, at[n])
	}
	if len(good) == 0 {
		return receipts, nil
	}
	put := s.app.SubmitUncorrected
	if access.Decide(id, access.Correct, observation.Clear).Allowed {
		put = s.app.Submit
	}
	done, err := put(ctx, good)
	if errors.Is(err, app.ErrReadOnly) {
		return nil, huma.Error503ServiceUnavailable("this server only reads")
	}
	if err != nil {
		return nil, err
	}
	for n, r := range done {
		receipts[whose[n]] = r
	}
	return receipts, nil
}

// word is a JSON string, "" of what is none.
func word(raw json.RawMessage) (s string) {
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func (s *Server) media(api huma.API) {
	uploads := make(chan struct{}, 8)
	op := operation(http.MethodPost, "/api/v1/media", "send-medium", access.Submit, "Send a photograph, recording or document; observations name it by its hash")
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	raw(s, api, op, func(w http.ResponseWriter, r *http.Request, in *struct {
		Handling string `query:"handling" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR" default:"TLP:AMBER"`
	}) (any, error) {
		select {
		case uploads <- struct{}{}:
			defer func() { <-uploads }()
		default:
			return nil, huma.Error503ServiceUnavailable("too many media are being sent; try again in a while")
		}
		s.allow(w, mediaTime)
		head := make([]byte, 512)
		n, err := io.ReadFull(r.Body, head)
		if n == 0 {
			return nil, invalid("body", errors.New("it is empty"))
		}
		head = head[:n]
		kind := http.DetectContentType(head)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, tooLarge(err)
		}
		m, err := s.app.KeepMedium(io.MultiReader(bytes.NewReader(head), r.Body), app.Medium{Type: kind, Handling: observation.Handling(in.Handling), By: asks(r.Context()).Account})
		if errors.Is(err, app.ErrReadOnly) {
			return nil, huma.Error503ServiceUnavailable("this server only reads")
		}
		return m, tooLarge(err)
	})
	content(s, api, operation(http.MethodGet, "/api/v1/media/{sha256}", "get-medium", access.ReadSources, "A medium by its hash"), []string{"application/octet-stream"}, func(ctx context.Context, in *struct {
		SHA256 string `path:"sha256" pattern:"^[0-9a-f]{64}$"`
	}) (*writing, error) {
		m, err := s.app.Medium(in.SHA256)
		if err != nil {
			return nil, err
		}
		if d := access.Decide(asks(ctx), access.ReadSources, m.Handling); !d.Allowed {
			return nil, app.ErrUnknown
		}
		f, err := s.app.OpenMedium(in.SHA256)
		if err != nil {
			return nil, err
		}
		x := &writing{kind: m.Type, name: m.SHA256, write: func(w io.Writer) error {
			defer f.Close()
			_, err := io.Copy(w, f)
			return err
		}}
		if strings.HasPrefix(m.Type, "image/") && !strings.Contains(m.Type, "svg") {
			x.name = "" // it may be shown
		}
		return x, nil
	})
}

func tooLarge(err error) error {
	var most *http.MaxBytesError
	if errors.As(err, &most) {
		return huma.NewError(http.StatusRequestEntityTooLarge, fmt.Sprintf("at most %d bytes are taken", most.Limit))
	}
	return err
}
