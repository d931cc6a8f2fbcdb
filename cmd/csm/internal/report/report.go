// Package report writes what a program called as text for people: a table of the
// operations, the errors below it, and what of the events got lost. All text
// that came from outside is made harmless.
package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
	"github.com/go-csm/csm/cmd/csm/internal/threshold"
)

// A Run is what there is to tell of one run of a program.
type Run struct {
	Statistics statistics.Snapshot
	Received   agent.Stats
	Began      time.Time           // when the program was started
	Elapsed    time.Duration       // from then to its end
	ExitCode   int                 // of the program
	Verdicts   []threshold.Verdict // for WriteJSON

	// What the program was told: where to send, and under which name.
	Host, Port, ClientID string

	Width int // how many columns there are to fill, or 0 if there is no limit
}

// Write writes the report of a run, without the verdicts. If no event came it says
// what can be the reason, instead of an empty table.
func (r Run) Write(w io.Writer) error {
	b := new(strings.Builder)
	total := r.Statistics.Total()
	if total.Calls+total.Attempts == 0 {
		r.writeNoEvents(b)
	} else {
		fmt.Fprintf(b, "csm: %s to AWS, %s, in %s\n\n",
			Number(total.Calls, "call"), Number(total.Attempts, "attempt"), Duration(r.Elapsed.Seconds()))
		writeTables(b, r.Statistics, Grouping{}, total, r.Width)
	}
	if losses := Losses(r.Received); losses != "" {
		fmt.Fprintf(b, "\ncsm: not counted: %s\n", losses)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeTables writes the table of what the statistics are grouped by, and that of
// the errors if there are any. If they are grouped by errors it is that alone.
func writeTables(b *strings.Builder, s statistics.Snapshot, by Grouping, total statistics.Series, width int) {
	shown := s.By(by.key)
	if !by.errors {
		writeGroups(b, by, shown.Series, total, width)
		if len(shown.Errors) > 0 {
			fmt.Fprintln(b)
		}
	} else if len(shown.Errors) == 0 {
		fmt.Fprintln(b, "no errors")
	}
	writeErrors(b, by, shown.Errors, width)
}

// Number is a number of things: "1 call", "2 calls".
func Number(n uint64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
