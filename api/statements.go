package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/statement"
)

// Statements are what people have confirmed that somebody said.
type Statements struct {
	Statements []app.Statement `json:"statements"`
}

// mostArticle is the longest article that is read over the network, in bytes.
const mostArticle = 500_000

// ArticleText is an article that somebody sends.
type ArticleText struct {
	Text     string `json:"text" minLength:"1" maxLength:"500000" doc:"The article: plain text or HTML"`
	Language string `json:"language,omitempty" enum:"en,fr,uk,ru,tr" doc:"Of the article; without it, it is found out"`
}

func (s *Server) statements(api huma.API) {
	get(s, api, "/api/v1/statements", "list-statements", access.ReadPicture, "What people have confirmed that somebody said",
		func(ctx context.Context, _ *struct{}) (Statements, error) {
			all, err := s.app.Statements(ctx)
			out := Statements{[]app.Statement{}}
			for _, x := range all {
				if access.Decide(access.From(ctx), access.ReadPicture, cmp.Or(x.Handling, publish.Default)).Allowed {
					out.Statements = append(out.Statements, x)
				}
			}
			return out, err
		})
	type question struct{ Body ArticleText }
	op := operation(http.MethodPost, "/api/v1/statements", "propose-statements", access.Declare, "Who said what in an article, as proposals; nothing is recorded")
	op.MaxBodyBytes = 2 * mostArticle
	respond(s, api, op, func(ctx context.Context, in *question) (*statement.Article, error) {
		return s.propose(in.Body)
	})
	type confirming struct {
		Body struct {
			ArticleText
			ID      string `json:"id" minLength:"1" maxLength:"40" doc:"Of the proposal"`
			Said    string `json:"said" minLength:"1" maxLength:"40" doc:"When it was said"`
			Party   string `json:"party,omitempty" maxLength:"100" doc:"Whose position it is; without it as proposed"`
			Issue   string `json:"issue,omitempty" maxLength:"100" doc:"On which issue of the agreement"`
			Stance  string `json:"stance,omitempty" enum:"for,against,conditional,open,statement"`
			Words   string `json:"words,omitempty" maxLength:"5000" doc:"A summary in the article's language; without it the words themselves"`
			Source  string `json:"source,omitempty" maxLength:"100" doc:"The article's id among the agreement's texts"`
			Title   string `json:"title,omitempty" maxLength:"500"`
			URL     string `json:"url,omitempty" maxLength:"2000"`
			Reasons string `json:"reasons,omitempty" maxLength:"5000"`
			Again   bool   `json:"again,omitempty" doc:"Take the place of what was confirmed before"`
		}
	}
	op = operation(http.MethodPost, "/api/v1/statements/confirm", "confirm-statement", access.Declare, "Put a proposed statement on record as a party's position, by whoever asks")
	op.MaxBodyBytes = 2 * mostArticle
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusConflict)
	respond(s, api, op, func(ctx context.Context, in *confirming) (*app.Statement, error) {
		found, err := s.propose(in.Body.ArticleText)
		if err != nil {
			return nil, err
		}
		said, err := instant("body.said", in.Body.Said, s.app.Agreement().Location())
		if err != nil {
			return nil, err
		}
		who := access.From(ctx)
		x := in.Body
		confirmed, err := s.app.ConfirmStatement(ctx, found, x.ID, app.Confirmation{By: cmp.Or(who.Name, who.Account), Role: string(who.Role), Party: x.Party,
			Issue: x.Issue, Stance: x.Stance, Said: said, Words: x.Words, Text: x.Source, Title: x.Title, URL: x.URL, Reasons: x.Reasons, Again: x.Again})
		switch {
		case errors.Is(err, app.ErrStatement):
			return nil, invalid("body", err)
		case errors.Is(err, app.ErrConflict):
			return nil, huma.Error409Conflict(err.Error())
		}
		return confirmed, err
	})
}

func (s *Server) propose(in ArticleText) (*statement.Article, error) {
	out, err := app.ProposeStatements([]byte(in.Text), in.Language, s.app.Agreement())
	if err != nil {
		return nil, invalid("body.text", err)
	}
	return out, nil
}
