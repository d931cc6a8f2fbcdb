package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/child"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/report"
	"github.com/go-csm/csm/cmd/csm/internal/threshold"
)

// newRun makes csm run. The program's exit code goes to code, or that of csm.
func newRun(p Process, code *int) *cobra.Command {
	var flags runFlags
	c := &cobra.Command{
		Use:   "run [flags] -- program [argument...]",
		Short: "run a program, then show which AWS calls it made",
		Long: `Run a program with client-side monitoring switched on, and when it has ended
print a table of the AWS calls that it and its children made. The program's
input and output are its own; the table goes to stderr, or to a file. Signals
are passed on.

The program gets AWS_CSM_ENABLED, AWS_CSM_HOST, AWS_CSM_PORT, and
AWS_CSM_CLIENT_ID, which is the program's name unless it is set. Percentiles are
of the calls, their retries included.

A threshold (--fail-on) is written as [operations] metric comparison value:

    operations  a service (S3) or an operation (S3.GetObject), * for any letters;
                without them all operations are meant
    metric      calls, attempts, retries, errors, throttled: a whole number
                error-rate: calls that failed, such as 1%
                min, avg, max, p50, p99, p99.9, ... : latency, such as 200ms
    comparison  > >= < <= == !=

A threshold that cannot be judged has failed too: no event came, or no such
operation was called. Of one that was not called, calls and attempts are 0.

With --top a live view of the calls is on the terminal while the program runs.
What the program writes to the terminal is kept in a temporary file, and comes
when the view is left: at the program's end, or with q. The program cannot read
from the terminal then.

` + exitCodes,
		Example: `  csm run -- aws s3 ls
  csm run -- python app.py --its-own-flag
  csm run --fail-on 'errors>0' --fail-on 'S3.GetObject p99>200ms' -- go test ./...
  csm run --quiet --fail-on 'throttled>0' -- make integration-test
  csm run --json -o calls.json -- npm test
  csm run --record calls.jsonl.zst -- ./import.sh
  csm run --top -- ./import.sh`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeProgram(variable(p.Env, "PATH")),
		RunE: func(_ *cobra.Command, args []string) (err error) {
			*code, err = flags.run(p, args)
			return err
		},
	}
	flags.add(c.Flags())
	c.Flags().SetInterspersed(false) // what follows the program's name is the program's
	return c
}

// runFlags are the flags of csm run.
type runFlags struct {
	output, record string
	asJSON, quiet  bool
	top            bool
	failOn         []string
}

func (f *runFlags) add(set *pflag.FlagSet) {
	set.StringVarP(&f.output, "output", "o", "", "write the report to this `file`, not to stderr")
	set.BoolVar(&f.asJSON, "json", false, "write the report as one JSON document; with --output, or it is the last line of stderr")
	set.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing unless a threshold has failed or something was lost")
	set.BoolVar(&f.top, "top", false, "show the calls live while the program runs, as csm top does")
	set.StringArrayVar(&f.failOn, "fail-on", nil,
		"exit with 3 if this `threshold` is crossed, such as 'errors>0' or 'S3.GetObject p99>200ms'; can be repeated")
	set.StringVar(&f.record, "record", "", "record the events to this `file` for csm report; compressed if its name ends in .zst")
}

// run runs a program, reports what it called, and gives the exit code.
func (f *runFlags) run(p Process, args []string) (code int, err error) {
	thresholds, err := f.check(args)
	if err != nil {
		return 0, err
	}
	var screen *os.File // for a live view
	if f.top {
		if screen, err = viewScreen(p); err != nil {
			return 0, err
		}
	}
	var recorder *recording.Recorder
	if f.record != "" {
		if recorder, err = recording.Open(recording.Options{Path: f.record}); err != nil {
			return 0, err
		}
	}
	out, err := f.openReport()
	if err != nil {
		return 0, errors.Join(err, endRecording(recorder))
	}
	defer out.close()
	signals := child.Catch()
	defer signals.Stop()
	told, err := watch(p, args, signals, recorder, screen)
	if err != nil {
		return 0, errors.Join(err, endRecording(recorder))
	}
	for _, t := range thresholds {
		told.Verdicts = append(told.Verdicts, t.Judge(told.Statistics))
	}
	return out.finish(p, told, recorder), nil
}

// watch runs a program, in a live view if there is a screen for it, and tells what it
// called.
func watch(p Process, args []string, signals *child.Signals, recorder *recording.Recorder, screen *os.File) (told report.Run, err error) {
	events, err := collect(net.JoinHostPort(csm.DefaultHost, "0"), recorder)
	if err != nil {
		return told, &exitError{err, "csm needs a UDP port of the loopback interface: is it up?", exitFailure}
	}
	defer events.close()
	address := events.listener.Addr()
	told.Host, told.Port = address.Addr().String(), strconv.Itoa(int(address.Port()))
	told.ClientID = clientID(p.Env, args[0])
	told.Began = time.Now()
	program := child.Program{
		Args:   args,
		Env:    monitored(p.Env, told),
		Stdin:  p.Stdin,
		Stdout: p.Stdout,
		Stderr: p.Stderr,
	}
	if screen != nil {
		told.ExitCode, err = runInView(p, screen, program, signals, events)
	} else {
		told.ExitCode, err = child.Run(program, signals)
	}
	if err != nil {
		return told, notStarted(err)
	}
	told.Elapsed = time.Since(told.Began)
	events.waitForLate()
	events.close()
	told.Statistics = events.statistics.Snapshot()
	told.Received = events.listener.Stats()
	return told, nil
}

// check finds what is wrong with the command line, before anything is done.
func (f *runFlags) check(args []string) (thresholds []threshold.Threshold, err error) {
	switch {
	case len(args) == 0:
		return nil, &exitError{
			errors.New("no program to run"),
			"write it behind two dashes, such as: csm run -- aws s3 ls",
			exitUsage,
		}
	case f.output == "-":
		return nil, &exitError{
			errors.New("the report cannot go to stdout, which is the program's"),
			"name a file, or leave --output out: the report goes to stderr",
			exitUsage,
		}
	case f.output != "" && f.output == f.record:
		return nil, &exitError{
			fmt.Errorf("the report and the recording cannot be one file: %s", f.output),
			"name two: --record calls.jsonl --output report",
			exitUsage,
		}
	case f.quiet && f.asJSON && f.output == "":
		return nil, &exitError{
			errors.New("--json and --quiet together leave nothing to write"),
			"say where the report goes: --output calls.json",
			exitUsage,
		}
	}
	for _, text := range f.failOn {
		t, err := threshold.Parse(text)
		if e := new(threshold.SyntaxError); errors.As(err, &e) {
			return nil, &exitError{e, e.Hint, exitUsage}
		}
		thresholds = append(thresholds, t)
	}
	return thresholds, nil
}
