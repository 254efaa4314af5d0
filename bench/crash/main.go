// Command crash shows that nothing acknowledged is lost and nothing changed
// goes unseen: it kills truce at random instants (SIGKILL, during import,
// fusion, report, backup and redaction) and looks whether every record that a
// signed checkpoint had covered is there, the workspace verifies and the same
// input again adds nothing; and it changes single bits of a workspace and
// looks whether verify finds them.
//
//	go run ./bench/crash kills -n 500
//	go run ./bench/crash corruptions -n 10000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("which? kills or corruptions")
	}
	set := flag.NewFlagSet(args[0], flag.ContinueOnError)
	n := set.Int("n", 20, "how many")
	seed := set.Uint64("seed", 1, "of the random numbers")
	if err := set.Parse(args[1:]); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "truce-crash-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	switch args[0] {
	case "kills":
		return kills(ctx, dir, *n, *seed)
	case "corruptions":
		return corruptions(ctx, dir, *n, *seed)
	}
	return fmt.Errorf("%q: kills or corruptions", args[0])
}

// terms are an agreement that is quickly made ready.
const terms = `agreement: north-south
title: Ceasefire between North and South
time_zone: Etc/UTC
area: [36, 47, 39, 50]
ceasefire:
  - {id: truce, from: 2026-03-01T00:00}
parties:
  - {id: north, name: North, roles: [{role: party-to-conflict}]}
  - {id: south, name: South, roles: [{role: party-to-conflict}]}
lines:
  - id: contact
    left: north
    right: south
    versions:
      - {from: 2026-02-01, coordinates: [[36.5, 48.5], [37.5, 48.4], [38.5, 48.6]], radius_m: 200}
zones:
  - {id: strip, name: Strip along the line, within: {km: 5}}
provisions:
  - id: no-fire
    words: Nobody fires.
    ceasefire: truce
    prohibits: {kind: activity}
  - id: no-heavy-weapons
    words: No tanks and no artillery within 5 km of the line.
    zone: strip
    ceasefire: truce
    prohibits: {kind: presence, weapons: [tank, artillery-ge100, mlrs]}
`

func writeTerms(dir string) (string, error) {
	path := filepath.Join(dir, "terms.yaml")
	return path, os.WriteFile(path, []byte(terms), 0o644)
}
