package otlp

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"reflect"
	"sync"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
)

// Health is what became of the exports so far.
type Health struct {
	Exported uint64 // requests that the collector took
	Failed   uint64 // requests that it did not take in time, all tries together

	// GivenUp is how many events were to be exported and never will be: there was no
	// room for them in the queue, or their request failed, or the collector refused
	// them. Metrics are not among it: a later export makes up for one that failed.
	GivenUp uint64

	// Error is why the last request failed, as harmless text, or what of it the
	// collector refused. It is empty if all is well.
	Error string
}

// quiet is how long nothing is logged after a line.
const quiet = time.Minute

// A delivery makes requests and keeps account of them. Its methods can be called
// from any goroutine.
type delivery struct {
	logger *slog.Logger

	mu       sync.Mutex
	health   Health
	errors   [2]string // the last error of each signal
	logged   time.Time // when the last line was logged
	failures uint64    // requests that failed since that line
	failing  bool      // that line said so
}

// The signals, which can fail apart from one another.
type signal int

const (
	metricSignal signal = iota
	eventSignal
)

// do makes one request of n items. A collector that cannot be reached is tried
// again until ctx is done; of what else can be tried again, the SDK's exporters
// take care. It returns whether the request is done with: the collector took it, or
// took a part of it and refused the other for good. The items are the events that
// are lost with it; metrics have none.
func (d *delivery) do(ctx context.Context, s signal, n uint64, send func(context.Context) error) (done bool) {
	err := send(ctx)
	for wait := firstWait; unreachable(err) && ctx.Err() == nil; wait = min(2*wait, lastWait) {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
			err = send(ctx)
		case <-ctx.Done():
			timer.Stop()
		}
	}
	if refused, partial := refusal(err); partial {
		d.ended(s, min(n, refused), true, err)
		return true
	}
	if err != nil {
		d.ended(s, n, false, err)
		return false
	}
	d.ended(s, 0, true, nil)
	return true
}

// unreachable tells whether an HTTP request had no answer.
func unreachable(err error) bool {
	var transport *url.Error
	return errors.As(err, &transport)
}

// refusal tells whether a collector took a part of a request alone, and how many
// items it refused. The errors that say so are of types internal to each of the
// SDK's exporters, named PartialSuccess, all with the same fields.
func refusal(err error) (refused uint64, partial bool) {
	var e interface {
		error
		Is(target error) bool
	}
	if !errors.As(err, &e) || reflect.TypeOf(e).Name() != "PartialSuccess" {
		return 0, false
	}
	if items := reflect.ValueOf(e).FieldByName("RejectedItems"); items.CanInt() {
		refused = uint64(max(0, items.Int()))
	}
	return refused, true
}

// ended counts a request that has ended, with the events that are lost by that,
// and logs what there is to know.
func (d *delivery) ended(s signal, lost uint64, taken bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.health.GivenUp += lost
	if taken {
		d.health.Exported++
	} else {
		d.health.Failed++
	}
	d.errors[s] = ""
	if err != nil {
		d.errors[s] = harmless.Cut(err.Error(), 300)
		d.failures++
	}
	now := time.Now()
	switch {
	case err != nil && now.Sub(d.logged) >= quiet:
		d.logger.Warn("csm: exporting over OTLP fails", "error", d.errors[s], "failures", d.failures)
		d.logged, d.failures, d.failing = now, 0, true
	case d.failing && d.errors == [2]string{}:
		d.logger.Info("csm: exporting over OTLP works again")
		d.failing = false
	}
}

// lost counts events that there was no room for.
func (d *delivery) lost(n uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.health.GivenUp += n
}

// snapshot is the health now.
func (d *delivery) snapshot() Health {
	d.mu.Lock()
	defer d.mu.Unlock()
	h := d.health
	for _, e := range d.errors {
		if h.Error == "" {
			h.Error = e
		}
	}
	return h
}
