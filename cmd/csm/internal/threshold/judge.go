package threshold

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/nearest"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A Result is what a threshold came to.
type Result string

// The results.
const (
	Passed Result = "passed"
	Failed Result = "failed"

	// NotJudged is the result where there is nothing to judge: no event came at all,
	// no operation has such a name, none of its calls has ended, or they do not tell.
	// Only calls and attempts can be judged of operations that were not called: there
	// were 0.
	NotJudged Result = "not judged"
)

// A Verdict is what a threshold came to, and why. Its texts can be shown anywhere.
type Verdict struct {
	Threshold string // as it was written
	Result    Result
	Reason    string // such as "was 312 ms"
}

// String is the verdict in a line: "failed: errors>0: was 2".
func (v Verdict) String() string {
	return fmt.Sprintf("%s: %s: %s", v.Result, v.Threshold, v.Reason)
}

// Judge judges what was counted.
func (t Threshold) Judge(s statistics.Snapshot) Verdict {
	of := t.matching(s)
	total := of.Total()
	value, known := t.metric.of(&total)
	was := "was " + t.metric.write(value)
	if t.metric.unit == percent {
		was += fmt.Sprintf(", %d of %d calls", total.Errors(), total.Calls)
	}
	verdict := func(r Result, reason string) Verdict { return Verdict{harmless.Text(t.text), r, reason} }
	switch {
	case len(s.Series) == 0:
		return verdict(NotJudged, "no events came")
	case known && holds(value, t.comparison, t.limit):
		return verdict(Failed, was)
	case t.matches != nil && slices.ContainsFunc(s.Series, func(s statistics.Series) bool { return s.Other }):
		return verdict(NotJudged, "there were too many operations to tell all of them apart")
	case known:
		return verdict(Passed, was)
	case len(of.Series) == 0:
		return verdict(NotJudged, "no such operation was called"+t.didYouMean(s))
	case total.Calls == 0:
		return verdict(NotJudged, "no call has ended")
	}
	return verdict(NotJudged, "the calls do not tell")
}

// matching is the part of a snapshot that the threshold is about.
func (t Threshold) matching(s statistics.Snapshot) statistics.Snapshot {
	if t.matches == nil {
		return s
	}
	var of statistics.Snapshot
	for i := range s.Series {
		if !s.Series[i].Other && t.matches.MatchString(name(s.Series[i].Key)) {
			of.Series = append(of.Series, s.Series[i])
		}
	}
	return of
}

// name is the name of an operation as reports have it.
func name(k statistics.Key) string {
	return cmp.Or(k.Service, "?") + "." + cmp.Or(k.Operation, "?")
}

// didYouMean names the operation, or the service, that is most like what was
// written.
func (t Threshold) didYouMean(s statistics.Snapshot) string {
	var names []string
	for i := range s.Series {
		full := name(s.Series[i].Key)
		if service, _, _ := strings.Cut(full, "."); !strings.Contains(t.operations, ".") {
			full = service
		}
		names = append(names, harmless.Cut(full, 100))
	}
	slices.Sort(names)
	if like := nearest.Name(t.operations, slices.Compact(names)); like != "" {
		return fmt.Sprintf("; did you mean %s?", like)
	}
	return ""
}
