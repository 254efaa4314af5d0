package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// Cases is a list of cases, or, for those who do not see them, of what was
// published of them.
type Cases struct {
	Cases     []app.CaseRow       `json:"cases"`
	Reminders []casework.Reminder `json:"reminders,omitempty"` // of what is due soon, or over
	Published []casework.Summary  `json:"published"`           // each case's last one
}

// Procedure is what a case can go through, with the words for it.
type Procedure struct {
	*agreement.Procedure
	States      []string `json:"states"`
	Roles       []string `json:"roles"`
	AllOutcomes []string `json:"all_outcomes"`
}

// StepBody is a step that somebody takes. Who takes it, and in which role, follows
// from the account; a liaison officer's steps are taken for that officer's party.
type StepBody struct {
	Move string `json:"move" minLength:"1" maxLength:"100" doc:"A move of the procedure, see /api/v1/procedure"`
	StepWords
}

// OpenBody is the report with which a case begins.
type OpenBody struct {
	Move string `json:"move,omitempty" maxLength:"100" doc:"The procedure's first step, where it has several"`
	StepWords
}

// StepWords is what a step says.
type StepWords struct {
	Reasons  string           `json:"reasons" minLength:"1" maxLength:"20000"`
	For      string           `json:"for,omitempty" maxLength:"200" doc:"The party or body in whose name"`
	At       time.Time        `json:"at,omitzero" doc:"When it happened; now where it is left out"`
	Handling string           `json:"handling,omitempty" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR"`
	Text     string           `json:"text,omitempty" maxLength:"100000"`
	Title    string           `json:"title,omitempty" maxLength:"500"`
	Take     []string         `json:"take,omitempty" maxItems:"200" doc:"Findings, or incidents with all their breaches, that the case is about"`
	Evidence []string         `json:"evidence,omitempty" maxItems:"500"`
	Accused  string           `json:"accused,omitempty" maxLength:"200"`
	Parties  []string         `json:"parties,omitempty" maxItems:"50"`
	Office   string           `json:"office,omitempty" maxLength:"500"`
	Item     string           `json:"item,omitempty" maxLength:"50" doc:"Q1, T2, D1, R1"`
	Means    string           `json:"means,omitempty" maxLength:"100"`
	Outcome  string           `json:"outcome,omitempty" maxLength:"100"`
	Reason   string           `json:"reason,omitempty" maxLength:"100"`
	Case     string           `json:"case,omitempty" maxLength:"50"`
	Due      time.Time        `json:"due,omitzero" doc:"A deadline other than the terms have it"`
	Ruling   *casework.Ruling `json:"ruling,omitempty"`
}

// caseAnswer is a case with its version.
type caseAnswer struct {
	Status   int
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     *app.CaseFile
}

