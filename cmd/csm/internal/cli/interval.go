package cli

import (
	"fmt"
	"time"
)

// An interval is a time from since on and before until. A zero time is no limit.
type interval struct{ since, until time.Time }

// newInterval reads the limits of an interval: empty, a time as RFC 3339 has it, or
// how long before now.
func newInterval(since, until string, now time.Time) (interval, error) {
	var i interval
	var err error
	if i.since, err = moment("--since", since, now); err != nil {
		return i, err
	}
	if i.until, err = moment("--until", until, now); err != nil {
		return i, err
	}
	if !i.since.IsZero() && !i.until.IsZero() && !i.since.Before(i.until) {
		return i, fmt.Errorf("--since %s is not before --until %s", since, until)
	}
	return i, nil
}

func moment(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(s); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("%s %q is neither a time such as 2026-10-12T10:00:00Z nor a duration such as 90m or 2h", flag, s)
	}
	return t, nil
}

func (i interval) limited() bool { return !i.since.IsZero() || !i.until.IsZero() }

// has tells whether a time is within the interval.
func (i interval) has(t time.Time) bool {
	return (i.since.IsZero() || !t.Before(i.since)) && (i.until.IsZero() || t.Before(i.until))
}
