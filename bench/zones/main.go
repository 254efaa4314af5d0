// Command zones measures where things lie: the index of lines and zones on the
// real line of contact of DeepState, beside what else could answer.
//
//	go run ./bench/zones build      the index for 10 zones: time and memory
//	go run ./bench/zones versions   years of daily lines, walked through in order
//	go run ./bench/zones classify   truce classify beside merely parsing the same file
//	go run ./bench/zones peers      GEOS, S2, PostGIS and Tile38 on the same points
//
// The data are looked for in TRUCE_DATA or ../shared/data.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	runs := map[string]func(context.Context, []string) error{"build": build, "versions": versions, "classify": classify, "peers": peers}
	if len(os.Args) < 2 || runs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: zones build|versions|classify|peers [flags]")
		os.Exit(2)
	}
	if err := runs[os.Args[1]](ctx, os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "zones %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// rounds is how often each engine is asked the same; its best round counts, since
// machines are shared.
const rounds = 5

// flags are those of a run.
func flags(name string) *flag.FlagSet { return flag.NewFlagSet(name, flag.ExitOnError) }
