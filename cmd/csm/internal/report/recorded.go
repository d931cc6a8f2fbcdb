package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// Recorded is what there is to tell of recordings.
type Recorded struct {
	Statistics statistics.Snapshot
	By         Grouping // what the rows of the table are
	Files      []string
	Hosts      []string // that the events were recorded on, without those that do not tell

	// When the first and the last event began, of those that were counted. Zero if
	// none tells.
	First, Last time.Time

	Events uint64 // counted
	Skipped

	Width int // how many columns there are to fill, or 0 if there is no limit
}

// Skipped is what of recordings was not counted.
type Skipped struct {
	BadLines     uint64 // lines with something that is no event
	TornFiles    uint64 // files whose end was torn
	DamagedFiles uint64 // files that could not be read to their end
	OutOfRange   uint64 // events before or after the time that was asked for
	WithoutTime  uint64 // events that do not tell theirs, if one was asked for
}

// Write writes the report of recordings.
func (r Recorded) Write(w io.Writer) error {
	b := new(strings.Builder)
	total := r.Statistics.Total()
	if r.Events == 0 {
		fmt.Fprintln(b, r.None())
	} else {
		head := fmt.Sprintf("%s to AWS, %s, from %s", Number(total.Calls, "call"), Number(total.Attempts, "attempt"), r.origin())
		span := r.span()
		if r.Width > 0 && harmless.Width(head+span) > r.Width {
			span = strings.Replace(span, " ", "\n", 1)
		}
		fmt.Fprintf(b, "%s%s\n\n", head, span)
		writeTables(b, r.Statistics, r.By, total, r.Width)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// None says that there was no event, and what can be the reason.
func (r Recorded) None() string {
	if r.OutOfRange+r.WithoutTime > 0 {
		return fmt.Sprintf("no events of that time in %s; without --since and --until there are %d",
			r.origin(), r.OutOfRange+r.WithoutTime)
	}
	return fmt.Sprintf("no events in %s; a recording has one on each line, as csm tail --json prints them", r.origin())
}

// origin names the files and the hosts.
func (r Recorded) origin() string {
	const room = 60
	files := "no file"
	if len(r.Files) > 0 {
		files = harmless.Cut(r.Files[0], room)
	}
	if files == "-" {
		files = "standard input"
	}
	if more := len(r.Files) - 1; more > 0 {
		files += " and " + Number(uint64(more), "more file")
	}
	switch len(r.Hosts) {
	case 0:
		return files
	case 1:
		return files + " of host " + harmless.Cut(r.Hosts[0], room)
	}
	return files + " of " + Number(uint64(len(r.Hosts)), "host")
}

// span is the time of the events, in local time, as --since and --until take it.
func (r Recorded) span() string {
	if r.First.IsZero() {
		return ""
	}
	return ", between " + r.First.Local().Format(time.RFC3339) + " and " + r.Last.Local().Format(time.RFC3339)
}
