package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
)

func (c *cli) classify() *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "classify [FILE]", Short: "Say of each point which zones hold it, how far from the line it is and on which side", Args: args(cobra.MaximumNArgs(1)),
		Long: `Read points from a file or standard input, as CSV with a header or as JSON Lines:
id, lat, lon, time (RFC 3339) and, if the place is uncertain, radius_m (95 %). Write
for each, in the same order and form, id, zones, distance_m and side. The distance is
geodesic, in metres, positive on the side of the line's left party and negative on that
of the right. The terms and lines are those of the workspace, in force at the point's
time. Where the place or the line is uncertain, a zone that may hold the place stands
with its probability.

Lines that are no points are told of with their number and left out; the exit code
is 3 then.`,
		Example: "  truce classify points.csv > placed.csv\n  truce classify --at 2026-03-04 < points.jsonl",
		RunE: func(cmd *cobra.Command, files []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				var opt app.ClassifyOptions
				var err error
				if opt.At, err = when("--at", at, a.Agreement().Location()); err != nil {
					return err
				}
				var in io.Reader = cmd.InOrStdin()
				name := "standard input"
				if len(files) == 1 && files[0] != "-" {
					f, err := os.Open(files[0])
					if err != nil {
						return err
					}
					defer f.Close()
					if info, err := f.Stat(); err == nil {
						opt.Size = info.Size()
					}
					in, name = f, files[0]
				}
				opt.Bad = func(line int, err error) { c.note("%s:%d: %v", name, line, err) }
				done, err := a.Classify(cmd.Context(), in, c.out, opt)
				if err != nil {
					return err
				}
				if done.Bad > 0 {
					c.note("%s left out, %s placed", plural(done.Bad, "line", "lines"), plural(done.Points, "point", "points"))
					c.code = exitQuarantined
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "date or time of points without one")
	return cmd
}
