package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/witness"
)

// witnessing is what the witness's own commands share.
type witnessing struct{ dir string }

const (
	witnessKeyFile  = "witness.key"
	witnessSeenFile = "seen.json"
)

func (c *cli) witness() *cobra.Command {
	x := &witnessing{}
	cmd := &cobra.Command{
		Use: "witness", Short: "Watch a log that somebody else runs, cosign what is consistent, refuse a fork",
		Long: `A party or a guarantor that does not trust whoever runs the monitor watches its log: a witness
remembers the last checkpoint that it has seen, lets a newer one pass only if the log merely grew,
and cosigns it. Whoever knows the witness's key then knows that nobody is shown another past.
"key" makes a witness, "check" looks at a served log, "serve" answers those who ask (C2SP
tlog-witness), "ask" is for whoever runs the log: it collects a witness's cosignature.`,
		Example: "  truce witness key guarantor.example/w1 --dir w1\n  truce witness check https://monitor.example/journal --log key.pub --dir w1\n  truce witness serve --dir w1 --log key.pub --listen 127.0.0.1:8071\n  truce -w mission witness ask http://127.0.0.1:8071 --key w1/witness.pub",
	}
	cmd.AddCommand(c.witnessKey(x), c.witnessCheck(x), c.witnessServe(x), c.witnessAsk())
	for _, sub := range cmd.Commands() {
		if sub.Name() != "ask" {
			sub.Flags().StringVar(&x.dir, "dir", ".", "folder of the witness: its key and what it has seen")
		}
	}
	return cmd
}

