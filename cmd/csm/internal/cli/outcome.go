package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"golang.org/x/term"

	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/report"
	"github.com/go-csm/csm/cmd/csm/internal/threshold"
)

// recordLimit is how long the end of a recording is waited for.
const recordLimit = 10 * time.Second

// A reportTo is where the report of csm run goes.
type reportTo struct {
	file   *os.File // nil if it goes to stderr, or nowhere
	quiet  bool
	asJSON bool
}

// openReport opens what the report goes to. The caller closes it.
func (f *runFlags) openReport() (*reportTo, error) {
	to := &reportTo{quiet: f.quiet, asJSON: f.asJSON}
	if f.output == "" {
		return to, nil
	}
	file, err := os.OpenFile(f.output, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, &exitError{
			fmt.Errorf("the report cannot be written: %w", err),
			"name a file in a directory that is there and that you can write to",
			exitFailure,
		}
	}
	to.file = file
	return to, nil
}

func (to *reportTo) close() {
	if to.file != nil {
		_ = to.file.Close() // after finish it is closed already, and before it empty
	}
}

// finish writes the report, says on stderr what has failed and what was lost, ends
// the recording, and gives the exit code: the program's own unless it is 0.
//
// JSON on stderr is the last line there, so that it can be found behind what the
// program has printed.
func (to *reportTo) finish(p Process, told report.Run, recorder *recording.Recorder) (code int) {
	told.Width = width(p.Stderr)
	if to.file != nil {
		told.Width = width(to.file)
	}
	write := told.Write
	if to.asJSON {
		write = told.WriteJSON
	}
	onStderr := to.file == nil && !to.quiet
	table := onStderr && !to.asJSON
	if table {
		_ = write(p.Stderr) // if nobody reads it, the exit code is still the program's
	}
	if to.file != nil {
		if err := cmp.Or(write(to.file), to.file.Close()); err != nil && !isClosedPipe(err) {
			code = printError(p.Stderr, &exitError{fmt.Errorf("writing the report: %w", err), "is its disk full?", exitFailure})
		}
	}
	if err := endRecording(recorder); err != nil {
		code = printError(p.Stderr, err)
	}
	if losses := report.Losses(told.Received); losses != "" {
		if !table { // which has said it
			say(p, "not counted: %s", losses)
		}
		if len(told.Verdicts) > 0 {
			say(p, "the thresholds were judged without what was not counted")
		}
	}
	if slices.ContainsFunc(told.Verdicts, hasFailed) {
		code = exitThreshold
		to.sayFailed(p, told, table)
	}
	if onStderr && to.asJSON {
		_ = write(p.Stderr) // as above
	}
	return cmp.Or(told.ExitCode, code)
}

// hasFailed tells whether a verdict is a failure: what cannot be judged is one too.
func hasFailed(v threshold.Verdict) bool { return v.Result != threshold.Passed }

// sayFailed says which thresholds have failed, below a table or without one.
func (to *reportTo) sayFailed(p Process, told report.Run, table bool) {
	if table {
		_, _ = io.WriteString(p.Stderr, "\n") // as say
	}
	for _, v := range told.Verdicts {
		if hasFailed(v) {
			say(p, "%s", v)
		}
	}
	if to.quiet && len(told.Statistics.Series) == 0 {
		_, _ = io.WriteString(p.Stderr, "hint: without --quiet csm run says what can be the reason\n")
	}
}

// endRecording ends a recording, and says what is not in it. Without a recorder it
// does nothing.
func endRecording(r *recording.Recorder) error {
	if r == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordLimit)
	defer cancel()
	err := r.Close(ctx)
	if lost := r.Health().Lost; err == nil && lost > 0 {
		err = fmt.Errorf("not recorded: %s", report.Number(lost, "event"))
	}
	if err != nil {
		return &exitError{err, "its disk may be full, or slow; the report and the thresholds have them all", exitFailure}
	}
	return nil
}

// width is how many columns there are on w, or 0 if it is no terminal.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	return 0
}
