//go:build linux

package faults

import (
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/test/realagent"
)

// A sender publishes numbered events at a steady pace until it is ended.
type sender struct {
	name     string
	reporter *csm.Reporter
	sent     atomic.Int64 // events that were published
}

func startSenders(t *testing.T, n int, address string) (senders []*sender, end func()) {
	t.Helper()
	stop := make(chan struct{})
	var sending sync.WaitGroup
	for i := range n {
		name := "sender-" + strconv.Itoa(i)
		r, err := csm.New(csm.Options{Address: address, ClientID: name})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		s := &sender{name: name, reporter: r}
		senders = append(senders, s)
		sending.Go(func() {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-stop:
					return
				case <-tick.C:
					r.Publish(&csm.Event{
						Type: csm.APICall, Service: "S3", API: "GetObject", Timestamp: time.Now(),
						Latency: csm.Known(s.sent.Load()), AttemptCount: csm.Known(1), // the event's number
					})
					s.sent.Add(1)
				}
			}
		})
	}
	return senders, func() { close(stop); sending.Wait() }
}

// An agent that is killed under load and started again gets the events that are
// sent from then on. The events between are lost: those that are published when
// nobody listens are counted as refused, and no others.
func TestAnAgentThatIsKilledAndStartedAgain(t *testing.T) {
	dir := t.TempDir()
	before, after := filepath.Join(dir, "before.jsonl"), filepath.Join(dir, "after.jsonl")
	first := realagent.Start(t, realagent.Options{Arguments: []string{"--record", before}})
	senders, end := startSenders(t, 3, first.Events)
	first.WaitForMetrics("events", func(m realagent.Metrics) bool { return m.Taken() > 1000 })

	first.Kill()
	dead := make([]int64, len(senders)) // the first event that found nobody, at the latest
	for i, s := range senders {
		dead[i] = s.sent.Load() + 1
	}
	for i, s := range senders { // some are lost
		realagent.Wait(t, "refusals", func() bool { return s.sent.Load() > dead[i]+50 }, func() string { return s.name })
	}
	alive := make([]int64, len(senders)) // the last one, at the earliest
	for i, s := range senders {
		alive[i] = s.sent.Load()
	}
	second := realagent.Start(t, realagent.Options{Events: first.Events, HTTP: first.HTTP, Arguments: []string{"--record", after}})
	ready := time.Now()
	second.WaitForMetrics("events of all senders", func(m realagent.Metrics) bool { return m.Taken() > 0 })
	if took := time.Since(ready); took > time.Second {
		t.Errorf("the flow resumed after %v", took)
	}
	second.WaitForMetrics("events", func(m realagent.Metrics) bool { return m.Taken() > 1000 })
	end()
	var published, sent, refused int64
	for _, s := range senders {
		stats := s.reporter.Stats()
		if int64(stats.Sent+stats.Lost()) != s.sent.Load() || stats.Lost() != stats.Refused {
			t.Errorf("%s published %d events and counts %+v", s.name, s.sent.Load(), stats)
		}
		published, sent, refused = published+s.sent.Load(), sent+int64(stats.Sent), refused+int64(stats.Refused)
	}
	second.End()

	one, two := numbers(t, before), numbers(t, after)
	for i, s := range senders {
		had, got := one[s.name], two[s.name]
		if len(had) == 0 || len(got) == 0 {
			t.Fatalf("%s: %d events came before, %d afterwards", s.name, len(had), len(got))
		}
		contiguous(t, s.name, 0, had)
		contiguous(t, s.name, got[0], got)
		if last := got[len(got)-1]; last != s.sent.Load()-1 {
			t.Errorf("%s: the last event that came is %d of %d", s.name, last, s.sent.Load())
		}
		stats := s.reporter.Stats()
		gap := got[0] - int64(len(had)) // lost, in the agent when it was killed or refused
		refused := int64(stats.Refused)
		died := gap - refused
		t.Logf("%s: %d published, %d recorded before, %d afterwards, %d refused, %d died with the agent",
			s.name, s.sent.Load(), len(had), len(got), refused, died)
		if refused < alive[i]-dead[i] {
			t.Errorf("%s: nobody was there for at least %d events, and %d were refused", s.name, alive[i]-dead[i], refused)
		}
		if died < 0 || int64(len(had))+died > dead[i] {
			t.Errorf("%s: %d events are lost without a cause: %d came, and the agent was dead by event %d", s.name, died, len(had), dead[i])
		}
	}
	t.Logf("published %d, sent %d, refused %d on %d cores", published, sent, refused, runtime.NumCPU())
}

func contiguous(t *testing.T, name string, first int64, numbers []int64) {
	t.Helper()
	for i, n := range numbers {
		if n != first+int64(i) {
			t.Fatalf("%s: event %d follows event %d", name, n, first+int64(i)-1)
		}
	}
}
