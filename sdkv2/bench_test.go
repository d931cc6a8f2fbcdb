package sdkv2_test

import (
	"context"
	"net"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/sdkv2"
)

// maxAllocations is how many allocations monitoring may add to a call with one
// attempt, with whatever version of the core.
const maxAllocations = 25

func TestMonitoringAddsFewAllocationsToACall(t *testing.T) {
	if raceDetector() {
		t.Skip("with the race detector, pools lose things on purpose")
	}
	allocations := func(op *operation) float64 {
		return testing.AllocsPerRun(100, func() {
			if err := op.call(context.Background()); err != nil {
				t.Fatal(err)
			}
		})
	}
	without, with := allocations(benchmarkOperation(t, nil)), allocations(benchmarkOperation(t, unreadReporter(t)))
	t.Logf("%v allocations a call without monitoring, %v with it", without, with)
	if added := with - without; added > maxAllocations {
		t.Errorf("monitoring adds %v allocations to a call, want at most %d", added, maxAllocations)
	}
}

func BenchmarkCall(b *testing.B) {
	for _, bench := range []struct {
		name     string
		reporter *csm.Reporter
	}{
		{"without monitoring", nil},
		{"with monitoring", unreadReporter(b)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			op := benchmarkOperation(b, bench.reporter)
			b.ReportAllocs()
			for b.Loop() {
				if err := op.call(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchmarkOperation is an operation that is monitored if there is a reporter.
func benchmarkOperation(t testing.TB, r *csm.Reporter) *operation {
	t.Helper()
	cfg := config(answers(200, ""))
	if r != nil {
		if err := sdkv2.Instrument(&cfg, func(o *sdkv2.Options) { o.Reporter = r }); err != nil {
			t.Fatal(err)
		}
	}
	op := newOperation(cfg)
	op.modern = true
	return op
}

// raceDetector tells whether the test was built with it.
func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	return info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// unreadReporter is a reporter whose datagrams the kernel takes, and nobody reads:
// an agent in this process would be measured with it.
func unreadReporter(t testing.TB) *csm.Reporter {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r, err := csm.New(csm.Options{Address: conn.LocalAddr().String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.Close()
		conn.Close()
	})
	return r
}
