// Package quietlog keeps a log readable when the same thing goes wrong over and
// over.
package quietlog

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// New gives a handler that hands to next no more than one record with the same
// message and level in every period. The next one that it lets through has an
// attribute "suppressed" that tells how many it did not. Records below
// [slog.LevelWarn] are all handed on: they are of what happens once.
//
// Messages have to be constants, as those of log/slog should be: the handler
// remembers each of them.
func New(next slog.Handler, period time.Duration) slog.Handler {
	return &handler{next, &seen{period: period, last: make(map[key]*count)}}
}

// Always gives a context with which a record is handed on in any case: as the
// answer to somebody who waits for it.
func Always(ctx context.Context) context.Context {
	return context.WithValue(ctx, alwaysKey{}, true)
}

type alwaysKey struct{}

type handler struct {
	slog.Handler
	seen *seen
}

// A key is what tells records apart.
type key struct {
	level   slog.Level
	message string
}

// seen is what was logged when. Handlers with attributes share it.
type seen struct {
	period time.Duration

	mu   sync.Mutex
	last map[key]*count
}

type count struct {
	until      time.Time // when the next one is let through
	suppressed int
}

// Handle hands a record on, or counts it.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn && ctx.Value(alwaysKey{}) == nil {
		suppressed, ok := h.seen.allow(key{r.Level, r.Message}, r.Time)
		if !ok {
			return nil
		}
		if suppressed > 0 {
			r = r.Clone()
			r.AddAttrs(slog.Int("suppressed", suppressed))
		}
	}
	return h.Handler.Handle(ctx, r)
}

// allow tells whether a record is let through, and how many before it were not.
func (s *seen) allow(k key, now time.Time) (suppressed int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.last[k]
	if c == nil {
		c = new(count)
		s.last[k] = c
	}
	if now.Before(c.until) {
		c.suppressed++
		return 0, false
	}
	suppressed = c.suppressed
	c.until, c.suppressed = now.Add(s.period), 0
	return suppressed, true
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{h.Handler.WithAttrs(attrs), h.seen}
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.Handler.WithGroup(name), h.seen}
}
