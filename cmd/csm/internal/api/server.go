package api

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// The limits of the server. A stream of events is exempt from those of a whole
// request; each of its writes has eventWrite.
const (
	readHeader     = 5 * time.Second
	readRequest    = 10 * time.Second
	writeResponse  = time.Minute
	idle           = 2 * time.Minute
	maxHeaderBytes = 16 << 10
)

// NewServer is a server for a [Handler], with limits that keep slow or large
// requests from holding it up. The caller serves with it, and shuts it down: then
// streams of events end, and other requests are answered. For HTTPS, listen
// with the Handler's TLSConfig.
//
// The server logs to logger what goes wrong with single connections. Nil means that
// nothing is logged.
func NewServer(h http.Handler, logger *slog.Logger) *http.Server {
	ctx, cancel := context.WithCancel(context.Background())
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeader,
		ReadTimeout:       readRequest,
		WriteTimeout:      writeResponse,
		IdleTimeout:       idle,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	s.RegisterOnShutdown(cancel)
	return s
}
