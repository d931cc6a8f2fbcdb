package statistics

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-csm/csm"
)

func TestWhatIsBeyondTheLimitsIsCountedTogether(t *testing.T) {
	a := New(Limits{Series: 3, Errors: 2})
	for i := range 10 {
		for range 2 {
			a.Add(call("S3", fmt.Sprint("Op", i), func(e *csm.Event) {
				e.FinalAWSException = "E"
				e.Latency = csm.Known(1000)
			}))
		}
	}
	s := a.Snapshot()
	if len(s.Series) != 4 || len(s.Errors) != 3 {
		t.Fatalf("%d series and %d errors, want 4 and 3", len(s.Series), len(s.Errors))
	}
	if other := s.Series[3]; !other.Other || other.Calls != 14 || other.Errors() != 14 || other.Latency().Sum() != 14 {
		t.Errorf("the other series: %+v", other)
	}
	if other := s.Errors[2]; !other.Other || other.Calls != 16 {
		t.Errorf("the other error: %+v", other)
	}
	if got := s.Total().Calls; got != 20 {
		t.Errorf("%d calls in all, want 20", got)
	}
}

func TestTextsAreBounded(t *testing.T) {
	long := strings.Repeat("ä", 5000)
	s := added(attempt(long, long, func(e *csm.Event) {
		e.ClientID, e.Region = long, long
		e.AWSException, e.AWSExceptionMessage = long, long
	}))
	k, e := s.Series[0].Key, s.Errors[0]
	for _, text := range []string{k.ClientID, k.Service, k.Operation, k.Region, e.Key.Service, e.Code} {
		if text != strings.Repeat("ä", 64) {
			t.Errorf("kept %d bytes of a name", len(text))
		}
	}
	if e.Message != strings.Repeat("ä", 256) {
		t.Errorf("kept %d bytes of a message", len(e.Message))
	}
}

func TestIdleSeriesLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Limits{Series: 2, Errors: 2, Idle: time.Hour})
		fail := func(e *csm.Event) { e.FinalAWSException = "E" }
		a.Add(call("S3", "A", fail))
		time.Sleep(30 * time.Minute)
		a.Add(call("S3", "B", fail))
		a.Add(call("S3", "C", fail)) // no room
		time.Sleep(30*time.Minute - time.Nanosecond)
		if s := a.Snapshot(); len(s.Series) != 3 || len(s.Errors) != 3 || s.Expired != 0 {
			t.Errorf("before A is idle: %+v", s)
		}
		time.Sleep(time.Nanosecond)
		s := a.Snapshot()
		if len(s.Series) != 2 || s.Series[0].Key.Operation != "B" || !s.Series[1].Other || s.Expired != 1 {
			t.Errorf("when A is idle: %+v", s)
		}
		if len(s.Errors) != 2 || s.Errors[0].Key.Operation != "B" || !s.Errors[1].Other {
			t.Errorf("when A is idle: errors %+v", s.Errors)
		}
		a.Add(call("S3", "C", fail)) // there is room again
		a.Add(call("S3", "A", fail)) // but not for all
		s = a.Snapshot()
		if len(s.Series) != 3 || s.Series[2].Calls != 2 || len(s.Errors) != 3 {
			t.Errorf("after C came again: %+v", s)
		}
		time.Sleep(24 * time.Hour)
		if s := a.Snapshot(); len(s.Series) != 1 || len(s.Errors) != 1 || s.Expired != 3 {
			t.Errorf("after a day: %+v", s)
		}
	})
}

// An agent whose statistics nobody reads forgets too.
func TestIdleSeriesLeaveWithoutASnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Limits{Idle: time.Hour})
		a.Add(call("S3", "A"))
		for range 6 {
			time.Sleep(15 * time.Minute)
			a.Add(call("S3", "B"))
		}
		if n := len(a.entries); n != 1 {
			t.Errorf("%d series are kept, want one", n)
		}
	})
}

func TestSeriesStayWithoutALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Limits{})
		a.Add(call("S3", "A"))
		time.Sleep(1000 * time.Hour)
		if s := a.Snapshot(); len(s.Series) != 1 || s.Expired != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// An event whose series leaves between the look-up and the count goes to a new one.
func TestSeriesThatHaveLeftCountNothing(t *testing.T) {
	a := New(Limits{Idle: time.Hour})
	e := call("S3", "A")
	a.Add(e)
	old := a.entryOf(keyOf(e), false)
	a.sweep(time.Now().Add(time.Hour))
	if _, counted := old.add(e, time.Now(), &a.errors); counted {
		t.Error("a series that has left has counted")
	}
	a.Add(e)
	if s := a.Snapshot(); s.Total().Calls != 1 || s.Expired != 1 {
		t.Errorf("%+v", s)
	}
}

func TestConcurrentUseWhileSeriesLeave(t *testing.T) {
	a := New(Limits{Series: 3, Errors: 2, Idle: time.Nanosecond})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 500 {
				a.Add(call("S3", fmt.Sprint((i+n)%5), func(e *csm.Event) { e.FinalAWSException = "E" }))
			}
		})
	}
	for range 100 {
		a.Snapshot()
	}
	wg.Wait()
	a.sweep(time.Now().Add(time.Second))
	if a.errors.free.Load() != 2 || len(a.entries) != 0 {
		t.Errorf("room for %d errors, and %d series are kept", a.errors.free.Load(), len(a.entries))
	}
}

// A hostile sender takes no more room than the limits give it.
func TestMemoryIsBounded(t *testing.T) {
	const series, distinct, events = 1000, 100_000, 1_000_000
	n := events
	if testing.Short() || raceEnabled {
		n = 2 * distinct
	}
	a := New(Limits{Series: series, Errors: series})
	before := heap()
	long := strings.Repeat("x", 200)
	var e csm.Event
	for i := range n {
		e = csm.Event{
			Type: csm.APICallAttempt, ClientID: long, Region: long, Service: long,
			API:                 fmt.Sprint(i%distinct, long),
			HTTPStatusCode:      csm.Known(int64(100 + i/distinct*7%500)),
			AWSException:        fmt.Sprint("E", i),
			AWSExceptionMessage: fmt.Sprint(i, long, long, long),
			AttemptLatency:      csm.Known(int64(1) << (i / distinct * 5 % 40)),
			Timestamp:           time.UnixMilli(int64(i + 1)),
		}
		a.Add(&e)
	}
	grown := heap() - before
	// A key of 4 × 128 bytes twice, two histograms, 16 attempts, statuses, and an
	// error with its texts.
	const most = series * 16 << 10
	if grown > most {
		t.Errorf("%d events of %d series take %d bytes, want at most %d", n, distinct, grown, most)
	}
	t.Logf("%d events of %d series take %d KiB", n, distinct, grown>>10)
	s := a.Snapshot()
	if total := s.Total(); total.Attempts != uint64(n) || len(s.Series) != series+1 || len(s.Errors) != series+1 {
		t.Errorf("%d attempts in %d series with %d errors", total.Attempts, len(s.Series), len(s.Errors))
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
