//go:build interop

package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
)

// figures are those of operations, such as "S3.GetObject".
type figures map[string]operation

// An operation has the figures of one operation.
type operation struct {
	Calls, Attempts, Retries, Throttled uint64

	Results  map[string]uint64  // of the calls, by their names in the API; or okOrUnknown
	Failures map[string]failure // by code and status, such as "NoSuchKey 404"
}

// okOrUnknown is wanted of calls that succeeded, whether or not their sender's
// events are enough to tell.
const okOrUnknown = "ok or unknown"

// A failure tells how many attempts and calls ended in one way.
type failure struct{ Attempts, Calls uint64 }

func (o operation) errors() uint64 {
	return o.Calls - o.Results["ok"] - o.Results["unknown"] - o.Results[okOrUnknown]
}

// events is how many events tell of the figures.
func events(want figures) (n int) {
	for _, o := range want {
		n += int(o.Calls + o.Attempts)
	}
	return n
}

// stats are the statistics of the agent's API.
type stats struct {
	text []byte

	Agent struct {
		Received struct {
			Datagrams, Events, Taken, Rejected int
			LostInKernel                       int `json:"lost_in_kernel"`
		}
	}
	Series []struct {
		Service, Operation, Region                  string
		Calls, Attempts, Retries, Errors, Throttled uint64
		Results                                     map[string]uint64
		Statuses                                    map[string]uint64
	}
	Errors []struct {
		Service, Operation, Code string
		Status                   int
		Attempts, Calls          uint64
	}
}

func (s *stats) check(t *testing.T, want figures) {
	t.Helper()
	got, errors := make(figures), make(map[string]uint64)
	for _, one := range s.Series {
		name := one.Service + "." + one.Operation
		o := got[name]
		o.Calls += one.Calls
		o.Attempts += one.Attempts
		o.Retries += one.Retries
		o.Throttled += one.Throttled
		for result, n := range one.Results {
			if o.Results == nil {
				o.Results = make(map[string]uint64)
			}
			o.Results[result] += n
		}
		got[name] = o
		errors[name] += one.Errors
	}
	for _, e := range s.Errors {
		got.addFailure(e.Service+"."+e.Operation, e.Code, e.Status, failure{e.Attempts, e.Calls})
	}
	for name, o := range got {
		if n := want[name].Results[okOrUnknown]; n > 0 && n == o.Results["ok"]+o.Results["unknown"] {
			delete(o.Results, "ok")
			delete(o.Results, "unknown")
			o.Results[okOrUnknown] = n
		}
	}
	got.compare(t, "the API", want, errors)
}

// addFailure adds a line of errors.
func (f figures) addFailure(name, code string, status int, add failure) {
	o := f[name]
	if o.Failures == nil {
		o.Failures = make(map[string]failure)
	}
	key := fmt.Sprint(code, " ", status)
	sum := o.Failures[key]
	o.Failures[key] = failure{sum.Attempts + add.Attempts, sum.Calls + add.Calls}
	f[name] = o
}

func (f figures) compare(t *testing.T, where string, want figures, errors map[string]uint64) {
	t.Helper()
	if !reflect.DeepEqual(f, want) {
		t.Errorf("%s has\n%s\nwant\n%s", where, f, want)
	}
	for name, o := range want {
		if errors[name] != o.errors() {
			t.Errorf("%s has %d errors of %s, want %d", where, errors[name], name, o.errors())
		}
	}
}

// String has a line for each operation.
func (f figures) String() string {
	text, err := json.MarshalIndent(f, "\t", "")
	if err != nil {
		return err.Error()
	}
	return string(bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\n\t"), []byte(" ")), []byte(`} "`), []byte("}\n\t\"")))
}

// A report is what csm report and csm run make with --json.
type report struct {
	text []byte

	Events     int
	Skipped    struct{ BadLines, TornFiles, DamagedFiles int }
	Operations []struct {
		Service, Api                                string
		Calls, Attempts, Retries, Errors, Throttled uint64
	}
	Errors []struct {
		Service, Api, Code string
		Status             int
		Attempts, Calls    uint64
	}
}

func reportOf(t *testing.T, csm, recording string) report {
	t.Helper()
	r := report{text: output(t, csm, "report", "--json", recording)}
	if err := json.Unmarshal(r.text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r report) check(t *testing.T, want figures) {
	t.Helper()
	got, errors := make(figures), make(map[string]uint64)
	for _, one := range r.Operations {
		name := one.Service + "." + one.Api
		got[name] = operation{
			Calls: one.Calls, Attempts: one.Attempts, Retries: one.Retries, Throttled: one.Throttled,
			Results: want[name].Results, // the report has none; its Errors are held against them
		}
		errors[name] = one.Errors
	}
	for _, e := range r.Errors {
		got.addFailure(e.Service+"."+e.Api, e.Code, e.Status, failure{e.Attempts, e.Calls})
	}
	got.compare(t, "the report", want, errors)
	if r.Events != events(want) || r.Skipped.BadLines+r.Skipped.TornFiles+r.Skipped.DamagedFiles != 0 {
		t.Errorf("the report has %d events, want %d; it skipped %+v", r.Events, events(want), r.Skipped)
	}
}
