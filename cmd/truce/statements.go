package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/statement"
)

func (c *cli) statements() *cobra.Command {
	var asJSON, asCSV bool
	var terms, language string
	var least float64
	var src statement.Source
	cmd := &cobra.Command{
		Use: "statements FILE", Short: "Read an article and propose who said what, for a person to confirm", Args: args(cobra.ExactArgs(1)),
		Long: `Read an article (plain text or HTML; ` + strings.Join(statement.Languages(), ", ") + `) and propose who said what:
the speaker with office and party, direct or reported, the exact words, the issues they
may be about, how sure that is and why. It proposes only: the output is YAML for the agreement's positions, and nothing is recorded. Parties and issues
are those of --agreement, or of the workspace if there is one.`,
		Example: "  truce statements article.txt --agreement agreement.yaml\n  truce statements article.html --language uk --csv\n  truce statements confirm article.txt S-4TQ7M2XK --by \"A. Officer\" --role negotiator --said 2026-01-06 --issue territory",
		RunE: func(cmd *cobra.Command, a []string) error {
			if asJSON && asCSV {
				return usage("--json or --csv, not both")
			}
			t, err := c.termsFor(cmd, terms)
			if err != nil {
				return err
			}
			article, err := propose(a[0], language, t)
			if err != nil {
				return err
			}
			var kept []statement.Proposal
			for _, p := range article.Proposals {
				if p.Confidence >= least {
					kept = append(kept, p)
				}
			}
			article.Proposals = append([]statement.Proposal{}, kept...)
			switch {
			case asJSON:
				return c.json(article)
			case asCSV:
				for _, l := range article.LeftOut {
					fmt.Fprintf(c.err, "%s: not read, as it is no part of the article: %s, %d words: %s …\n", a[0], l.What, l.Words, l.Begins)
				}
				return c.statementsCSV(article)
			default:
				first := ""
				if t != nil {
					first = t.FirstLanguage()
				}
				return article.WritePositions(c.out, src, first)
			}
		},
	}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "one JSON document, with byte offsets in the text")
	f.BoolVar(&asCSV, "csv", false, "a CSV table")
	f.StringVar(&terms, "agreement", "", "file of the agreement whose parties and issues are meant (default: the workspace's)")
	f.StringVar(&language, "language", "", "language of the article: "+strings.Join(statement.Languages(), ", ")+" (default: found out)")
	f.StringVar(&src.Text, "text", "", "id of the article among the agreement's texts, for the YAML")
	f.StringVar(&src.Date, "said", "", "date of the statements, for the YAML")
	f.Float64Var(&least, "least", 0, "leave out what is less sure than this, from 0 to 1")
	cmd.AddCommand(c.confirmStatement(), c.withdrawStatement(), c.listStatements())
	return cmd
}

// termsFor are the terms of a file, or of the workspace if there is one.
func (c *cli) termsFor(cmd *cobra.Command, file string) (*agreement.Agreement, error) {
	if file == "" {
		file = filepath.Join(c.workspace, "agreement.yaml")
		if _, err := os.Stat(file); err != nil {
			return nil, nil
		}
	}
	t, _, err := c.parse(file)
	return t, err
}

func propose(file, language string, terms *agreement.Agreement) (*statement.Article, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	article, err := app.ProposeStatements(raw, language, terms)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return article, nil
}

func (c *cli) statementsCSV(a *statement.Article) error {
	w := csv.NewWriter(c.out)
	w.Write([]string{"id", "speaker", "office", "party", "verb", "kind", "words", "issue", "stance", "confidence", "from", "to", "language", "sentence"})
	for i := range a.Proposals {
		p := &a.Proposals[i]
		issue := ""
		if len(p.Issues) > 0 {
			issue = p.Issues[0].ID
		}
		w.Write([]string{p.ID, p.Speaker, p.Office, p.Party, p.Verb, p.Kind, p.Words(), issue, p.Stance, strconv.FormatFloat(p.Confidence, 'f', 2, 64),
			strconv.Itoa(p.Quote[0].From), strconv.Itoa(p.Quote[len(p.Quote)-1].To), p.Language, p.Sentence.Text})
	}
	w.Flush()
	return w.Error()
}