func (s *Server) cases(api huma.API) {
	get(s, api, "/api/v1/procedure", "procedure", access.ReadPublished, "What a case can go through: states, steps, who takes them, what they need and by when", func(context.Context, *struct{}) (*Procedure, error) {
		return &Procedure{s.app.Procedure(), agreement.CaseStates(), agreement.CaseRoles(), agreement.CaseOutcomes()}, nil
	})
	type asked struct {
		State   string `query:"state" maxLength:"50"`
		Open    bool   `query:"open" doc:"Not those that are closed"`
		Of      string `query:"of" maxLength:"300" doc:"A finding or an incident"`
		Party   string `query:"party" maxLength:"200"`
		Overdue bool   `query:"overdue" doc:"Something was due and was not done"`
	}
	get(s, api, "/api/v1/cases", "cases", access.ReadPublished, "Cases and for whom they wait; for the public, what was published of them", func(ctx context.Context, in *asked) (*Cases, error) {
		return s.caseList(ctx, app.CaseFilter{State: in.State, Open: in.Open, Of: in.Of, Party: in.Party, Overdue: in.Overdue})
	})
	one := operation(http.MethodGet, "/api/v1/cases/{id}", "case", access.ReadPublished, "A case with its steps, what is due and what can be done; its version is the ETag")
	huma.Register(api, one, func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"50"`
	}) (*caseAnswer, error) {
		x, err := s.caseFor(ctx, in.ID)
		return s.answerCase(ctx, x, http.StatusOK, err)
	})
	open := operation(http.MethodPost, "/api/v1/cases", "open-case", access.CaseWork, "Open a case: on findings, or on what is alleged")
	open.Metadata["or"] = []access.Action{access.CaseAnswer}
	open.DefaultStatus = http.StatusCreated
	open.Errors = append(open.Errors, http.StatusConflict, http.StatusUnprocessableEntity)
	huma.Register(api, open, func(ctx context.Context, in *struct {
		Key  string `header:"Idempotency-Key" maxLength:"200" doc:"A repeat with the same key changes nothing"`
		Body OpenBody
	}) (*caseAnswer, error) {
		step, err := s.stepOf(ctx, in.Body.Move, "report", &in.Body.StepWords)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		step.Key = in.Key
		c, err := s.app.OpenCase(ctx, *step)
		return s.stepped(ctx, c, http.StatusCreated, err)
	})
	step := operation(http.MethodPost, "/api/v1/cases/{id}/steps", "case-step", access.CaseWork, "Take a step in a case; If-Match names the version that it was decided on")
	step.Metadata["or"] = []access.Action{access.CaseAnswer, access.CaseDecide, access.Approve, access.Publish}
	step.DefaultStatus = http.StatusCreated
	step.Errors = append(step.Errors, http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnprocessableEntity, http.StatusPreconditionRequired)
	huma.Register(api, step, func(ctx context.Context, in *struct {
		ID    string `path:"id" maxLength:"50"`
		Match string `header:"If-Match" maxLength:"50" doc:"The ETag of the case as it was read"`
		Key   string `header:"Idempotency-Key" maxLength:"200"`
		Body  StepBody
	}) (*caseAnswer, error) {
		expect, err := strconv.ParseUint(strings.Trim(in.Match, `"`), 10, 64)
		if in.Match == "" || err != nil || expect == 0 {
			return nil, huma.NewError(http.StatusPreconditionRequired, "say in If-Match which version of the case this was decided on: the ETag with which it was read")
		}
		if _, err := s.caseFor(ctx, in.ID); err != nil {
			return nil, s.problem(ctx, err)
		}
		kind := in.Body.Move
		if m := s.app.Procedure().Move(kind); m != nil {
			kind = m.As
		}
		step, err := s.stepOf(ctx, in.Body.Move, kind, &in.Body.StepWords)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		step.Key, step.Expect = in.Key, expect
		c, err := s.app.Step(ctx, in.ID, *step)
		return s.stepped(ctx, c, http.StatusCreated, err)
	})
}

// actionFor is what taking a kind of step needs.
func actionFor(id access.Identity, kind string) access.Action {
	switch kind {
	case "decide", "rule":
		return access.CaseDecide
	case "approve":
		return access.Approve
	case "publish":
		return access.Publish
	case "statement":
		if id.Role == access.Publisher {
			return access.Publish
		}
	}
	if id.Role == access.PartyLiaison {
		return access.CaseAnswer
	}
	return access.CaseWork
}

// stepOf is a step as its author may take it.
func (s *Server) stepOf(ctx context.Context, move, kind string, b *StepWords) (*app.CaseStep, error) {
	id := asks(ctx)
	label := observation.Handling(b.Handling)
	if d := access.Decide(id, actionFor(id, kind), cmp.Or(label, observation.Clear)); !d.Allowed {
		return nil, huma.Error403Forbidden(d.Why)
	}
	step := &app.CaseStep{Take: b.Take, Handling: label, Step: casework.Step{Move: move, For: b.For, Text: b.Text, Title: b.Title, Evidence: b.Evidence,
		Accused: b.Accused, Parties: b.Parties, Office: b.Office, Item: b.Item, Means: b.Means, Outcome: b.Outcome, Reason: b.Reason, Case: b.Case,
		Due: b.Due, Ruling: b.Ruling, By: cmp.Or(id.Name, id.Account), Role: string(id.Role), At: b.At, Reasons: b.Reasons}}
	if id.Role == access.PartyLiaison {
		if b.For != "" && b.For != id.Party {
			return nil, huma.Error403Forbidden("a liaison officer speaks for one party, " + id.Party)
		}
		step.For = id.Party
		if len(b.Take) > 0 {
			for _, of := range b.Take { // it can only take up what it may see
				if _, err := s.explanation(ctx, of); err != nil {
					return nil, err
				}
			}
		}
	}
	if b.At.After(s.now().Add(time.Minute)) {
		return nil, invalid("body.at", errors.New("it has not happened yet"))
	}
	return step, nil
}

