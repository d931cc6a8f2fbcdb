package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/prometheus"
)

// ErrServe says that the address to serve HTTP at cannot be had.
var ErrServe = errors.New("csm: cannot serve HTTP")

// A web is what is served over HTTP: the API and the metrics. Who may use it can
// change while it is served.
type web struct {
	listener net.Listener
	server   *http.Server
	metrics  http.Handler
	handler  atomic.Pointer[http.Handler]
	tls      atomic.Pointer[tls.Config] // what it points to is nil for HTTP
}

// newWeb binds the address and makes ready to serve.
func newWeb(d *Daemon, c Config) (*web, error) {
	w := &web{metrics: prometheus.NewHandler(prometheus.Source{
		Snapshot:         d.statistics.Snapshot,
		Health:           d.health,
		NoClassicBuckets: c.NoClassicBuckets,
	})}
	if err := w.setAccess(d, c.Access); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", c.HTTP)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrServe, err)
	}
	if w.tls.Load() != nil {
		listener = tls.NewListener(listener, &tls.Config{
			MinVersion:         tls.VersionTLS12,
			GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return w.tls.Load(), nil },
		})
	}
	w.listener = listener
	w.server = api.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		(*w.handler.Load()).ServeHTTP(rw, r)
	}), c.Logger)
	c.Logger.Info("csm: serving HTTP", "address", listener.Addr().String(), "tls", w.tls.Load() != nil)
	return w, nil
}

// setAccess changes who may use it. Whether TLS is spoken cannot change.
func (w *web) setAccess(d *Daemon, a api.Access) error {
	config, err := a.TLSConfig()
	if err != nil {
		return err
	}
	handler := api.Handler(api.Options{
		Access:   a,
		Snapshot: d.statistics.Snapshot,
		Health:   d.health,
		Events:   &d.hub,
		Ready:    d.isReady,
		Metrics:  w.metrics,
	})
	w.handler.Store(&handler)
	w.tls.Store(config)
	return nil
}

// serve serves until close, and returns http.ErrServerClosed then.
func (w *web) serve() error { return w.server.Serve(w.listener) }

// close answers what was asked, as long as ctx allows, and frees the address.
func (w *web) close(ctx context.Context) error {
	err := w.server.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("csm: requests were not answered in time: %w", errors.Join(err, w.server.Close()))
	}
	_ = w.listener.Close() // if it was never served
	return err
}

// isReady tells why events are not taken.
func (d *Daemon) isReady() error {
	if !d.ready.Load() {
		return errors.New("it is starting, or ending")
	}
	return nil
}
