// Package cli is the command line of csm. Everything that it takes from the
// process it runs in is put in from outside, but for signals and the network.
//
// The rules of its output: what a user asked for goes to stdout. In csm run stdout
// is the program's alone, and the report goes to stderr. What csm has to say by
// itself goes to stderr, each line with "csm: " before it; an error has a line
// with "hint: " below that says what to do.
package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// A Process is what the command line takes from the process it runs in.
type Process struct {
	Args   []string // without the name of the command
	Env    []string // as os.Environ has it
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// The exit codes of csm itself. From csm run the program's own come as well.
const (
	exitFailure       = 1
	exitUsage         = 2
	exitThreshold     = 3
	exitNotExecutable = 126
	exitNotFound      = 127
)

const exitCodes = `Exit codes: the program's own, from csm run; 128+n if signal n ended it;
127 if it was not found, 126 if it was found and cannot be executed;
3 if it succeeded, and a threshold of csm run has failed;
2 if the command line is wrong; 1 for every other error.`

// The commands are listed in the order in which they are of use, not by name.
func init() { cobra.EnableCommandSorting = false }

// Main runs the command line and gives the exit code.
func Main(p Process) (code int) {
	restore := closedPipesAreErrors()
	defer restore()
	out := &output{w: p.Stdout}
	root := newRoot(p, &code)
	root.SetArgs(p.Args)
	root.SetIn(p.Stdin)
	root.SetOut(out)
	root.SetErr(p.Stderr)
	err := root.Execute()
	if out.err != nil {
		err = fmt.Errorf("writing to stdout: %w", out.err)
		if isClosedPipe(out.err) { // as in csm --help | head
			err = nil
		}
	}
	if err != nil {
		return printError(p.Stderr, err)
	}
	return code
}

// newRoot makes csm with all its commands. The exit code goes to code, unless there
// is an error.
func newRoot(p Process, code *int) *cobra.Command {
	root := &cobra.Command{
		Use:   "csm",
		Short: "show the AWS calls of programs",
		Long: `csm shows the AWS calls of programs: which operations, how often, how long they
took, and how they failed. It reads the events of client-side monitoring (CSM),
which the AWS CLI and most AWS SDKs send if they are told to.

` + exitCodes,
		Example: `  csm run -- aws s3 ls          run a program, then show what it called
  csm run -- python app.py
  csm tail                      show the events of other programs as they come
  csm report csm.jsonl          show what was recorded`,
		Version:           version(),
		Args:              knownCommand,
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true}, // there is our own
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(usageError)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ", ".FlagUsagesWrapped 80 "))
	root.SetHelpCommand(newHelp())
	root.AddCommand(newRun(p, code), newTail(p), newTop(p), newReport(p), newAgent(p), newVersion(), newCompletion(), newMan())
	addCompletions(root)
	return root
}

// output is stdout for what cobra prints: it does not always tell that it could not.
type output struct {
	w   io.Writer
	err error // the first one
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// knownCommand refuses arguments of csm itself: they would be a command's name.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknownCommand(c, args[0])
}
