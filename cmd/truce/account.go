package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
)

// accounts opens who may sign in to the workspace.
func (c *cli) accounts(cmd *cobra.Command, do func(*access.Store) error) error {
	if _, err := os.Stat(filepath.Join(c.workspace, app.AgreementFile)); err != nil {
		return fmt.Errorf("%s: %w", c.workspace, app.ErrNoWorkspace)
	}
	s, err := access.Open(cmd.Context(), c.workspace, access.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	return do(s)
}

func (c *cli) account() *cobra.Command {
	cmd := &cobra.Command{
		Use: "account", Short: "Keep the accounts with which people sign in to the server", Args: args(cobra.NoArgs),
		Long: `Keep the accounts of this workspace's server. There is none to begin with and no
default password: the first account is made here. A password is asked for on the
terminal, or read as one line from standard input. The roles are observer, watch-officer,
verifier, party-liaison, publisher and administrator; nobody sees what is labelled above
the account's clearance.`,
		Example: "  truce account add anna --role verifier --name \"A. Marlen, verification branch\" --clearance TLP:RED\n  truce account list\n  truce account password anna\n  truce account remove anna",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.accountAdd(), c.accountList(), c.accountPassword(), c.accountRemove())
	return cmd
}

func (c *cli) accountAdd() *cobra.Command {
	var a access.Account
	var role, clearance string
	var without bool
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Make an account", Args: args(cobra.ExactArgs(1)),
		Example: "  truce account add anna --role verifier --name \"A. Marlen, verification branch\"\n  truce account add north --role party-liaison --party north\n  truce account add array7 --role observer --no-password",
		RunE: func(cmd *cobra.Command, names []string) error {
			a.Name, a.Role, a.Clearance = names[0], access.Role(role), observation.Handling(clearance)
			return c.accounts(cmd, func(s *access.Store) error {
				password := ""
				if !without {
					var err error
					if password, err = c.password(cmd.InOrStdin()); err != nil {
						return err
					}
					if password == "" {
						return errors.New("there is no password; --no-password makes an account for tokens only")
					}
				}
				made, err := s.Add(cmd.Context(), a, password)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s is a %s and may see up to %s\n", made.Name, made.Role, made.Clearance)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&role, "role", "", "observer, watch-officer, verifier, party-liaison, publisher or administrator")
	f.StringVar(&clearance, "clearance", "", "most restricted TLP label that it may see (default TLP:AMBER, or less where the role sees less)")
	f.StringVar(&a.Person, "name", "", "person and office, as records name them")
	f.StringVar(&a.Party, "party", "", "of a party liaison: the party, as the agreement names it")
	f.BoolVar(&without, "no-password", false, "an account for tokens only")
	return cmd
}

// password asks twice on a terminal, and reads a line elsewhere.
func (c *cli) password(in io.Reader) (string, error) {
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("reading the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for i, prompt := range []string{"password: ", "again: "} {
		fmt.Fprint(c.err, prompt)
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.err)
		if err != nil {
			return "", fmt.Errorf("reading the password: %w", err)
		}
		typed[i] = string(b)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ")
	}
	return typed[0], nil
}

func (c *cli) accountList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the accounts", Args: args(cobra.NoArgs), Example: "  truce account list\n  truce account list --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.accounts(cmd, func(s *access.Store) error {
				list, err := s.Accounts(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return c.json(list)
				}
				rows := make([][]string, len(list))
				for i, a := range list {
					rows[i] = []string{a.Name, string(a.Role), string(a.Clearance), a.Party, a.Person, stamp(a.Made)}
				}
				return c.table(false, []string{"account", "role", "clearance", "party", "name", "made"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as one JSON document")
	return cmd
}

func (c *cli) accountPassword() *cobra.Command {
	return &cobra.Command{
		Use: "password NAME", Short: "Change a password and end the account's sessions", Args: args(cobra.ExactArgs(1)), Example: "  truce account password anna",
		RunE: func(cmd *cobra.Command, names []string) error {
			return c.accounts(cmd, func(s *access.Store) error {
				password, err := c.password(cmd.InOrStdin())
				if err != nil {
					return err
				}
				return s.SetPassword(cmd.Context(), names[0], password)
			})
		},
	}
}

func (c *cli) accountRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Remove an account; what it did stays on record", Args: args(cobra.ExactArgs(1)), Example: "  truce account remove anna",
		RunE: func(cmd *cobra.Command, names []string) error {
			return c.accounts(cmd, func(s *access.Store) error { return s.Remove(cmd.Context(), names[0]) })
		},
	}
}

func (c *cli) token() *cobra.Command {
	cmd := &cobra.Command{
		Use: "token", Short: "Keep the tokens with which programs use the server", Args: args(cobra.NoArgs),
		Long: `Keep the tokens with which programs act for an account: sensors that submit,
scripts that read. A token is shown once, when it is made; the server keeps its hash.
--scope narrows it to actions, such as submit or read-published.`,
		Example: "  truce token add array7 --scope submit --label \"acoustic array 7\" --days 365\n  truce token list\n  truce token revoke k3JQx2_1",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.tokenAdd(), c.tokenList(), c.tokenRevoke())
	return cmd
}

func (c *cli) tokenAdd() *cobra.Command {
	var label string
	var scopes []string
	var days float64
	cmd := &cobra.Command{
		Use: "add ACCOUNT", Short: "Make a token and print it, this once", Args: args(cobra.ExactArgs(1)),
		Example: "  truce token add array7 --scope submit --label \"acoustic array 7\"",
		RunE: func(cmd *cobra.Command, names []string) error {
			t := access.Token{Account: names[0], Label: label}
			for _, s := range scopes {
				t.Scopes = append(t.Scopes, access.Action(s))
			}
			if days > 0 {
				t.Until = time.Now().Add(time.Duration(days * 24 * float64(time.Hour))).UTC()
			}
			return c.accounts(cmd, func(s *access.Store) error {
				secret, made, err := s.AddToken(cmd.Context(), t)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.err, "token %s of %s; it is shown this once:\n", made.ID, made.Account)
				fmt.Fprintln(c.out, secret)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&label, "label", "", "what it is for")
	f.StringSliceVar(&scopes, "scope", nil, "actions that it may be used for (default: all that the account's role may)")
	f.Float64Var(&days, "days", 0, "days until it ends (default: it does not)")
	return cmd
}

func (c *cli) tokenList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list [ACCOUNT]", Short: "List tokens, of one account or all", Args: args(cobra.MaximumNArgs(1)), Example: "  truce token list\n  truce token list array7 --json",
		RunE: func(cmd *cobra.Command, names []string) error {
			return c.accounts(cmd, func(s *access.Store) error {
				list, err := s.Tokens(cmd.Context(), strings.Join(names, ""))
				if err != nil {
					return err
				}
				if asJSON {
					return c.json(list)
				}
				rows := make([][]string, len(list))
				for i, t := range list {
					words := make([]string, len(t.Scopes))
					for k, a := range t.Scopes {
						words[k] = string(a)
					}
					rows[i] = []string{t.ID, t.Account, t.Label, strings.Join(words, " "), stamp(t.Made), stamp(t.Until), stamp(t.Used)}
				}
				return c.table(false, []string{"token", "account", "label", "scopes", "made", "until", "used"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as one JSON document")
	return cmd
}

func (c *cli) tokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "End a token", Args: args(cobra.ExactArgs(1)), Example: "  truce token revoke k3JQx2_1",
		RunE: func(cmd *cobra.Command, ids []string) error {
			return c.accounts(cmd, func(s *access.Store) error { return s.Revoke(cmd.Context(), "", ids[0]) })
		},
	}
}
