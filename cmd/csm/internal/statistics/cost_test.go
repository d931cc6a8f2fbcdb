package statistics

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/go-csm/csm"
)

// usual are the events of a call with a retry, as a sender that tells all sends
// them.
func usual(api string) []*csm.Event {
	phases := func(e *csm.Event) {
		e.AttemptLatency, e.ConnectionReused = csm.Known(9), csm.Known(0)
		e.AcquireConnectionLatency, e.ConnectLatency, e.RequestLatency = csm.Known(3), csm.Known(3), csm.Known(5)
		e.DNSLatency, e.TCPLatency, e.SSLLatency = csm.Known(1), csm.Known(1), csm.Known(1)
	}
	return []*csm.Event{
		attempt("S3", api, in("app", "eu-central-1"), at(0, 9), status(503), phases, func(e *csm.Event) {
			e.AWSException, e.AWSExceptionMessage = "SlowDown", "Please reduce your request rate."
		}),
		attempt("S3", api, in("app", "eu-central-1"), at(20, 9), status(200), phases),
		call("S3", api, in("app", "eu-central-1"), at(0, 29), attempts(2), func(e *csm.Event) {
			e.FinalHTTPStatusCode = csm.Known(200)
		}),
	}
}

func BenchmarkAdd(b *testing.B) {
	a := New(Limits{Idle: time.Hour})
	events := usual("GetObject")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a.Add(events[i%len(events)])
	}
}

func BenchmarkAddBeyondTheLimit(b *testing.B) {
	a := New(Limits{Series: 1})
	a.Add(call("S3", "A"))
	events := usual("GetObject")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a.Add(events[i%len(events)])
	}
}

// full is an aggregation of 10,000 series with all their histograms in use.
func full() (a *Aggregation, events []*csm.Event) {
	a = New(Limits{})
	for i := range defaultSeries {
		events = append(events, usual(fmt.Sprint("Operation", i))...)
	}
	for n := range int64(20) {
		for _, e := range events {
			e := *e
			e.Latency, e.AttemptLatency = csm.Known(n*n), csm.Known(n*n*n)
			a.Add(&e)
		}
	}
	return a, events
}

func BenchmarkSnapshot(b *testing.B) {
	a, _ := full()
	b.ReportAllocs()
	for b.Loop() {
		a.Snapshot()
	}
}

// BenchmarkAddDuringSnapshots tells how long events wait for snapshots that are
// taken one after the other.
func BenchmarkAddDuringSnapshots(b *testing.B) {
	a, events := full()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				a.Snapshot()
			}
		}
	}()
	var waits []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		a.Add(events[i%len(events)])
		waits = append(waits, time.Since(began))
	}
	close(stop)
	<-stopped
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)*99/100]), "ns-p99")
	b.ReportMetric(float64(waits[len(waits)*9999/10000]), "ns-p99.99")
	b.ReportMetric(float64(waits[len(waits)-1]), "ns-max")
}

func TestAddAllocatesNothingForAKnownSeries(t *testing.T) {
	a := New(Limits{Idle: time.Hour})
	events := append(usual("GetObject"), called(attempts(1)), tried(at(0, 5)), called(attempts(1), at(0, 7)))
	add := func() {
		for _, e := range events {
			a.Add(e)
		}
	}
	for range 2 * maxRecent {
		add()
	}
	if n := testing.AllocsPerRun(100, add); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
