//go:build linux

package faults

import (
	"syscall"
	"testing"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/test/realagent"
)

// publish publishes n events, which the kernel has to take.
func publish(t *testing.T, r *csm.Reporter, n int) {
	t.Helper()
	before := r.Stats()
	for range n {
		r.Publish(&csm.Event{
			Type: csm.APICall, Service: "S3", API: "GetObject", Region: "eu-central-1",
			Latency: csm.Known(12), AttemptCount: csm.Known(1),
		})
	}
	if after := r.Stats(); after.Lost() != before.Lost() || after.Sent != before.Sent+uint64(n) {
		t.Fatalf("%d events were published: %+v became %+v", n, before, after)
	}
}

func newReporter(t *testing.T, address string) *csm.Reporter {
	t.Helper()
	r, err := csm.New(csm.Options{Address: address, ClientID: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// While the agent does not read, its receive buffer overruns. What the kernel drops
// is in the metrics, to the datagram.
func TestAReceiveBufferThatOverruns(t *testing.T) {
	a := realagent.Start(t, realagent.Options{})
	r := newReporter(t, a.Events)
	publish(t, r, 100)
	a.WaitForMetrics("the first events", func(m realagent.Metrics) bool { return m.Come() == 100 })

	a.Signal(syscall.SIGSTOP)
	const burst = 100_000 // more than 16 MiB hold, which the kernel gives the most
	publish(t, r, burst)
	a.Signal(syscall.SIGCONT)
	m := a.WaitForMetrics("all events", func(m realagent.Metrics) bool { return m.Come() == 100+burst })
	if m.Lost() == 0 || m.Lost() == burst {
		t.Errorf("%v of %d datagrams are lost, want some", m.Lost(), burst)
	}
	if m.Taken()+m.Lost() != 100+burst || m["csm_agent_events_total"] != m.Taken() || m.Sum("csm_calls_total") != m.Taken() {
		t.Errorf("sent %d, taken %v, lost %v, events %v, calls %v",
			100+burst, m.Taken(), m.Lost(), m["csm_agent_events_total"], m.Sum("csm_calls_total"))
	}
	publish(t, r, 100)
	a.WaitForMetrics("the last events", func(m realagent.Metrics) bool { return m.Come() == 200+burst })
	t.Logf("sent %d, taken %v, lost %v", 100+burst, m.Taken(), m.Lost())
	a.End()
}
