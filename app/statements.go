package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/statement"
)

// Statement is what somebody said, once a named person has confirmed it: a
// party's position beside those of the agreement.
type Statement struct {
	ID       string         `json:"id"`
	Party    string         `json:"party"`
	Speaker  string         `json:"speaker"` // office and name
	Issue    string         `json:"issue,omitempty"`
	Said     time.Time      `json:"said"`
	Stance   string         `json:"stance,omitempty"`
	Words    agreement.Text `json:"words"`
	Kind     string         `json:"kind"`  // direct, reported or mixed
	Quote    string         `json:"quote"` // of the article: the sentences that say so
	Article  ArticleSource  `json:"article"`
	Withdrew bool           `json:"withdrawn,omitempty"` // by whom confirmed it, or somebody else

	By        string               `json:"by"` // who confirmed it
	Role      string               `json:"role"`
	Confirmed time.Time            `json:"confirmed"`
	Reasons   string               `json:"reasons,omitempty"`
	Handling  observation.Handling `json:"handling,omitempty"`
	Record    uint64               `json:"record"`
}

// ArticleSource is where a statement was read.
type ArticleSource struct {
	Text     string `json:"text,omitempty"` // the agreement's id of it, if it is one of its texts
	Title    string `json:"title,omitempty"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language"`
	SHA256   string `json:"sha256"` // of the plain text that was read
}

// Confirmation is a person's word on a proposal. What is empty is as proposed.
type Confirmation struct {
	By, Role             string
	Party, Issue, Stance string
	Said                 time.Time // required: when it was said
	Words                string    // in the article's language, or a summary in it
	Text, Title, URL     string    // of the article
	Reasons              string
	Handling             observation.Handling
	// Again lets it take the place of what was confirmed before.
	Again bool
}

// ProposeStatements reads an article (plain text or HTML; language empty: it is
// detected) and proposes who said what, with the parties and issues of terms
// (nil: none). Nothing is recorded.
func ProposeStatements(raw []byte, language string, terms *agreement.Agreement) (*statement.Article, error) {
	reader, err := statement.NewReader()
	if err != nil {
		return nil, err
	}
	text, left, err := statement.Page(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the article: %w", err)
	}
	article, err := reader.Read(text, language)
	if err != nil {
		return nil, fmt.Errorf("reading the article: %w", err)
	}
	article.LeftOut = left
	reader.Match(article, terms)
	return article, nil
}

// ErrStatement is what errors.Is finds where a confirmation lacks something or
// asks for something that is not there.
var ErrStatement = errors.New("the statement can't be confirmed")

// ConfirmStatement puts a proposal of an article on record as a party's
// position, by a named person.
func (a *App) ConfirmStatement(ctx context.Context, article *statement.Article, id string, c Confirmation) (*Statement, error) {
	i := slices.IndexFunc(article.Proposals, func(p statement.Proposal) bool { return p.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("%w: the article has no proposal %s; it has %d, see `truce statements`", ErrStatement, id, len(article.Proposals))
	}
	p := &article.Proposals[i]
	s := &Statement{ID: id, Party: cmp.Or(c.Party, p.Party), Speaker: p.Title(), Issue: c.Issue, Said: c.Said.UTC(), Stance: cmp.Or(c.Stance, p.Stance),
		Words: agreement.Text{article.Language: cmp.Or(c.Words, p.Words())}, Kind: p.Kind, Quote: p.Sentence.Text,
		Article: ArticleSource{c.Text, c.Title, c.URL, article.Language, article.SHA256}}
	if err := a.soundStatement(s, c); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrStatement, id, err)
	}
	return a.recordStatement(ctx, s, c)
}

