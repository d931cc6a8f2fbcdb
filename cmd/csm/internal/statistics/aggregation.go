package statistics

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-csm/csm"
)

// Limits bound the room that an [Aggregation] takes. What would go beyond them is
// counted together, in a series or an error that is marked as Other. The zero
// value means the defaults.
type Limits struct {
	Series int // 10,000 by default
	Errors int // 10,000 by default
}

const (
	defaultSeries = 10_000
	defaultErrors = 10_000

	// What is kept of a text, in bytes. Names that differ behind it are one.
	maxName    = 128
	maxMessage = 512
)

// An Aggregation counts events. Its methods can be called from any goroutine.
// Make one with [New].
type Aggregation struct {
	limits Limits

	mu          sync.Mutex
	series      map[Operation]*Series
	otherSeries *Series // nil until needed
	errors      map[errorKey]*Error
	otherErrors *Error // nil until needed
}

// An Operation is what a call calls, such as GetObject of S3. Names are as the
// event has them, of at most 128 bytes, and not safe to show as they are.
type Operation struct {
	Service string
	Name    string
}

type errorKey struct {
	operation Operation
	code      string
	status    int64
}

// New makes an aggregation without events.
func New(l Limits) *Aggregation {
	if l.Series <= 0 {
		l.Series = defaultSeries
	}
	if l.Errors <= 0 {
		l.Errors = defaultErrors
	}
	return &Aggregation{
		limits: l,
		series: make(map[Operation]*Series),
		errors: make(map[errorKey]*Error),
	}
}

// Add counts an event. It keeps nothing of it.
func (a *Aggregation) Add(e *csm.Event) {
	operation := Operation{cut(e.Service, maxName), cut(e.API, maxName)}
	f, failed := FailureOf(e)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seriesOf(operation).add(e, f, failed)
	if failed {
		a.errorOf(operation, f).add(e, f)
	}
}

func (a *Aggregation) seriesOf(o Operation) *Series {
	if s := a.series[o]; s != nil {
		return s
	}
	if len(a.series) >= a.limits.Series {
		if a.otherSeries == nil {
			a.otherSeries = &Series{Other: true}
		}
		return a.otherSeries
	}
	o = o.clone()
	s := &Series{Operation: o}
	a.series[o] = s
	return s
}

func (a *Aggregation) errorOf(o Operation, f Failure) *Error {
	key := errorKey{o, cut(f.Code, maxName), f.Status}
	if e := a.errors[key]; e != nil {
		return e
	}
	if len(a.errors) >= a.limits.Errors {
		if a.otherErrors == nil {
			a.otherErrors = &Error{Other: true}
		}
		return a.otherErrors
	}
	key.operation, key.code = o.clone(), strings.Clone(key.code)
	e := &Error{Operation: key.operation, Code: key.code, Status: key.status}
	a.errors[key] = e
	return e
}

// clone is o with strings of its own: those of an event share the memory of all
// that its datagram held.
func (o Operation) clone() Operation {
	return Operation{strings.Clone(o.Service), strings.Clone(o.Name)}
}

// cut is what is within the first n bytes of s, up to a rune's edge.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
