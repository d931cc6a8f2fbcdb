package live

import (
	"slices"
	"strings"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A Filter says which events somebody wants to see. Of each list one name has to
// match; upper and lower case are the same. The zero value lets every event through.
type Filter struct {
	Services   []string
	Operations []string
	Clients    []string
	Regions    []string

	Errors bool          // only calls and attempts that failed
	Slow   time.Duration // only those that took so long or longer; 0 is any time
}

// Wants tells whether the filter lets an event through. One that does not tell how
// long it took is not slow.
func (f Filter) Wants(e *csm.Event) bool {
	if !oneOf(f.Services, e.Service) || !oneOf(f.Operations, e.API) ||
		!oneOf(f.Clients, e.ClientID) || !oneOf(f.Regions, e.Region) {
		return false
	}
	if f.Slow > 0 {
		latency := e.AttemptLatency
		if e.Type == csm.APICall {
			latency = e.Latency
		}
		if ms, known := latency.Get(); !known || float64(ms) < float64(f.Slow)/float64(time.Millisecond) {
			return false
		}
	}
	if f.Errors {
		_, failed := statistics.FailureOf(e)
		return failed
	}
	return true
}

func oneOf(names []string, name string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(want string) bool { return strings.EqualFold(want, name) })
}
