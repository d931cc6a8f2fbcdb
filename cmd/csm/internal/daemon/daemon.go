// Package daemon is the agent as a service: it receives events, counts them, and
// serves, records and exports what there is to tell.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/otlp"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A Daemon is an agent that runs. Make one with [New], and let it run with
// [Daemon.Run].
type Daemon struct {
	log   *slog.Logger
	began time.Time

	listeners  []*agent.Listener
	statistics *statistics.Aggregation
	hub        live.Hub
	recorder   *recording.Recorder // nil if nothing is recorded
	exporter   *otlp.Exporter      // nil if nothing is exported
	web        *web                // nil if nothing is served

	ready  atomic.Bool
	mu     sync.Mutex // held while Allow and Access of config are replaced; the rest stays
	config Config
}

// New makes a daemon: it binds its addresses and opens its recording. From then on
// the system keeps what comes, within limits, until [Daemon.Run] takes it. With an
// error, which is one of [Config.Check] or of a thing that cannot be had, nothing
// is left open.
func New(c Config) (*Daemon, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	d := &Daemon{
		log:        c.Logger,
		began:      time.Now(),
		statistics: statistics.New(c.Limits),
		config:     c,
	}
	if err := d.open(c); err != nil {
		ctx, cancel := context.WithTimeout(context.Background(), d.config.ShutdownTimeout)
		defer cancel()
		return nil, errors.Join(err, d.close(ctx))
	}
	return d, nil
}

// open opens what the daemon needs, up to the first that cannot be had.
func (d *Daemon) open(c Config) (err error) {
	if d.listeners, err = listen(c); err != nil {
		return err
	}
	if c.HTTP != "" {
		if d.web, err = newWeb(d, c); err != nil {
			return err
		}
	}
	if c.Recording.Path != "" {
		if d.recorder, err = recording.Open(c.Recording); err != nil {
			return err
		}
	}
	if c.Export != nil {
		o := *c.Export
		o.Snapshot, o.Received, o.Lost = d.statistics.Snapshot, d.received, d.lost
		if d.exporter, err = otlp.New(o); err != nil {
			return err
		}
	}
	return nil
}

// Run runs the daemon until ctx is done, then ends it within the configured time:
// events that have been received are counted, recorded and exported, and requests
// answered. The error says what could not be done, or what has ended it before.
// Call it once. It calls ready when all is running.
func (d *Daemon) Run(ctx context.Context, ready func()) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	for _, l := range d.listeners {
		if err := l.Start(d.take); err != nil {
			fail(err)
		}
	}
	var serving sync.WaitGroup
	var told agent.Stats
	serving.Go(func() { told = d.tellLosses(ctx) })
	if d.web != nil {
		serving.Go(func() {
			if err := d.web.serve(); !errors.Is(err, http.ErrServerClosed) {
				fail(fmt.Errorf("csm: serving HTTP: %w", err))
			}
		})
	}
	d.ready.Store(true)
	ready()
	<-ctx.Done()

	d.ready.Store(false)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.config.ShutdownTimeout)
	defer cancel()
	err := d.close(end)
	serving.Wait()
	d.logLosses(told, d.received())
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}

// take hands an event to all that want it. It waits for none of them.
func (d *Daemon) take(e *csm.Event) {
	d.statistics.Add(e)
	if d.recorder == nil && d.exporter == nil && d.hub.Idle() {
		return
	}
	kept := *e // the listener uses e again
	d.hub.Publish(&kept)
	if d.recorder != nil {
		d.recorder.Write(&kept)
	}
	if d.exporter != nil {
		d.exporter.Publish(&kept)
	}
}

// close ends what is open: first what events come from, then where they go.
func (d *Daemon) close(ctx context.Context) error {
	errs := make([]error, len(d.listeners), len(d.listeners)+1)
	var closing sync.WaitGroup
	for i, l := range d.listeners {
		closing.Go(func() { errs[i] = l.Close() })
	}
	closing.Wait()
	var ending sync.WaitGroup
	var webErr, exportErr, recordErr error
	if d.web != nil {
		ending.Go(func() { webErr = d.web.close(ctx) })
	}
	if d.exporter != nil {
		ending.Go(func() { exportErr = d.exporter.Shutdown(ctx) })
	}
	if d.recorder != nil {
		ending.Go(func() { recordErr = d.recorder.Close(ctx) })
	}
	ending.Wait()
	if err := errors.Join(webErr, exportErr); err != nil { // others have failed us, and it was counted
		d.log.Warn("csm: not all was done before the end", "error", err)
	}
	return errors.Join(append(errs, recordErr)...)
}
