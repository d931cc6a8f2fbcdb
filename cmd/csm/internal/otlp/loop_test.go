package otlp

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A fakeSender does with each export what the function says.
type fakeSender[T any] struct {
	export func(ctx context.Context, what T) error
	closed bool
}

func (s *fakeSender[T]) Export(ctx context.Context, what T) error { return s.export(ctx, what) }

func (s *fakeSender[T]) Shutdown(context.Context) error {
	s.closed = true
	return nil
}

func metricsTo(f func(ctx context.Context) error) *fakeSender[*metricdata.ResourceMetrics] {
	return &fakeSender[*metricdata.ResourceMetrics]{
		export: func(ctx context.Context, _ *metricdata.ResourceMetrics) error { return f(ctx) },
	}
}

func taken(context.Context) error { return nil }

func hanging(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// defaults are settings as without any environment.
func defaults(t *testing.T) settings {
	cleanEnvironment(t)
	s, err := Options{Snapshot: snapshot(statistics.Snapshot{})}.complete()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMetricsLeaveAtEachIntervalAndAtTheEnd(t *testing.T) {
	s := defaults(t)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var when []time.Duration
		sender := metricsTo(func(context.Context) error {
			when = append(when, time.Since(began))
			return nil
		})
		e := start(s, resource.Empty(), sender, nil)
		time.Sleep(150 * time.Second)
		shutdown(t, e)
		want := []time.Duration{time.Minute, 2 * time.Minute, 150 * time.Second}
		if len(when) != 3 || when[0] != want[0] || when[1] != want[1] || when[2] != want[2] {
			t.Errorf("exports after %v, want %v", when, want)
		}
		if !sender.closed {
			t.Error("the sender is open")
		}
		shutdown(t, e) // does no harm
		if len(when) != 3 {
			t.Error("the second Shutdown exports again")
		}
	})
}

func TestACollectorThatHangsIsGivenUpAfterTheTimeout(t *testing.T) {
	s := defaults(t)
	synctest.Test(t, func(t *testing.T) {
		e := start(s, resource.Empty(), metricsTo(hanging), nil)
		time.Sleep(time.Minute + 30*time.Second + time.Millisecond)
		synctest.Wait()
		if h := e.Health(); h.Failed != 1 || h.Exported != 0 || !strings.Contains(h.Error, "deadline") {
			t.Errorf("the health is %+v", h)
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := e.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: %v", err)
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("Shutdown took %v, want its deadline", took)
		}
	})
}

func TestShutdownTellsThatTheLastExportFailed(t *testing.T) {
	s := defaults(t)
	synctest.Test(t, func(t *testing.T) {
		e := start(s, resource.Empty(), metricsTo(func(context.Context) error { return errors.New("no such tenant") }), nil)
		if err := e.Shutdown(context.Background()); err == nil || !strings.Contains(err.Error(), "no such tenant") {
			t.Errorf("Shutdown: %v", err)
		}
	})
}

func TestWhoIsNotReachedIsTriedAgainInTime(t *testing.T) {
	s := defaults(t)
	synctest.Test(t, func(t *testing.T) {
		var when []time.Duration
		began := time.Now()
		e := start(s, resource.Empty(), metricsTo(func(context.Context) error {
			when = append(when, time.Since(began)-time.Minute)
			return &url.Error{Op: "Post", URL: "http://localhost:4318", Err: errors.New("connection refused")}
		}), nil)
		time.Sleep(119 * time.Second)
		synctest.Wait()
		want := []time.Duration{0, 1, 3, 7, 15, 25} // seconds; the timeout is 30
		if len(when) != len(want) {
			t.Fatalf("tried after %v, want %v seconds", when, want)
		}
		for i := range want {
			if when[i] != want[i]*time.Second {
				t.Errorf("tried after %v, want %v seconds", when, want)
			}
		}
		if h := e.Health(); h.Failed != 1 {
			t.Errorf("the health is %+v", h)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = e.Shutdown(ctx) // fails, as it must
	})
}

func TestALineAMinuteIsLogged(t *testing.T) {
	s := defaults(t)
	var logged bytes.Buffer
	s.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	s.Interval = time.Second
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		e := start(s, resource.Empty(), metricsTo(func(context.Context) error {
			if time.Since(began) <= 150*time.Second {
				return errors.New("\x1b[31mno\nline")
			}
			return nil
		}), nil)
		time.Sleep(170 * time.Second)
		shutdown(t, e)
		out := logged.String()
		if n := strings.Count(out, "level=WARN"); n != 3 {
			t.Errorf("%d warnings, want one a minute", n)
		}
		if n := strings.Count(out, "works again"); n != 1 {
			t.Errorf("%d times well again, want once", n)
		}
		if !strings.Contains(out, "failures=60") {
			t.Error("no line says how often it failed since the last one")
		}
		if h := e.Health(); h.Error != "" || h.Failed != 150 {
			t.Errorf("the health is %+v", h)
		}
		if t.Failed() {
			t.Log(out)
		}
	})
}

