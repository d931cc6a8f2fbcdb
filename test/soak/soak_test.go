//go:build linux

package soak

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/go-csm/csm/test/realagent"
)

func TestMain(m *testing.M) { os.Exit(realagent.Main(m)) }

// step is how long there is load between two checks.
const step = 4 * time.Second

// TestSoak runs for as long as SOAK says. Several agents live one after the other,
// each until it is killed; while one lives, each step has a fault.
func TestSoak(t *testing.T) {
	setting := os.Getenv("SOAK")
	if setting == "" {
		t.Skip("make soak runs it")
	}
	duration, err := time.ParseDuration(setting)
	if err != nil || duration < 10*step {
		t.Fatalf("SOAK is %q: write how long to run, of at least %v, such as 1h", setting, 10*step)
	}
	lives := 4
	if duration < 2*time.Minute {
		lives = 2
	}
	s := newSoak(t)
	end := time.Now().Add(duration)
	for i := range lives {
		s.live(end.Add(-duration * time.Duration(lives-1-i) / time.Duration(lives)))
	}
	s.senders.end()
	t.Logf("in %v: sent %d, answers to scrapes %d, events streamed %d, requests with metrics %d", duration,
		s.senders.sent(), s.readers.answers.Load(), s.readers.streamed.Load(), s.collector.metrics.Load())
	if s.readers.answers.Load() == 0 || s.readers.streamed.Load() == 0 || s.collector.metrics.Load() == 0 {
		t.Error("somebody got nothing")
	}
}

// A soak is what goes on while agents live and die.
type soak struct {
	t         *testing.T
	dir       string
	options   realagent.Options
	collector *collector
	senders   *senders
	readers   *readers
	agent     *realagent.Agent

	sent    int64 // before the agent began to live
	records int64 // log records that the collector had then
	steps   int
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	s := &soak{t: t, dir: t.TempDir(), collector: startCollector(t)}
	s.configure("info")
	s.options = realagent.Options{
		Arguments: []string{
			"--config", filepath.Join(s.dir, "agent.yaml"), "--max-series", "300",
			"--record", filepath.Join(s.dir, "events.jsonl.zst"), "--record-max-mb", "1", "--record-keep", "5",
			"--otlp-endpoint", s.collector.url, "--otlp-events", "--otlp-interval", "1s",
		},
		Env: []string{"OTEL_BLRP_SCHEDULE_DELAY=500", "OTEL_BLRP_MAX_QUEUE_SIZE=20000"},
	}
	s.agent = realagent.Start(t, s.options)
	s.options.Events, s.options.HTTP = s.agent.Events, s.agent.HTTP
	s.senders = startSenders(t, s.agent.Events)
	ctx, cancel := context.WithCancel(context.Background())
	s.readers = startReaders(ctx, s.agent.HTTP)
	t.Cleanup(func() {
		cancel()
		s.readers.running.Wait()
	})
	return s
}

