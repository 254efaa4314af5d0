package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/journal"
)

func (c *cli) prove() *cobra.Command {
	var out string
	var opt app.ProveOptions
	var standard bool
	cmd := &cobra.Command{
		Use: "prove ID", Short: "Write a small file that proves that records are in the sealed journal", Args: args(cobra.ExactArgs(1)),
		Long: `Write a file that shows to whoever has the public key that what an ID rests on is in the
journal at its signed checkpoint: an observation (source/ref), the observations of an incident
or a finding, all that a day's report rests on (2026-03-04), or one record ("#17").
The file holds what the records say, word for word; with --commitments-only it does not.`,
		Example: "  truce prove I-4TQ7M2XK --out proof.json\n  truce prove 2026-03-04 --commitments-only --out report-proof.json\n  truce prove \"camera 7/882\" --standard --out 882.tlog-proof",
		RunE: func(cmd *cobra.Command, a []string) error {
			return c.reading(cmd.Context(), func(w *app.App) error {
				p, err := w.Prove(cmd.Context(), a[0], opt)
				if err != nil {
					return err
				}
				if standard && len(p.Records) != 1 {
					return usage("--standard: the format holds one record; %s rests on %d", a[0], len(p.Records))
				}
				write := p.Write
				if standard {
					write = func(w io.Writer) error { return p.TLogProof(w, 0) }
				}
				if err := c.into(out, write); err != nil {
					return err
				}
				c.note("proves %s: %s; checked with `truce verify FILE --key KEY`, the key being %s", p.About, plural(len(p.Records), "record", "records"), w.PublicKey())
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&out, "out", "", "file to write (default: standard output)")
	f.BoolVar(&opt.CommitmentsOnly, "commitments-only", false, "prove that the records are there, not what they say")
	f.BoolVar(&standard, "standard", false, "in the format C2SP tlog-proof, of one record")
	return cmd
}

func (c *cli) verify() *cobra.Command {
	var key string
	var since, witnesses []string
	var stampers string
	var asJSON, journalOnly bool
	cmd := &cobra.Command{
		Use: "verify [FILE | URL | DIR]", Short: "Check a workspace, a proof or a served journal, and say the first thing wrong", Args: args(cobra.MaximumNArgs(1)),
		Long: `Check, without changing anything, and print what was checked and the first thing wrong.
Without an argument, or with a folder: a workspace, every byte of its journal and every row of
its projections. With a file: a proof, against the public key. With an address: a journal that
is served; a plain file server over its folder is enough. --since holds it against a checkpoint
that was kept: the log must go on from it. The exit code is 4 where something is wrong.

KEY is the public key itself or a file that holds it; whoever runs the log has it in
journal/key.pub. Get it another way than what you check.`,
		Example: "  truce verify\n  truce verify proof.json --key key.pub\n  truce verify https://monitor.example/journal --key key.pub --since checkpoint-of-may",
		RunE: func(cmd *cobra.Command, a []string) error {
			opt := app.VerifyOptions{JournalOnly: journalOnly, Options: c.options()}
			var err error
			if opt.Key, err = keyFrom(key); err != nil {
				return err
			}
			for _, s := range since {
				data, err := os.ReadFile(s)
				if err != nil {
					return err
				}
				opt.Earlier = append(opt.Earlier, data)
			}
			if stampers != "" {
				if opt.Stampers, err = os.ReadFile(stampers); err != nil {
					return err
				}
			}
			for _, w := range witnesses {
				k, err := keyFrom(w)
				if err != nil {
					return err
				}
				opt.Witnesses = append(opt.Witnesses, k)
			}
			what := c.workspace
			if len(a) > 0 {
				what = a[0]
			}
			v, err := c.verification(cmd, what, opt)
			if err != nil {
				return err
			}
			return c.verified(v, asJSON)
		},
	}
	f := cmd.Flags()
	f.StringVar(&key, "key", "", "the log's public key, or a file that holds it")
	f.StringSliceVar(&since, "since", nil, "signed checkpoint that was kept; the log must go on from it")
	f.StringSliceVar(&witnesses, "witness", nil, "public key of a witness that must have cosigned, or a file that holds it")
	f.StringVar(&stampers, "tsa", "", "certificates (PEM) of authorities whose time stamps count")
	f.BoolVar(&journalOnly, "journal-only", false, "leave the projections alone")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	return cmd
}

// verification checks what is named.
func (c *cli) verification(cmd *cobra.Command, what string, opt app.VerifyOptions) (*app.Verification, error) {
	if strings.HasPrefix(what, "http://") || strings.HasPrefix(what, "https://") {
		return app.VerifyURL(cmd.Context(), what, opt)
	}
	info, err := os.Stat(what)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return app.Verify(cmd.Context(), what, opt)
	}
	if opt.Key == "" {
		return nil, usage("--key KEY is missing: a proof is checked with the log's public key; see `truce verify --help`")
	}
	f, err := os.Open(what)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := journal.ReadProof(f)
	if err != nil {
		return &app.Verification{Of: what, Wrong: err.Error()}, nil
	}
	return app.VerifyProof(what, p, opt.Key)
}

// verified prints a verification and sets the exit code.
func (c *cli) verified(v *app.Verification, asJSON bool) error {
	if v.Wrong != "" {
		c.code = exitWrong
	}
	if asJSON {
		return c.json(v)
	}
	for _, s := range v.Checked {
		fmt.Fprintf(c.out, "checked: %s\n", s)
	}
	if v.Wrong != "" {
		fmt.Fprintf(c.out, "WRONG:   %s\n", v.Wrong)
		return nil
	}
	fmt.Fprintf(c.out, "%s: nothing is wrong\n", v.Of)
	return nil
}

// keyFrom reads a public key, from a file if there is one of that name.
func keyFrom(s string) (string, error) {
	if s == "" || strings.Count(s, "+") >= 2 {
		return s, nil
	}
	data, err := os.ReadFile(s)
	if err != nil {
		return "", fmt.Errorf("reading a public key: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

func (c *cli) backup() *cobra.Command {
	return &cobra.Command{
		Use: "backup DIR", Short: "Copy the workspace into a new folder while it is being written to", Args: args(cobra.ExactArgs(1)),
		Long: `Copy agreement, journal and private key into a new folder, at any time, and check the copy. It
is a workspace itself: to restore it, put it in the old one's place. Keep it as safe as the
workspace: whoever has the private key can sign in its name.`,
		Example: "  truce backup /media/safe/mission-2026-03-04",
		RunE: func(cmd *cobra.Command, a []string) error {
			done, err := app.Backup(cmd.Context(), c.workspace, a[0], c.options())
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s holds %d records, checked, root %x\n", a[0], done.Head.Size, done.Head.Root)
			return nil
		},
	}
}

func (c *cli) redact() *cobra.Command {
	var r app.Redaction
	var asJSON bool
	cmd := &cobra.Command{
		Use: "redact ID… --reason WHY", Short: "Erase personal data for good, while every proof stays valid", Args: args(cobra.MinimumNArgs(1)),
		Long: `Erase what records say: of observations (source/ref) in all their versions, or of single
records ("#17"). An observation stays without text, addresses, media and the observer's place,
so that what happened, where and when keeps its incidents and findings; with --whole it goes
altogether. That it was erased, and why, is on record. What was sealed is proved as before.
Backups and bundles that were made before hold the data still: erase them there too.`,
		Example: "  truce redact \"hotline/17\" --reason \"asked for by the caller on 4 March\"",
		RunE: func(cmd *cobra.Command, ids []string) error {
			if r.Reason == "" {
				return usage("--reason WHY is missing; it stays on record")
			}
			r.IDs = ids
			return c.with(cmd.Context(), func(a *app.App) error {
				done, err := a.Redact(cmd.Context(), r)
				if err != nil {
					return err
				}
				if asJSON {
					return c.json(done)
				}
				fmt.Fprintf(c.out, "erased what %s said (%s); that they did is record %d\n", plural(len(done.Erased), "record", "records"), numbers(done.Erased), done.Record)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.Reason, "reason", "", "why; it stays on record")
	f.StringVar(&r.By, "by", "", "who asked for it")
	f.BoolVar(&r.Whole, "whole", false, "erase observations altogether")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	return cmd
}

func numbers(seqs []uint64) string {
	out := make([]string, 0, len(seqs))
	for i, n := range seqs {
		if i == 12 {
			out = append(out, "…")
			break
		}
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, ", ")
}

// into writes to a file, or to standard output without one.
func (c *cli) into(path string, write func(io.Writer) error) error {
	if path == "" {
		return write(c.out)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}