func TestEventsThatFindNoRoomAreCounted(t *testing.T) {
	s := defaults(t)
	synctest.Test(t, func(t *testing.T) {
		var delivered int
		block := make(chan struct{})
		logs := &fakeSender[[]sdklog.Record]{export: func(_ context.Context, records []sdklog.Record) error {
			<-block
			delivered += len(records)
			return nil
		}}
		e := start(s, resource.Empty(), metricsTo(taken), logs)
		publish := func(n int) {
			for range n {
				e.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject"})
			}
			synctest.Wait()
		}
		publish(512)  // a batch, which is not taken
		publish(2048) // the queue
		if h := e.Health(); h.GivenUp != 0 {
			t.Errorf("%d given up with room left", h.GivenUp)
		}
		publish(300)
		if h := e.Health(); h.GivenUp != 300 {
			t.Errorf("%d given up, want 300", h.GivenUp)
		}
		close(block)
		shutdown(t, e)
		if delivered != 2560 {
			t.Errorf("%d delivered, want 2560", delivered)
		}
		publish(1)
		if h := e.Health(); h.GivenUp != 301 {
			t.Errorf("%d given up after Shutdown, want 301", h.GivenUp)
		}
	})
}

func TestEventsLeaveInASecondOrInBatches(t *testing.T) {
	s := defaults(t)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var sizes []int
		var when []time.Duration
		logs := &fakeSender[[]sdklog.Record]{export: func(_ context.Context, records []sdklog.Record) error {
			sizes, when = append(sizes, len(records)), append(when, time.Since(began))
			return nil
		}}
		e := start(s, resource.Empty(), metricsTo(taken), logs)
		for range 515 {
			e.Publish(&csm.Event{Type: csm.APICall})
		}
		time.Sleep(5 * time.Second)
		e.Publish(&csm.Event{Type: csm.APICall})
		shutdown(t, e)
		if len(sizes) != 3 || sizes[0] != 512 || sizes[1] != 3 || sizes[2] != 1 {
			t.Errorf("batches of %v, want 512, 3, 1", sizes)
		}
		if len(when) != 3 || when[0] != 0 || when[1] != time.Second || when[2] != 5*time.Second {
			t.Errorf("they left after %v, want 0s, 1s, 5s", when)
		}
	})
}

func TestEventsOfARequestThatFailsAreGivenUp(t *testing.T) {
	s := defaults(t)
	synctest.Test(t, func(t *testing.T) {
		logs := &fakeSender[[]sdklog.Record]{export: func(ctx context.Context, _ []sdklog.Record) error { return hanging(ctx) }}
		e := start(s, resource.Empty(), metricsTo(taken), logs)
		for range 700 {
			e.Publish(&csm.Event{Type: csm.APICall})
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := e.Shutdown(ctx); err == nil {
			t.Error("Shutdown says that all was delivered")
		}
		if h := e.Health(); h.GivenUp != 700 || h.Failed != 2 {
			t.Errorf("the health is %+v, want 700 given up in 2 requests", h)
		}
	})
}