// stepped answers after a step.
func (s *Server) stepped(ctx context.Context, c *casework.Case, status int, err error) (*caseAnswer, error) {
	var refused *casework.Refused
	var conflict *app.Conflict
	switch {
	case errors.As(err, &refused):
		details := make([]error, len(refused.Allowed))
		for i, m := range refused.Allowed {
			details[i] = &huma.ErrorDetail{Location: "body.move", Message: "can be taken now", Value: m}
		}
		return nil, huma.Error409Conflict(refused.Error(), details...)
	case errors.As(err, &conflict):
		detail := &huma.ErrorDetail{Location: "header.If-Match", Message: conflict.Error()}
		if conflict.Last != nil {
			detail.Value = conflict.Last.Record
		}
		return nil, huma.Error412PreconditionFailed("somebody else has taken a step in the meantime; read the case and decide again", detail)
	case err != nil && !errors.Is(err, app.ErrUnknown) && ctx.Err() == nil:
		return nil, huma.Error422UnprocessableEntity(err.Error())
	case err != nil:
		return nil, s.problem(ctx, err)
	}
	x, err := s.caseFor(ctx, c.ID)
	return s.answerCase(ctx, x, status, err)
}

func (s *Server) answerCase(ctx context.Context, x *app.CaseFile, status int, err error) (*caseAnswer, error) {
	if err != nil {
		return nil, s.problem(ctx, err)
	}
	out := &caseAnswer{Status: status, ETag: `"` + strconv.FormatUint(x.Version, 10) + `"`, Body: x}
	if status == http.StatusCreated {
		out.Location = "/api/v1/cases/" + x.ID
	}
	return out, nil
}

// caseFor is a case as whoever asks may see it.
func (s *Server) caseFor(ctx context.Context, id string) (*app.CaseFile, error) {
	x, err := s.app.Case(ctx, id, s.now())
	if err != nil {
		return nil, err
	}
	if seen := s.casesFor(ctx, []*app.CaseFile{x}); len(seen) > 0 {
		return seen[0], nil
	}
	return nil, app.ErrUnknown
}

// casesFor leaves of cases what whoever asks may see.
func (s *Server) casesFor(ctx context.Context, cases []*app.CaseFile) []*app.CaseFile {
	id, policy := asks(ctx), s.policyFor(ctx)
	var out []*app.CaseFile
	for _, c := range cases {
		switch id.Audience() {
		case publish.Mission:
			out = append(out, c.Limit(func(h observation.Handling) bool { return publish.Sees(policy, h) }))
		case publish.Parties:
			if x, ok := c.ForParty(id.Party); ok {
				out = append(out, x)
			}
		}
	}
	return out
}

// caseList lists what whoever asks may see.
func (s *Server) caseList(ctx context.Context, f app.CaseFilter) (*Cases, error) {
	id, policy := asks(ctx), s.policyFor(ctx)
	out := &Cases{Cases: []app.CaseRow{}, Published: []casework.Summary{}}
	audience := id.Audience()
	if audience == publish.Parties {
		f.Party = id.Party
	}
	if audience != publish.Public {
		rows, err := s.app.Cases(ctx, f, s.now())
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			switch {
			case audience == publish.Mission && !publish.Sees(policy, r.Handling):
				continue // how it was reported is not for them, so neither is its title
			case audience == publish.Parties:
				r.Office, r.Overdue, r.Due = "", 0, time.Time{}
				r.Waiting = slices.DeleteFunc(r.Waiting, func(who string) bool { return who != id.Party })
			}
			out.Cases = append(out.Cases, r)
		}
	}
	if audience == publish.Mission {
		var err error
		if out.Reminders, err = s.app.Reminders(ctx, s.now()); err != nil {
			return nil, err
		}
	}
	var err error
	out.Published, err = s.app.PublishedCases(ctx, policy, s.now())
	return out, err
}
