package otlp

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm"
)

// until waits until the health is as wanted.
func until(t *testing.T, e *Exporter, what string, ready func(Health) bool) {
	t.Helper()
	for end := time.Now().Add(deadline); ; time.Sleep(5 * time.Millisecond) {
		if ready(e.Health()) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no %s: %+v", what, e.Health())
		}
	}
}

func TestACollectorThatComesBackGetsAll(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			address := l.Addr().String()
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			c := &collector{t: t, answers: func(int) answer { return answer{} }, grew: make(chan struct{})}
			e := newExporter(t, Options{
				Endpoint: "http://" + address, Protocol: protocol, Events: true, Temporality: "delta",
				Snapshot: snapshot(oneSeries()), Interval: 50 * time.Millisecond, Timeout: 100 * time.Millisecond,
			})
			e.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject"})
			until(t, e, "failed exports", func(h Health) bool { return h.Failed >= 2 && h.Error != "" })
			if l, err = net.Listen("tcp", address); err != nil {
				t.Skipf("somebody else has the port now: %v", err)
			}
			c.serve(protocol, l)
			c.wait("the event", func() bool { return len(c.logs) > 0 })
			c.wait("the metrics", func() bool { return len(c.metrics) > 0 })
			until(t, e, "health", func(h Health) bool { return h.Exported >= 2 && h.Error == "" })
			shutdown(t, e)
			if h := e.Health(); h.GivenUp != 0 {
				t.Errorf("%d events given up", h.GivenUp)
			}
			attempts := int64(0)
			for _, m := range c.all() {
				if m.Name == "csm.attempts" {
					attempts += m.GetSum().DataPoints[0].GetAsInt()
				}
			}
			if attempts != 13 {
				t.Errorf("%d attempts arrived, want 13", attempts)
			}
		})
	}
}

func TestABusyCollectorIsAskedAgainWhenItSays(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			c := newCollector(t)
			c.answers = func(n int) answer { return answer{unavailable: n == 0, after: 2 * time.Second} }
			began := time.Now()
			health := export(t, Options{Endpoint: c.listen(protocol), Protocol: protocol, Snapshot: snapshot(oneSeries())})
			if took := time.Since(began); took < 2*time.Second {
				t.Errorf("it was asked again after %v, want 2s", took)
			}
			if health != (Health{Exported: 1}) || c.n != 2 {
				t.Errorf("%d requests, the health is %+v; want 2 and one exported", c.n, health)
			}
		})
	}
}

func TestACollectorThatAsksForTooMuchPatienceIsGivenUp(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			c := newCollector(t)
			c.answers = func(int) answer { return answer{unavailable: true, after: time.Hour} }
			e := newExporter(t, Options{
				Endpoint: c.listen(protocol), Protocol: protocol, Snapshot: snapshot(oneSeries()),
				Interval: 20 * time.Millisecond, Timeout: time.Second,
			})
			until(t, e, "failures", func(h Health) bool { return h.Failed > 0 })
			_ = e.Shutdown(context.Background()) // fails, as it must
		})
	}
}

func TestACollectorThatHangsStopsNobody(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			c := newCollector(t)
			c.answers = func(int) answer { return answer{hang: true} }
			e := newExporter(t, Options{
				Endpoint: c.listen(protocol), Protocol: protocol, Snapshot: snapshot(oneSeries()), Events: true,
				Interval: 10 * time.Millisecond, Timeout: 100 * time.Millisecond,
			})
			event := &csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject"}
			const n = 20_000
			for range n {
				e.Publish(event)
			}
			until(t, e, "failures", func(h Health) bool { return h.Failed >= 2 })
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer cancel()
			began := time.Now()
			if err := e.Shutdown(ctx); err == nil {
				t.Error("Shutdown says that all was delivered")
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("Shutdown took %v", took)
			}
			if h := e.Health(); h.GivenUp != n || h.Exported != 0 {
				t.Errorf("the health is %+v, want %d given up", h, n)
			}
		})
	}
}

func TestWhatACollectorRefusesIsCountedAndNotSentAgain(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			c := newCollector(t)
			c.answers = func(int) answer { return answer{rejected: 2} }
			e := newExporter(t, Options{
				Endpoint: c.listen(protocol), Protocol: protocol, Snapshot: snapshot(oneSeries()), Events: true,
			})
			for range 5 {
				e.Publish(&csm.Event{Type: csm.APICall})
			}
			if err := e.Shutdown(context.Background()); err == nil || !strings.Contains(err.Error(), "2") {
				t.Errorf("Shutdown: %v, want what was refused", err)
			}
			if h := e.Health(); h.Exported != 2 || h.Failed != 0 || h.GivenUp != 2 || c.n != 2 {
				t.Errorf("%d requests, the health is %+v; want 2 requests, taken, with 2 events given up", c.n, h)
			}
		})
	}
}

// The libraries would write to stderr by themselves.
func TestNothingIsWrittenToStderr(t *testing.T) {
	if os.Getenv("CSM_TEST_QUIET") != "" {
		for _, protocol := range protocols {
			e := newExporter(t, Options{
				Endpoint: "http://127.0.0.1:1", Protocol: protocol, Snapshot: snapshot(oneSeries()), Events: true,
			})
			e.Publish(&csm.Event{Type: csm.APICall})
			ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
			_ = e.Shutdown(ctx) // fails, as it must
			cancel()
		}
		return
	}
	cleanEnvironment(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd := exec.Command(program, "-test.run=^TestNothingIsWrittenToStderr$")
	cmd.Env = append(os.Environ(), "CSM_TEST_QUIET=1", "GRPC_GO_LOG_SEVERITY_LEVEL=info", "OTEL_RESOURCE_ATTRIBUTES=a=%zz",
		"OTEL_EXPORTER_OTLP_TIMEOUT=not used", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT=100", "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT=100")
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("the program failed: %v", err)
	}
	if stderr.Len() > 0 {
		t.Errorf("stderr has %q", stderr.String())
	}
}
