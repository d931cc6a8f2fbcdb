package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/prometheus"
)

// ErrServe says that the address to serve HTTP at cannot be had.
var ErrServe = errors.New("csm: cannot serve HTTP")

// A web is what is served over HTTP: the API and the metrics.
type web struct {
	listener net.Listener
	server   *http.Server
	handler  *api.Handler
}

// An acceptor is a listener that logs why it cannot take connections: the server
// only tries again.
type acceptor struct {
	net.Listener
	log *slog.Logger
}

// Accept implements net.Listener.
func (a acceptor) Accept() (net.Conn, error) {
	c, err := a.Listener.Accept()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		a.log.Warn("csm: a connection to the HTTP side cannot be taken", "error", err)
	}
	return c, err
}

// newWeb binds the address and makes ready to serve.
func newWeb(d *Daemon, c Config) (*web, error) {
	handler, err := api.NewHandler(api.Options{
		Access:   c.Access,
		Snapshot: d.statistics.Snapshot,
		Health:   d.health,
		Events:   &d.hub,
		Ready:    d.isReady,
		Metrics: prometheus.NewHandler(prometheus.Source{
			Snapshot:         d.statistics.Snapshot,
			Health:           d.health,
			NoClassicBuckets: c.NoClassicBuckets,
		}),
	})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", c.HTTP)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrServe, err)
	}
	listener = acceptor{listener, c.Logger}
	https := handler.TLSConfig() != nil
	if https { // the rules can change, but not whether TLS is spoken
		listener = tls.NewListener(listener, &tls.Config{
			MinVersion:         tls.VersionTLS12,
			GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return handler.TLSConfig(), nil },
		})
	}
	c.Logger.Info("csm: serving HTTP", "address", listener.Addr().String(), "tls", https)
	return &web{listener, api.NewServer(handler, c.Logger), handler}, nil
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
