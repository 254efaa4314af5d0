// Command truce monitors a ceasefire: it turns an agreement and observations
// from any source into incidents, findings with reasons, and reports.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // agreements name time zones, and not every machine has them
)

func main() { os.Exit(run()) }

// run is main without the exit, so that tests can call it.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &cli{out: os.Stdout, err: os.Stderr}
	err := c.root().ExecuteContext(ctx)
	if err == nil {
		return c.code
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "truce: interrupted; what was acknowledged is on record, and the same command goes on from there")
		return exitFailed
	}
	var exit *exitError
	if errors.As(err, &exit) {
		if exit.err != nil {
			fmt.Fprintf(os.Stderr, "truce: %v\n", exit.err)
		}
		return exit.code
	}
	fmt.Fprintf(os.Stderr, "truce: %v\n", err)
	return exitFailed
}

// The exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitQuarantined = 3 // done, but some input was quarantined
	exitWrong       = 4 // a check found something wrong
)

// exitError ends the program with a code; a nil err has been said already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}