func (a *App) soundStatement(s *Statement, c Confirmation) error {
	var wrong []string
	if a.agreement.Party(s.Party) == nil {
		wrong = append(wrong, fmt.Sprintf("party %q is none of the agreement's; say whose position it is", s.Party))
	}
	if s.Issue != "" && !slices.ContainsFunc(a.agreement.Issues, func(x agreement.Issue) bool { return x.ID == s.Issue }) {
		wrong = append(wrong, fmt.Sprintf("issue %q is none of the agreement's", s.Issue))
	}
	if s.Stance != "" && !slices.Contains([]string{"for", "against", "conditional", "open", "statement"}, s.Stance) {
		wrong = append(wrong, fmt.Sprintf("stance %q: expected for, against, conditional, open or statement", s.Stance))
	}
	if s.Said.IsZero() {
		wrong = append(wrong, "when it was said is missing")
	}
	if s.Article.Text != "" && !slices.ContainsFunc(a.agreement.Texts, func(x agreement.Source) bool { return x.ID == s.Article.Text }) {
		wrong = append(wrong, fmt.Sprintf("text %q is none of the agreement's texts", s.Article.Text))
	}
	if strings.TrimSpace(c.By) == "" || strings.TrimSpace(c.Role) == "" {
		wrong = append(wrong, "who confirms it, and in which role, is missing")
	}
	if wrong != nil {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

func (a *App) recordStatement(ctx context.Context, s *Statement, c Confirmation) (*Statement, error) {
	data, err := canonical(s.said())
	if err != nil {
		return nil, fmt.Errorf("confirming %s: %w", s.ID, err)
	}
	d := Decision{Of: s.ID, What: DecisionStatement, By: c.By, Role: c.Role, Reasons: c.Reasons, Handling: c.Handling, Data: data, Expect: NothingYet}
	if c.Again {
		d.Expect = 0
	}
	record, err := a.Decide(ctx, d)
	if err != nil {
		return nil, err
	}
	all, err := a.Decisions(ctx, DecisionStatement, s.ID)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Record == record {
			return statementOf(&all[i])
		}
	}
	return nil, fmt.Errorf("confirming %s: record %d is not there", s.ID, record)
}

// WithdrawStatement says that what was confirmed does not hold; the record of
// it stays.
func (a *App) WithdrawStatement(ctx context.Context, id string, c Confirmation) (*Statement, error) {
	all, err := a.Statements(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(s Statement) bool { return s.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("%w: nobody has confirmed %s", ErrStatement, id)
	}
	s := all[i]
	s.Withdrew = true
	c.Again = true
	return a.recordStatement(ctx, &s, c)
}

// saidStatement is what a record adds to who decided what, when and why.
type saidStatement struct {
	Party     string         `json:"party"`
	Speaker   string         `json:"speaker"`
	Issue     string         `json:"issue,omitempty"`
	Said      time.Time      `json:"said"`
	Stance    string         `json:"stance,omitempty"`
	Words     agreement.Text `json:"words"`
	Kind      string         `json:"kind"`
	Quote     string         `json:"quote"`
	Article   ArticleSource  `json:"article"`
	Withdrawn bool           `json:"withdrawn,omitempty"`
}

func (s *Statement) said() saidStatement {
	return saidStatement{s.Party, s.Speaker, s.Issue, s.Said, s.Stance, s.Words, s.Kind, s.Quote, s.Article, s.Withdrew}
}

func statementOf(d *Decision) (*Statement, error) {
	var x saidStatement
	if err := json.Unmarshal(d.Data, &x); err != nil {
		return nil, fmt.Errorf("reading the statement of record %d: %w", d.Record, err)
	}
	return &Statement{ID: d.Of, Party: x.Party, Speaker: x.Speaker, Issue: x.Issue, Said: x.Said, Stance: x.Stance, Words: x.Words, Kind: x.Kind,
		Quote: x.Quote, Article: x.Article, Withdrew: x.Withdrawn, By: d.By, Role: d.Role, Confirmed: d.At, Reasons: d.Reasons, Handling: d.Handling,
		Record: d.Record}, nil
}

// Statements lists what people have confirmed, by the time at which it was
// said; of each the newest record, and none that was withdrawn.
func (a *App) Statements(ctx context.Context) ([]Statement, error) {
	decisions, err := a.Decisions(ctx, DecisionStatement, "")
	if err != nil {
		return nil, err
	}
	newest := map[string]int{}
	out := []Statement{}
	for i := range decisions {
		s, err := statementOf(&decisions[i])
		if err != nil {
			return nil, err
		}
		if k, ok := newest[s.ID]; ok {
			out[k] = *s
			continue
		}
		newest[s.ID] = len(out)
		out = append(out, *s)
	}
	out = slices.DeleteFunc(out, func(s Statement) bool { return s.Withdrew })
	slices.SortStableFunc(out, func(x, y Statement) int { return cmp.Or(x.Said.Compare(y.Said), cmp.Compare(x.Record, y.Record)) })
	return out, nil
}

// positions are those of the agreement, those declared, and the statements
// that people have confirmed, as the policy lets its audience see them.
func (a *App) positions(ctx context.Context, declared []declared, policy agreement.Policy) ([]commitment.Position, error) {
	out := positionsOf(a.agreement, declared)
	all, err := a.Statements(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if !publish.Sees(policy, cmp.Or(s.Handling, publish.Default)) {
			continue
		}
		p := commitment.Position{ID: s.ID, Party: s.Party, Speaker: s.Speaker, Issue: s.Issue, At: s.Said, Stance: s.Stance, Words: s.Words,
			Record: s.Record, ConfirmedBy: s.By}
		if publish.Withholds(policy, publish.FieldSource) {
			p.ConfirmedBy = ""
		}
		if s.Article.Text != "" {
			p.Sources = commitment.Quotes(a.agreement, []agreement.Citation{{Text: s.Article.Text, Quote: s.Quote}})
		} else {
			p.Sources = []commitment.Quote{{Title: agreement.Text{s.Article.Language: s.Article.Title}, URL: s.Article.URL, Quote: s.Quote, Language: s.Article.Language}}
		}
		out = append(out, p)
	}
	return out, nil
}
