package statistics

import (
	"testing"

	"github.com/go-csm/csm"
)

func BenchmarkAdd(b *testing.B) {
	a := New(Limits{})
	e := call("S3", "GetObject", func(e *csm.Event) {
		e.Latency, e.AttemptCount, e.FinalHTTPStatusCode = csm.Known(12), csm.Known(1), csm.Known(200)
	})
	b.ReportAllocs()
	for b.Loop() {
		a.Add(e)
	}
}

func TestAddAllocatesNothingForAKnownOperation(t *testing.T) {
	a := New(Limits{})
	e := call("S3", "GetObject", func(e *csm.Event) { e.Latency = csm.Known(12) })
	if n := testing.AllocsPerRun(100, func() { a.Add(e) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