func (c *cli) confirmStatement() *cobra.Command {
	var x app.Confirmation
	var language, said string
	cmd := &cobra.Command{
		Use: "confirm FILE ID", Short: "Put a proposed statement on record as a party's position, by a named person", Args: args(cobra.ExactArgs(2)),
		Long: `Put a proposed statement on record as a party's position. The article is read again and
must be the same text. Party and stance are as proposed unless given; the issue is not
taken over by itself. The record is a decision of the person named by --by.`,
		Example: "  truce statements confirm article.txt S-4TQ7M2XK --by \"A. Officer\" --role negotiator --said 2026-01-06 --issue territory --stance against",
		RunE: func(cmd *cobra.Command, a []string) error {
			if x.By == "" || x.Role == "" || said == "" {
				return usage("--by, --role and --said are needed: who confirms it, in which role, and the day on which it was said")
			}
			return c.with(cmd.Context(), func(w *app.App) error {
				var err error
				if x.Said, err = when("--said", said, w.Agreement().Location()); err != nil {
					return err
				}
				article, err := propose(a[0], language, w.Agreement())
				if err != nil {
					return err
				}
				s, err := w.ConfirmStatement(cmd.Context(), article, a[1], x)
				return c.onRecord(s, err, "is on record as a position of")
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&x.By, "by", "", "who confirms it")
	f.StringVar(&x.Role, "role", "", "in which role")
	f.StringVar(&said, "said", "", "when it was said, such as 2026-01-06")
	f.StringVar(&x.Party, "party", "", "whose position it is (default: as proposed)")
	f.StringVar(&x.Issue, "issue", "", "on which issue of the agreement")
	f.StringVar(&x.Stance, "stance", "", "for, against, conditional, open or statement")
	f.StringVar(&x.Words, "words", "", "a summary in the article's language (default: the words themselves)")
	f.StringVar(&x.Text, "text", "", "id of the article among the agreement's texts")
	f.StringVar(&x.Title, "title", "", "title of the article")
	f.StringVar(&x.URL, "url", "", "address of the article")
	f.StringVar(&x.Reasons, "reasons", "", "why")
	f.StringVar(&language, "language", "", "language of the article (default: found out)")
	f.BoolVar(&x.Again, "again", false, "take the place of what was confirmed before")
	return cmd
}

func (c *cli) withdrawStatement() *cobra.Command {
	var x app.Confirmation
	cmd := &cobra.Command{
		Use: "withdraw ID", Short: "Say that a confirmed statement does not hold; its record stays", Args: args(cobra.ExactArgs(1)),
		Example: "  truce statements withdraw S-4TQ7M2XK --by \"A. Officer\" --role negotiator --reasons \"another speaker\"",
		RunE: func(cmd *cobra.Command, a []string) error {
			if x.By == "" || x.Role == "" {
				return usage("--by and --role are needed: who withdraws it, in which role")
			}
			return c.with(cmd.Context(), func(w *app.App) error {
				s, err := w.WithdrawStatement(cmd.Context(), a[0], x)
				return c.onRecord(s, err, "is withdrawn as a position of")
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&x.By, "by", "", "who withdraws it")
	f.StringVar(&x.Role, "role", "", "in which role")
	f.StringVar(&x.Reasons, "reasons", "", "why")
	return cmd
}

func (c *cli) onRecord(s *app.Statement, err error, what string) error {
	switch {
	case errors.Is(err, app.ErrStatement):
		return &exitError{exitWrong, err}
	case errors.Is(err, app.ErrConflict):
		return fmt.Errorf("%w; --again takes its place", err)
	case err != nil:
		return err
	}
	fmt.Fprintf(c.out, "%s %s %s%s, by %s (%s), record %d\n", s.ID, what, s.Party, issueOf(s), s.By, s.Role, s.Record)
	return nil
}

func issueOf(s *app.Statement) string {
	if s.Issue == "" {
		return ""
	}
	return " on " + s.Issue
}

func (c *cli) listStatements() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "confirmed", Short: "List the statements that people have confirmed", Args: args(cobra.NoArgs),
		Example: "  truce statements confirmed --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(w *app.App) error {
				all, err := w.Statements(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return c.json(map[string]any{"statements": all})
				}
				loc := w.Agreement().Location()
				for _, s := range all {
					fmt.Fprintf(c.out, "%s  %s  %s%s  %s: “%s” (confirmed by %s, %s)\n", s.ID, s.Said.In(loc).Format(time.DateOnly), s.Party, issueOf(&s),
						s.Speaker, firstOf(s.Words), s.By, cmp.Or(s.Role, "no role"))
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON document")
	return cmd
}

func firstOf(t agreement.Text) string {
	for _, words := range t {
		return words
	}
	return ""
}
