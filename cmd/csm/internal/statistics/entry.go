package statistics

import (
	"strings"
	"sync"
	"time"

	"github.com/go-csm/csm"
)

// The statuses that HTTP has. What else a sender claims is not counted.
const (
	minStatus = 100
	maxStatus = 599
)

// An entry is a series while it is counted, with its errors.
type entry struct {
	mu          sync.Mutex
	gone        bool // it has left: what comes belongs to a new entry
	series      Series
	errors      map[errorCode]*Error
	otherErrors *Error // those that found no room; nil until needed
	recent      recentAttempts
}

// An errorCode tells the errors of one series apart.
type errorCode struct {
	code   string
	status int64
}

// add counts an event, and gives its result. It does nothing and gives false if the
// entry has left.
func (n *entry) add(e *csm.Event, now time.Time, room *room) (r Result, added bool) {
	f, failed := FailureOf(e)
	r = resultOf(f)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.gone {
		return r, false
	}
	s := &n.series
	s.LastSeen = now
	var failure *Error
	if failed {
		failure = n.errorOf(f, room)
		failure.setMessage(f.Message, now)
	}
	if e.Type != csm.APICall {
		s.addAttempt(e, f)
		if failed {
			failure.Attempts++
		}
		n.recent.add(e, r, failure)
		return r, true
	}
	if last, told := n.recent.settle(e); told && r == Unknown {
		r, failure = last.result, last.failure
	}
	s.addCall(e, r)
	if failure != nil {
		failure.Calls++
	}
	return r, true
}

// errorOf is the error that counts a failure.
func (n *entry) errorOf(f Failure, room *room) *Error {
	key := errorCode{cut(f.Code, maxName), f.Status}
	if e := n.errors[key]; e != nil {
		return e
	}
	if n.series.Other || !room.take() {
		if n.otherErrors == nil {
			n.otherErrors = &Error{Other: true}
		}
		return n.otherErrors
	}
	key.code = strings.Clone(key.code)
	e := &Error{Key: n.series.Key, Code: key.code, Status: key.status}
	if n.errors == nil {
		n.errors = make(map[errorCode]*Error)
	}
	n.errors[key] = e
	return e
}
