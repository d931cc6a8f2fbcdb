package otlp

import (
	"cmp"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// otherError is the error.type of all errors that are not told apart.
const otherError = "_OTHER"

// An errorHistory knows of the errors what a [history] knows of the series. An error
// is what has the same attributes.
type errorHistory struct {
	errors map[attribute.Distinct]*failures
	now    []*failures // those of the last snapshot, in its order
}

// failures are the calls and the attempts that failed with one error.
type failures struct {
	attributes attribute.Set
	start      time.Time
	now        failureCounts
	exported   failureCounts // what the collector has; without delta nothing
}

type failureCounts struct{ calls, attempts uint64 }

// see takes the errors of a snapshot. What is new, or has begun anew, began after
// the last one.
func (h *errorHistory) see(errors []statistics.Error, last time.Time) {
	seen := make(map[attribute.Distinct]*failures, len(errors))
	h.now = h.now[:0]
	for i := range errors {
		set := errorAttributes(&errors[i])
		f := seen[set.Equivalent()]
		if f == nil {
			f = &failures{attributes: set}
			seen[set.Equivalent()] = f
			h.now = append(h.now, f)
		}
		f.now.calls += errors[i].Calls
		f.now.attempts += errors[i].Attempts
	}
	for id, f := range seen {
		f.start = last
		if before := h.errors[id]; before != nil && f.now.calls >= before.now.calls && f.now.attempts >= before.now.attempts {
			f.start, f.exported = before.start, before.exported
		}
	}
	h.errors = seen
}

// add adds an error to a request.
func (f *failures) add(r *request) {
	r.add(callErrors, f.attributes, f.start, f.now.calls, f.exported.calls)
	r.add(attemptErrors, f.attributes, f.start, f.now.attempts, f.exported.attempts)
}

// delivered keeps that the collector has an error.
func (f *failures) delivered(taken time.Time) { f.start, f.exported = taken, f.now }

// errorAttributes are those of a series, the error's code, or its status if it has
// none, and its status.
func errorAttributes(e *statistics.Error) attribute.Set {
	base := seriesAttributes(&statistics.Series{Key: e.Key, Other: e.Other})
	status := ""
	if e.Status >= 100 && e.Status <= 599 {
		status = strconv.FormatInt(e.Status, 10)
		base = append(base, semconv.HTTPResponseStatusCode(int(e.Status)))
	}
	return with(base, semconv.ErrorTypeKey.String(cmp.Or(text(e.Code, maxName), status, otherError)))
}
