package statistics

import "time"

// A Snapshot is what an [Aggregation] had counted. It is the caller's, and changes
// no more. Series and errors are in no particular order, but those that are marked
// as Other are the last.
type Snapshot struct {
	Began time.Time // when the aggregation began
	Taken time.Time // when the snapshot was taken

	Series []Series
	Errors []Error

	Expired uint64 // series that left because they were idle, since Began
}

// Total is the sum of all series, which names no key.
func (s Snapshot) Total() Series {
	var t Series
	for i := range s.Series {
		t.merge(&s.Series[i])
	}
	return t
}

// By is the snapshot with the series merged whose keys the function makes the
// same, and their errors as well: a coarser view. The series and the errors that
// are marked as Other stay apart.
func (s Snapshot) By(key func(Key) Key) Snapshot {
	by := Snapshot{Began: s.Began, Taken: s.Taken, Expired: s.Expired}
	series := make(map[Key]int)
	for i := range s.Series {
		from := &s.Series[i]
		if from.Other {
			continue
		}
		k := key(from.Key)
		n, ok := series[k]
		if !ok {
			n = len(by.Series)
			series[k] = n
			by.Series = append(by.Series, Series{Key: k})
		}
		by.Series[n].merge(from)
	}
	type errorKey struct {
		key    Key
		code   string
		status int64
	}
	errors := make(map[errorKey]int)
	for i := range s.Errors {
		from := &s.Errors[i]
		if from.Other {
			continue
		}
		k := errorKey{key(from.Key), from.Code, from.Status}
		n, ok := errors[k]
		if !ok {
			n = len(by.Errors)
			errors[k] = n
			by.Errors = append(by.Errors, Error{Key: k.key, Code: k.code, Status: k.status})
		}
		by.Errors[n].merge(from)
	}
	for i := range s.Series {
		if s.Series[i].Other {
			by.Series = append(by.Series, s.Series[i].clone())
		}
	}
	for i := range s.Errors {
		if s.Errors[i].Other {
			by.Errors = append(by.Errors, s.Errors[i])
		}
	}
	return by
}
