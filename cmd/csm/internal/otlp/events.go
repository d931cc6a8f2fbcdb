package otlp

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-csm/csm"
)

// events exports events as log records: they wait in a queue, and leave it in
// batches. The SDK's own batch processor does not tell how many it lost.
type events struct {
	settings settings
	sender   logSender
	delivery *delivery
	logger   log.Logger
	queue    chan *csm.Event
	batch    batch

	mu     sync.RWMutex // held to write to the queue
	closed bool
}

func newEvents(s settings, res *resource.Resource, sender logSender, d *delivery) *events {
	v := &events{settings: s, sender: sender, delivery: d, queue: make(chan *csm.Event, s.queue)}
	provider := sdklog.NewLoggerProvider(sdklog.WithResource(res), sdklog.WithProcessor(&v.batch))
	v.logger = provider.Logger(scopeName, log.WithInstrumentationVersion(s.Version))
	return v
}

// publish puts an event into the queue if there is room.
func (v *events) publish(e *csm.Event) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if !v.closed {
		select {
		case v.queue <- e:
			return
		default:
		}
	}
	v.delivery.lost(1)
}

// close ends what publish takes.
func (v *events) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
	close(v.queue)
}

// run exports until the queue is closed and empty. A batch leaves when it is full,
// or its first event has waited long enough.
func (v *events) run(life context.Context) {
	var due <-chan time.Time
	for {
		select {
		case e, open := <-v.queue:
			if !open {
				v.export(life)
				return
			}
			if len(v.batch.records) == 0 {
				due = time.After(v.settings.delay)
			}
			v.logger.Emit(life, record(e))
			if len(v.batch.records) < v.settings.batch {
				continue
			}
		case <-due:
		}
		v.export(life)
		due = nil
	}
}

// export delivers the batch, or gives it up.
func (v *events) export(life context.Context) {
	records := v.batch.records
	if len(records) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(life, v.settings.batchTimeout)
	defer cancel()
	v.delivery.do(ctx, eventSignal, uint64(len(records)), func(ctx context.Context) error {
		return v.sender.Export(ctx, records)
	})
	clear(records)
	v.batch.records = records[:0]
}

// A batch is a processor that keeps records. Only a logger can make those.
type batch struct {
	records []sdklog.Record
}

func (b *batch) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

func (b *batch) OnEmit(_ context.Context, r *sdklog.Record) error {
	b.records = append(b.records, r.Clone())
	return nil
}

func (b *batch) ForceFlush(context.Context) error { return nil }

func (b *batch) Shutdown(context.Context) error { return nil }