func (c *cli) witnessKey(x *witnessing) *cobra.Command {
	return &cobra.Command{
		Use: "key NAME", Short: "Make a witness with a new key", Args: args(cobra.ExactArgs(1)),
		Example: "  truce witness key guarantor.example/w1 --dir w1",
		RunE: func(_ *cobra.Command, a []string) error {
			w, err := journal.NewWitness(rand.Reader, a[0])
			if err != nil {
				return usage("%w", err)
			}
			if err := os.MkdirAll(x.dir, 0o700); err != nil {
				return err
			}
			f, err := os.OpenFile(filepath.Join(x.dir, witnessKeyFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(f, w.Private())
			if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(x.dir, "witness.pub"), []byte(w.Public()+"\n"), 0o644); err != nil {
				return err
			}
			fmt.Fprintln(c.out, w.Public())
			return nil
		},
	}
}

// open opens the witness and has it watch logs.
func (x *witnessing) open(logs []string) (*witness.Witness, error) {
	data, err := os.ReadFile(filepath.Join(x.dir, witnessKeyFile))
	if err != nil {
		return nil, fmt.Errorf("opening the witness: %w; `truce witness key` makes one", err)
	}
	key, err := journal.ParseWitness(string(data))
	if err != nil {
		return nil, fmt.Errorf("opening the witness: %s: %w", witnessKeyFile, err)
	}
	w, err := witness.Open(filepath.Join(x.dir, witnessSeenFile), key, time.Now)
	if err != nil {
		return nil, err
	}
	for _, l := range logs {
		public, err := keyFrom(l)
		if err == nil {
			err = w.Watch(public)
		}
		if err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (c *cli) witnessServe(x *witnessing) *cobra.Command {
	var logs []string
	var listen string
	cmd := &cobra.Command{
		Use: "serve", Short: "Answer those who ask for cosignatures, until interrupted", Args: args(cobra.NoArgs),
		Example: "  truce witness serve --dir w1 --log key.pub --listen 127.0.0.1:8071",
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := x.open(logs)
			if err != nil {
				return err
			}
			l, err := net.Listen("tcp", listen)
			if err != nil {
				return err
			}
			c.note("witness at http://%s/add-checkpoint", l.Addr())
			server := &http.Server{Handler: w, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
			go func() {
				<-cmd.Context().Done()
				server.Close()
			}()
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&logs, "log", nil, "public key of a log to watch, or a file that holds it")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8071", "address to listen at")
	return cmd
}

func (c *cli) witnessCheck(x *witnessing) *cobra.Command {
	var log string
	cmd := &cobra.Command{
		Use: "check URL|DIR", Short: "Look at a served log, or a journal's folder, and cosign it if it merely grew", Args: args(cobra.ExactArgs(1)),
		Example: "  truce witness check https://monitor.example/journal --log key.pub --dir w1",
		RunE: func(cmd *cobra.Command, a []string) error {
			if log == "" {
				return usage("--log KEY is missing: the public key of the log")
			}
			public, err := keyFrom(log)
			if err != nil {
				return err
			}
			w, err := x.open([]string{public})
			if err != nil {
				return err
			}
			fetch := app.Remote(cmd.Context(), a[0])
			if info, err := os.Stat(a[0]); err == nil && info.IsDir() {
				fetch = journal.Folder(a[0])
			}
			signed, err := fetch.Checkpoint()
			if err != nil {
				return err
			}
			line, err := cosign(w, fetch, signed)
			if errors.Is(err, witness.ErrFork) || errors.Is(err, witness.ErrSignature) || errors.Is(err, witness.ErrOrder) {
				return &exitError{exitWrong, fmt.Errorf("REFUSED: %w", err)}
			}
			if err != nil {
				return err
			}
			_, err = c.out.Write(append(signed, line...))
			return err
		},
	}
	cmd.Flags().StringVar(&log, "log", "", "public key of the log, or a file that holds it")
	return cmd
}

// cosign has a witness look at a log that it can fetch from.
func cosign(w *witness.Witness, fetch journal.Fetch, signed []byte) ([]byte, error) {
	c, _, err := journal.SplitCheckpoint(signed)
	if err != nil {
		return nil, err
	}
	seen, _ := w.Seen(c.Origin)
	if seen.Size > c.Size {
		return nil, fmt.Errorf("%w: it had %d records and now has %d", witness.ErrFork, seen.Size, c.Size)
	}
	proof, err := journal.ProveConsistency(fetch, seen.Size, c.Head)
	if err != nil {
		return nil, err
	}
	return w.Add(signed, seen.Size, proof)
}

func (c *cli) witnessAsk() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use: "ask URL", Short: "Ask a witness to cosign this workspace's checkpoint, and keep the cosignature", Args: args(cobra.ExactArgs(1)),
		Example: "  truce -w mission witness ask http://127.0.0.1:8071 --key witness.pub",
		RunE: func(cmd *cobra.Command, a []string) error {
			if key == "" {
				return usage("--key KEY is missing: the public key of the witness")
			}
			public, err := keyFrom(key)
			if err != nil {
				return err
			}
			return c.reading(cmd.Context(), func(w *app.App) error {
				got, err := w.AskWitness(cmd.Context(), public, func(ctx context.Context, signed []byte, prove func(uint64) ([][32]byte, error)) ([]byte, error) {
					return witness.Ask(ctx, &http.Client{Timeout: time.Minute}, a[0], signed, prove)
				})
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s cosigned %d records at %s\n", got.Witness, got.Records, got.At.Format("2006-01-02 15:04:05 UTC"))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "public key of the witness, or a file that holds it")
	return cmd
}

func (c *cli) stamp() *cobra.Command {
	var query, reply string
	cmd := &cobra.Command{
		Use: "stamp [URL]", Short: "Have an authority stamp the time of the journal's checkpoint (RFC 3161)", Args: args(cobra.MaximumNArgs(1)),
		Long: `Have an authority say that the journal was so at a time: by its address, or without a network by
a request that is carried to it (--query) and a reply that is carried back (--reply).
` + "`truce verify --tsa FILE`" + ` checks the time stamps against the authorities that you trust.`,
		Example: "  truce stamp http://tsa.example/\n  truce stamp --query request.tsq\n  truce stamp --reply response.tsr",
		RunE: func(cmd *cobra.Command, a []string) error {
			if n := len(a) + countSet(query, reply); n != 1 {
				return usage("give an address, --query FILE or --reply FILE; see `truce stamp --help`")
			}
			return c.reading(cmd.Context(), func(w *app.App) error {
				if query != "" {
					return c.into(query, w.StampQuery)
				}
				var done *app.Stamped
				var err error
				if reply != "" {
					var data []byte
					if data, err = os.ReadFile(reply); err == nil {
						done, err = w.StampReply(data)
					}
				} else {
					done, err = w.Stamp(cmd.Context(), a[0])
				}
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%d records were so at %s, says %s\n", done.Records, done.At.Format("2006-01-02 15:04:05 UTC"), done.By)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&query, "query", "", "write a request, to be carried to an authority")
	cmd.Flags().StringVar(&reply, "reply", "", "take the reply of an authority")
	return cmd
}

func countSet(texts ...string) (n int) {
	for _, t := range texts {
		if t != "" {
			n++
		}
	}
	return n
}
