package statistics

import (
	"strings"
	"time"
)

// An Error are the attempts and the calls of one [Key] that failed in one way.
// Its texts are from events, and not safe to show as they are.
type Error struct {
	Key    Key
	Code   string // of at most 128 bytes; empty if there was a status only
	Status int64  // the HTTP status code, or 0 if there was no response
	Other  bool   // these are all the errors beyond the limits, and the rest is zero

	Attempts uint64
	Calls    uint64
	Message  string // the last one, of at most 512 bytes

	seen time.Time // when it came last
}

// setMessage notes that the error came, and its message if it has one.
func (e *Error) setMessage(message string, now time.Time) {
	e.seen = now
	if message = cut(message, maxMessage); message != "" && message != e.Message {
		e.Message = strings.Clone(message)
	}
}

// merge adds what another error counted, which stays as it is.
func (e *Error) merge(other *Error) {
	e.Attempts += other.Attempts
	e.Calls += other.Calls
	if other.Message != "" && (e.Message == "" || !other.seen.Before(e.seen)) {
		e.Message = other.Message
	}
	if other.seen.After(e.seen) {
		e.seen = other.seen
	}
}