// configure writes what the agent reads again when it gets SIGHUP.
func (s *soak) configure(level string) {
	s.t.Helper()
	text := fmt.Sprintf("log-level: %s\nallow: [127.0.0.0/8]\nhttp-name: [agent-%d.example]\n", level, s.steps)
	if err := os.WriteFile(filepath.Join(s.dir, "agent.yaml"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// live lets an agent live until a time, and then kills it while it is at rest, so
// that nobody has to guess what died with it. The senders go on without it, and with
// the next.
func (s *soak) live(until time.Time) {
	var growth growth
	for ended := false; !ended; s.steps++ {
		s.fault()
		s.senders.pause.Lock()
		growth = append(growth, sampleOf(s.check()))
		if ended = time.Now().After(until); ended {
			s.agent.Kill()
			s.sent, s.records = s.senders.sent(), s.collector.records.Load()
		}
		s.senders.pause.Unlock()
	}
	growth.check(s.t)
	checkLog(s.t, s.agent.Log())
	wait(context.Background(), time.Second) // of refusals
	s.configure("info")
	s.agent = realagent.Start(s.t, s.options)
}

// fault lets a step pass, with something that goes wrong.
func (s *soak) fault() {
	after := time.After(step)
	switch s.steps % 7 {
	case 0: // nothing
	case 1:
		s.agent.Signal(syscall.SIGSTOP)
		wait(context.Background(), time.Duration(rand.IntN(1000))*time.Millisecond)
		s.agent.Signal(syscall.SIGCONT)
	case 2:
		s.configure([]string{"info", "warn"}[s.steps/7%2])
		s.agent.Signal(syscall.SIGHUP)
	case 3:
		s.collector.status.Store(0)
	case 4:
		s.collector.status.Store(http.StatusServiceUnavailable)
	case 5: // more than the receive buffer holds
		s.agent.Signal(syscall.SIGSTOP)
		s.senders.pause.RLock()
		for range 60_000 {
			s.senders.sources[len(s.senders.sources)-1].send()
		}
		s.senders.pause.RUnlock()
		s.agent.Signal(syscall.SIGCONT)
	case 6:
		for range 100 {
			if conn, err := net.Dial("tcp", s.options.HTTP); err == nil {
				defer conn.Close()
			}
		}
	}
	<-after
	s.collector.status.Store(http.StatusOK)
}

// check holds, while nothing is sent, that all that was sent since the agent began
// is accounted for everywhere, and gives the metrics.
func (s *soak) check() realagent.Metrics {
	s.t.Helper()
	sent := float64(s.senders.sent() - s.sent)
	var m realagent.Metrics
	exported := 0.0
	realagent.Wait(s.t, "all that was sent", func() bool {
		var err error
		m, err = s.agent.Scrape()
		exported = float64(s.collector.records.Load()-s.records) + m["csm_agent_lost_events_total"]
		events := m["csm_agent_events_total"]
		return err == nil && m.Come() == sent && exported == events &&
			m["csm_agent_recording_events_total"]+m["csm_agent_recording_lost_events_total"] == events
	}, func() string { return account(sent, exported, m) })
	if n := m.Sum("csm_calls_total") + m.Sum("csm_attempts_total"); n != m["csm_agent_events_total"] || m.NotAllowed() != 0 ||
		m["csm_agent_series"] > 301 || m["csm_agent_read_errors_total"] != 0 {
		s.t.Errorf("%v calls and attempts: %s", n, account(sent, exported, m))
	}
	s.t.Logf("step %d: %s", s.steps, account(sent, exported, m))
	return m
}

func account(sent, exported float64, m realagent.Metrics) string {
	return fmt.Sprintf("sent %.0f = taken %.0f + rejected %.0f + lost in the kernel %.0f; events %.0f: recorded %.0f + %.0f lost, "+
		"exported or given up %.0f (%.0f given up), subscribers lost %.0f; %.0f series, %.0f goroutines, %.0f descriptors, %.0f MiB",
		sent, m.Taken(), m.Rejected(), m.Lost(), m["csm_agent_events_total"], m["csm_agent_recording_events_total"],
		m["csm_agent_recording_lost_events_total"], exported, m["csm_agent_lost_events_total"], m["csm_agent_subscriber_lost_events_total"],
		m["csm_agent_series"], m["go_goroutines"], m["process_open_fds"], m["process_resident_memory_bytes"]/(1<<20))
}

// checkLog holds that nothing was logged more than twice a second while the agent
// ran, but at its beginning, when it names all that it listens to.
func checkLog(t *testing.T, log []string) {
	t.Helper()
	last := make(map[string][2]time.Time) // the last two times, by message
	ready := false
	for _, line := range log {
		var l struct {
			Time time.Time
			Msg  string
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Errorf("the log has %q", line)
		}
		if times := last[l.Msg]; ready && l.Time.Sub(times[0]) < time.Second {
			t.Errorf("%q was logged more than twice a second", l.Msg)
		}
		last[l.Msg] = [2]time.Time{last[l.Msg][1], l.Time}
		ready = ready || l.Msg == "csm: ready"
	}
}
