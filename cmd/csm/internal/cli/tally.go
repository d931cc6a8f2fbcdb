package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/report"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
	"github.com/go-csm/csm/cmd/csm/internal/timeline"
)

const (
	maxProblems = 10     // that are told one by one
	maxHosts    = 10_000 // that are told apart
)

// A tally counts what is in recordings.
type tally struct {
	within  interval
	counted *statistics.Aggregation
	over    *timeline.Timeline // nil if nobody asks for it
	hosts   map[string]bool
	told    report.Recorded
}

func newTally(by report.Grouping, within interval, overTime bool) *tally {
	t := &tally{
		within:  within,
		counted: statistics.New(statistics.Limits{}),
		hosts:   make(map[string]bool),
		told:    report.Recorded{By: by},
	}
	if overTime {
		t.over = new(timeline.Timeline)
	}
	return t
}

// read reads files. It says on stderr what of them could not be counted.
func (t *tally) read(p Process, files []string) error {
	t.told.Files = files
	var problems []string // said when the progress bar is gone
	lines := 0
	bar := showProgress(p.Stderr, sizeOf(files))
	reader := recording.Reader{Stdin: p.Stdin, Progress: bar.counter(), Problem: func(problem recording.Problem) {
		if problem.Rest || lines < maxProblems {
			problems = append(problems, problemText(problem))
		}
		if !problem.Rest {
			lines++
		}
	}}
	counts, err := reader.Read(files, t.add)
	bar.stop()
	for _, problem := range problems {
		say(p, "%s", problem)
	}
	if err != nil {
		return err
	}
	t.told.BadLines, t.told.TornFiles, t.told.DamagedFiles = counts.BadLines, counts.Torn, counts.Damaged
	if lines > maxProblems {
		say(p, "not counted: %s", report.Number(uint64(lines-maxProblems), "more line"))
	}
	if t.told.WithoutTime > 0 {
		say(p, "not counted: %s without a time", report.Number(t.told.WithoutTime, "event"))
	}
	return nil
}

// add counts an event.
func (t *tally) add(e *recording.Entry) bool {
	r := &t.told
	began := e.Event.Timestamp
	switch {
	case t.within.limited() && began.IsZero():
		r.WithoutTime++
		return true
	case !t.within.has(began):
		r.OutOfRange++
		return true
	}
	if r.By.Hosts() {
		e.Event.ClientID = e.Host // whose place in the keys the host takes
	}
	result := t.counted.Add(&e.Event)
	if t.over != nil {
		t.over.Add(&e.Event, result)
	}
	r.Events++
	if e.Host != "" && !t.hosts[e.Host] && len(t.hosts) < maxHosts {
		t.hosts[e.Host] = true
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
}

// recorded is what was counted.
func (t *tally) recorded() report.Recorded {
	r := t.told
	r.Statistics = t.counted.Snapshot()
	for name := range t.hosts {
		r.Hosts = append(r.Hosts, name)
	}
	slices.Sort(r.Hosts)
	return r
}

// sizeOf is how many bytes files have, or -1 if one does not tell.
func sizeOf(files []string) int64 {
	size := int64(0)
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() {
			return -1
		}
		size += info.Size()
	}
	return size
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
