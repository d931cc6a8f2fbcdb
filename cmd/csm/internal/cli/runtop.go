package cli

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/child"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/spool"
	"github.com/go-csm/csm/cmd/csm/internal/top"
)

// runInView runs a program as child.Run does, with a live view of what it calls on the
// terminal meanwhile. What the program writes to the terminal is kept until the view is
// left, which it is at the program's end. The keys are the view's: a program whose
// standard input would be the terminal has none.
func runInView(p Process, program child.Program, signals *child.Signals, events *collector) (code int, err error) {
	screen, ok := terminal(p.Stdout)
	if !ok {
		if screen, ok = terminal(p.Stderr); !ok {
			return 0, &exitError{
				errors.New("--top draws on a terminal, and neither stdout nor stderr is one"),
				"leave out --top: the table comes at the program's end",
				exitUsage,
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	view := newView(ctx, screen, p.Env, top.Options{
		Source: top.Local{Statistics: events.statistics, Events: &events.hub, Received: events.listener.Stats},
		Title:  "csm run -- " + harmless.Cut(strings.Join(program.Args, " "), 40),
		Empty: []string{
			"The table comes when the program calls AWS. It was told to send its events:",
			"it does if its SDK has client-side monitoring.",
		},
		Interval:  leastInterval,
		Interrupt: interruptGroup,
	})
	kept, err := spool.New(view.Quit)
	if err != nil {
		return 0, err
	}
	if _, ok := terminal(p.Stdin); ok {
		nothing, err := os.Open(os.DevNull)
		if err != nil {
			return 0, errors.Join(err, kept.Release())
		}
		defer func() { _ = nothing.Close() }() // it was only read
		program.Stdin = nothing
	}
	if _, ok := terminal(p.Stdout); ok {
		program.Stdout = kept.Output(p.Stdout)
	}
	if _, ok := terminal(p.Stderr); ok {
		program.Stderr = kept.Output(p.Stderr)
	}
	left := make(chan error, 1)
	go func() { left <- errors.Join(ended(view.Run()), kept.Release()) }()
	code, err = child.Run(program, signals)
	view.Quit()
	if viewErr := <-left; viewErr != nil { // the exit code is still the program's
		say(p, "%s", harmless.Cut(viewErr.Error(), 300))
	}
	return code, err
}
