package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/report"
)

// reportOptions are what csm report is told.
type reportOptions struct {
	since, until   string
	by             string
	json, csv      bool
	markdown, html bool
	diff           bool
	output         string
}

// newReport makes csm report.
func newReport(p Process) *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report [flags] FILE...",
		Short: "show which AWS calls are in recordings",
		Long: `Read recordings, from any number of hosts, and print one table of the AWS calls in
all of them, as csm run does. A recording has one event a line, as csm tail --json
prints them; it can be compressed with zstd, whatever its name. The file - is standard
input. What is no event is counted, and told on stderr.

With --diff there are two recordings, and the report is what changed from the first
to the second, by more than noise.

Percentiles are of the calls, their retries included. A time is when a call began,
as its program's clock had it. The exit code is 1 if a file could not be read, or not
to its end, and 2 if the command line is wrong.`,
		Example: `  csm report csm*.jsonl.zst
  csm report --by client,operation csm.jsonl
  csm report --since 2h csm.jsonl
  csm report --since 2026-10-12T10:00:00Z --until 2026-10-12T11:00:00Z csm.jsonl
  csm report --html -o csm.html csm.jsonl
  csm report --diff before.jsonl after.jsonl
  ssh web-1 cat /var/log/csm.jsonl | csm report - csm.jsonl
  csm report --json csm.jsonl | jq '.Operations[] | select(.Latency.P99 > 0.5)'`,
		DisableFlagsInUseLine: true,
		RunE: func(_ *cobra.Command, files []string) error {
			return runReport(p, o, files)
		},
	}
	f := c.Flags()
	f.StringVar(&o.since, "since", "",
		"leave out what began before: a `time` such as 2026-10-12T10:00:00Z, or 2h for two hours ago")
	f.StringVar(&o.until, "until", "",
		"leave out what began at that `time` or later")
	f.StringVar(&o.by, "by", "operation",
		"what a row is: operation, service, client, region, host, error, or several with commas between them")
	f.BoolVar(&o.diff, "diff", false,
		"compare two recordings")
	f.BoolVar(&o.json, "json", false,
		"print the figures as one JSON document")
	f.BoolVar(&o.csv, "csv", false,
		"print the table as comma-separated values, times in seconds")
	f.BoolVar(&o.markdown, "markdown", false,
		"print the tables as Markdown")
	f.BoolVar(&o.html, "html", false,
		"write one page with charts, for a browser")
	f.StringVarP(&o.output, "output", "o", "",
		"write to this `file` instead of stdout")
	return c
}

// usage is an error of a command line, with what to do.
func usage(hint, format string, args ...any) error {
	return &exitError{fmt.Errorf(format, args...), hint, exitUsage}
}

// formats are the formats that were asked for.
func (o reportOptions) formats() (names []string) {
	for _, format := range []struct {
		name string
		set  bool
	}{{"--json", o.json}, {"--csv", o.csv}, {"--markdown", o.markdown}, {"--html", o.html}} {
		if format.set {
			names = append(names, format.name)
		}
	}
	return names
}

// runReport reads recordings and prints the report.
func runReport(p Process, o reportOptions, files []string) error {
	by, err := o.check(p, files)
	if err != nil {
		return err
	}
	within, err := newInterval(o.since, o.until, time.Now())
	if err != nil {
		return usage("run 'csm report --help' for examples", "%w", err)
	}
	var b bytes.Buffer
	var damaged uint64
	if o.diff {
		damaged, err = writeDifference(p, o, files, by, within, &b)
	} else {
		damaged, err = writeRecorded(p, o, files, by, within, &b)
	}
	if err != nil {
		return err
	}
	if err := o.print(p, b.Bytes()); err != nil && !isClosedPipe(err) {
		return fmt.Errorf("writing the report: %w", err)
	}
	if damaged > 0 {
		return &exitError{
			fmt.Errorf("the report is not complete: %s could not be read to the end", report.Number(damaged, "file")),
			"the lines above say where; what comes before is counted",
			exitFailure,
		}
	}
	return nil
}

// check finds what is wrong with the command line.
func (o reportOptions) check(p Process, files []string) (by report.Grouping, err error) {
	if by, err = report.ParseGrouping(o.by); err != nil {
		return by, usage("one, or several with commas between them, such as --by client,operation", "%w", err)
	}
	switch formats := o.formats(); {
	case len(formats) > 1:
		return by, usage("choose one; csm report can be run again for the other", "%s and %s exclude one another", formats[0], formats[1])
	case o.diff && o.html:
		return by, usage("--diff has a table, --json, --csv and --markdown", "--diff has no page")
	case o.diff && by.Errors():
		return by, usage("compare by operation, service, client, region or host", "--diff cannot compare by error")
	case o.diff && len(files) != 2:
		return by, usage("such as: csm report --diff before.jsonl after.jsonl; cat joins recordings",
			"--diff compares two recordings, got %d", len(files))
	case len(files) == 0:
		return by, usage("name its files, such as: csm report csm.jsonl; or - for standard input", "no recording to read")
	case o.html && o.output == "" && isTerminal(p.Stdout):
		return by, usage("name a file for it: csm report --html -o csm.html ...", "--html writes a page, which is not for a terminal")
	}
	if out, err := os.Stat(o.output); err == nil {
		for _, file := range files {
			if in, err := os.Stat(file); err == nil && os.SameFile(in, out) {
				return by, usage("name another file", "--output %s is a recording that is to be read", o.output)
			}
		}
	}
	return by, nil
}

// isTerminal tells whether what is written to w is shown on a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// print prints what was written.
func (o reportOptions) print(p Process, text []byte) error {
	if o.output != "" {
		return os.WriteFile(o.output, text, 0o666)
	}
	_, err := p.Stdout.Write(text)
	return err
}

// columns is how many columns there are to fill.
func (o reportOptions) columns(p Process) int {
	if o.output != "" {
		return 0
	}
	return width(p.Stdout)
}

// writeRecorded writes the report of some files.
func writeRecorded(p Process, o reportOptions, files []string, by report.Grouping, within interval, w io.Writer) (damaged uint64, err error) {
	t := newTally(by, within, o.html)
	if err := t.read(p, files); err != nil {
		return 0, err
	}
	r := t.recorded()
	r.Width = o.columns(p)
	switch {
	case o.json:
		err = r.WriteJSON(w)
	case o.csv:
		err = r.WriteCSV(w)
	case o.markdown:
		err = r.WriteMarkdown(w)
	case o.html:
		err = r.WriteHTML(w, t.over)
	default:
		err = r.Write(w)
	}
	return r.DamagedFiles, err
}

// writeDifference writes what changed from one file to another.
func writeDifference(p Process, o reportOptions, files []string, by report.Grouping, within interval, w io.Writer) (damaged uint64, err error) {
	// Both are looked for before one is read.
	if err := recording.Check(files); err != nil {
		return 0, err
	}
	d := report.Difference{By: by, Width: o.columns(p)}
	for i, side := range []*report.Recorded{&d.Before, &d.After} {
		t := newTally(by, within, false)
		if err := t.read(p, files[i:i+1]); err != nil {
			return 0, err
		}
		*side = t.recorded()
		damaged += side.DamagedFiles
		if side.Events == 0 {
			return 0, errors.New(side.None())
		}
	}
	switch {
	case o.json:
		err = d.WriteJSON(w)
	case o.csv:
		err = d.WriteCSV(w)
	case o.markdown:
		err = d.WriteMarkdown(w)
	default:
		err = d.Write(w)
	}
	return damaged, err
}
