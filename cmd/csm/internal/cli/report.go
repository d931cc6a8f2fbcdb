package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/report"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

const (
	maxProblems = 10     // that are told one by one
	maxHosts    = 10_000 // that are told apart
)

// newReport makes csm report.
func newReport(p Process) *cobra.Command {
	var since, until string
	var asJSON bool
	c := &cobra.Command{
		Use:   "report [flags] FILE...",
		Short: "show which AWS calls are in recordings",
		Long: `Read recordings, from any number of hosts, and print one table of the AWS calls in
all of them, as csm run does. A recording has one event a line, as csm tail --json
prints them; it can be compressed with zstd, whatever its name. The file - is standard
input. What is no event is counted, and told on stderr.

Percentiles are of the calls, their retries included. A time is when a call began,
as its program's clock had it. The exit code is 1 if a file could not be read, or not
to its end, and 2 if the command line is wrong.`,
		Example: `  csm report csm*.jsonl.zst
  csm report --since 2h csm.jsonl
  csm report --since 2026-10-12T10:00:00Z --until 2026-10-12T11:00:00Z csm.jsonl
  ssh web-1 cat /var/log/csm.jsonl | csm report - csm.jsonl
  csm report --json csm.jsonl | jq '.Operations[] | select(.Latency.P99 > 0.5)'`,
		DisableFlagsInUseLine: true,
		RunE: func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return &exitError{
					errors.New("no recording to read"),
					"name its files, such as: csm report csm.jsonl; or - for standard input",
					exitUsage,
				}
			}
			within, err := newInterval(since, until, time.Now())
			if err != nil {
				return &exitError{err, "run 'csm report --help' for examples", exitUsage}
			}
			return reportFiles(p, files, within, asJSON)
		},
	}
	c.Flags().StringVar(&since, "since", "",
		"leave out what began before: a `time` such as 2026-10-12T10:00:00Z, or 2h for two hours ago")
	c.Flags().StringVar(&until, "until", "",
		"leave out what began at that `time` or later")
	c.Flags().BoolVar(&asJSON, "json", false,
		"print the figures as one JSON document")
	return c
}

// reportFiles reads recordings and prints the report.
func reportFiles(p Process, files []string, within interval, asJSON bool) error {
	r := report.Recorded{Files: files, Width: width(p.Stdout)}
	counted := statistics.New(statistics.Limits{})
	hosts := make(map[string]bool)
	host := "" // the last one
	problems := 0
	reader := recording.Reader{Stdin: p.Stdin, Problem: func(problem recording.Problem) {
		if problem.Rest || problems < maxProblems {
			say(p, "%s", problemText(problem))
		}
		if !problem.Rest {
			problems++
		}
	}}
	counts, err := reader.Read(files, func(e *recording.Entry) bool {
		began := e.Event.Timestamp
		switch {
		case within.limited() && began.IsZero():
			r.WithoutTime++
			return true
		case !within.has(began):
			r.OutOfRange++
			return true
		}
		counted.Add(&e.Event)
		r.Events++
		if e.Host != host && e.Host != "" && len(hosts) < maxHosts {
			host = e.Host
			hosts[host] = true
		}
		if !began.IsZero() {
			if r.First.IsZero() || began.Before(r.First) {
				r.First = began
			}
			if began.After(r.Last) {
				r.Last = began
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	r.Statistics = counted.Snapshot()
	for name := range hosts {
		r.Hosts = append(r.Hosts, name)
	}
	slices.Sort(r.Hosts)
	r.BadLines, r.TornFiles, r.DamagedFiles = counts.BadLines, counts.Torn, counts.Damaged
	if problems > maxProblems {
		say(p, "not counted: %s", report.Number(uint64(problems-maxProblems), "more line"))
	}
	if r.WithoutTime > 0 {
		say(p, "not counted: %s without a time", report.Number(r.WithoutTime, "event"))
	}
	write := r.Write
	if asJSON {
		write = r.WriteJSON
	}
	if err := write(p.Stdout); err != nil && !isClosedPipe(err) {
		return fmt.Errorf("writing the report: %w", err)
	}
	if counts.Damaged > 0 {
		return &exitError{
			fmt.Errorf("the report is not complete: %s could not be read to the end", report.Number(counts.Damaged, "file")),
			"the lines above say where; what comes before is counted",
			exitFailure,
		}
	}
	return nil
}

// problemText says what of a file could not be taken.
func problemText(p recording.Problem) string {
	what := "not counted"
	if p.Rest {
		what = "not read from there on"
	}
	return fmt.Sprintf("%s: %s:%d: %s", what, harmless.Cut(p.File, 100), p.Line,
		harmless.Cut(strings.TrimPrefix(p.Err.Error(), "csm: "), 200))
}
