package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/nearest"
)

// An exitError is an error that says what to do, and what to exit with.
type exitError struct {
	err  error
	hint string
	code int
}

func (e *exitError) Error() string { return e.err.Error() }

func (e *exitError) Unwrap() error { return e.err }

// usageError is a command line that is wrong.
func usageError(c *cobra.Command, err error) error {
	hint := fmt.Sprintf("run '%s --help' to see how it is used", c.CommandPath())
	if unknown := new(pflag.NotExistError); errors.As(err, &unknown) {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if like := nearest.Name(unknown.GetSpecifiedName(), names); like != "" {
			hint = fmt.Sprintf("did you mean --%s? %s", like, hint)
		}
	}
	return &exitError{err, hint, exitUsage}
}

// unknownCommand is the usage error of a command that does not exist.
func unknownCommand(c *cobra.Command, name string) error {
	hint := "run 'csm --help' to see the commands; to run a program: csm run -- " + harmless.Cut(name, 40)
	like := c.SuggestionsFor(name) // those that begin so
	if len(like) == 0 {
		var names []string
		for _, sub := range c.Commands() {
			names = append(names, sub.Name())
		}
		if nearest := nearest.Name(name, names); nearest != "" {
			like = []string{nearest}
		}
	}
	if len(like) > 0 {
		hint = "did you mean 'csm " + strings.Join(like, "' or 'csm ") + "'?"
	}
	return &exitError{fmt.Errorf("unknown command %q", name), hint, exitUsage}
}

// noArguments refuses arguments.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError(c, fmt.Errorf("%s takes no arguments, got %q", c.CommandPath(), args[0]))
	}
	return nil
}

// printError prints an error and gives the exit code.
func printError(w io.Writer, err error) (code int) {
	text := ""
	for line := range strings.SplitSeq(err.Error(), "\n") { // of several errors, one each
		text += fmt.Sprintf("csm: %s\n", harmless.Cut(strings.TrimPrefix(line, "csm: "), 400))
	}
	e := &exitError{code: exitFailure}
	if errors.As(err, &e) && e.hint != "" {
		text += fmt.Sprintf("hint: %s\n", e.hint)
	}
	_, _ = io.WriteString(w, text) // there is nowhere else to say that it failed
	return e.code
}
