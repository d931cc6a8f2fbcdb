package otlp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-csm/csm"
)

// An Exporter exports to one collector, in the background, from [New] to
// [Exporter.Shutdown]. Its methods can be called from any goroutine.
type Exporter struct {
	settings settings
	resource *resource.Resource
	delivery delivery

	metrics metricSender
	history history
	events  *events // nil if they are not exported

	stopping chan struct{}      // closed when nothing more is to be taken
	end      context.CancelFunc // ends what takes too long
	running  sync.WaitGroup
	once     sync.Once
	ended    error // of the first Shutdown
}

// New starts to export. It makes no connection yet, so an error is one of the
// options or of the environment, and says what to write instead; all that is wrong
// is in it. A collector that is away is no error: see [Exporter.Health].
//
// The OpenTelemetry libraries and gRPC would write some of their errors to stderr.
// New turns that off for the whole process; the exporter tells of them.
func New(o Options) (*Exporter, error) {
	silence()
	s, err := o.complete()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	res, err := newResource(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	metrics, err := newMetricSender(ctx, s)
	if err != nil {
		return nil, err
	}
	var logs logSender
	if o.Events {
		if logs, err = newLogSender(ctx, s); err != nil {
			return nil, errors.Join(err, metrics.Shutdown(ctx))
		}
	}
	return start(s, res, metrics, logs), nil
}

// start starts an exporter with senders, which it closes. Without one of logs,
// events are not exported.
func start(s settings, res *resource.Resource, metrics metricSender, logs logSender) *Exporter {
	life, end := context.WithCancel(context.Background())
	e := &Exporter{
		settings: s,
		resource: res,
		delivery: delivery{logger: s.Logger},
		metrics:  metrics,
		history:  history{delta: s.delta},
		stopping: make(chan struct{}),
		end:      end,
	}
	e.running.Go(func() { e.run(life) })
	if logs != nil {
		e.events = newEvents(s, res, logs, &e.delivery)
		e.running.Go(func() { e.events.run(life) })
	}
	return e
}

// Publish exports an event as a log record, if the options want that. It never
// waits: if the queue is full, the event is counted as given up. It does the same
// after Shutdown. The event must not change any more.
func (e *Exporter) Publish(event *csm.Event) {
	if e.events != nil {
		e.events.publish(event)
	}
}

// Health tells what became of the exports so far, also after Shutdown.
func (e *Exporter) Health() Health { return e.delivery.snapshot() }

// Shutdown exports what there is, once more, and ends the exporter. When ctx is
// done it gives up and counts what is left. The error says that something was not
// delivered in time. Each call but the first waits for that, and returns the same.
func (e *Exporter) Shutdown(ctx context.Context) error {
	e.once.Do(func() {
		if e.events != nil {
			e.events.close()
		}
		close(e.stopping)
		stop := context.AfterFunc(ctx, e.end)
		e.running.Wait()
		stop()
		e.end()
		_ = e.metrics.Shutdown(context.Background()) // the collector has all; there is only a connection to close
		if e.events != nil {
			_ = e.events.sender.Shutdown(context.Background())
		}
		if err := ctx.Err(); err != nil {
			e.ended = fmt.Errorf("csm: the last OTLP export was cut off: %w", err)
		} else if h := e.Health(); h.Error != "" {
			e.ended = fmt.Errorf("csm: the last OTLP export failed: %s", h.Error)
		}
	})
	return e.ended
}

// run exports metrics at each interval, and once more at the end.
func (e *Exporter) run(life context.Context) {
	ticker := time.NewTicker(e.settings.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			e.exportMetrics(life)
		case <-e.stopping:
			e.exportMetrics(life)
			return
		}
	}
}

// exportMetrics exports a snapshot. After a request that failed, those that follow
// it are left for the next time.
func (e *Exporter) exportMetrics(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, e.settings.Timeout)
	defer cancel()
	s := e.settings.Snapshot()
	for r, delivered := range e.history.requests(&s, e.numbers(&s)) {
		metrics := r.metrics(e.resource, e.settings.Version)
		done := e.delivery.do(ctx, metricSignal, 0, func(ctx context.Context) error {
			return e.metrics.Export(ctx, metrics)
		})
		if !done {
			return
		}
		delivered()
	}
}
