package top

import (
	"context"
	"strings"
	"sync"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/agentclient"
	"github.com/go-csm/csm/cmd/csm/internal/eventline"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// maxLatest is how many events are kept.
const maxLatest = 50

// latest keeps the latest events of an operation as they came: most are never shown,
// so they are read when they are.
type latest struct {
	cancel context.CancelFunc

	mu   sync.Mutex
	data [maxLatest][]byte // the event n is at n%maxLatest
	n    int
	lost uint64
	away string // why none come; empty if they do
}

// latestEvents are events as they are shown, the last one first.
type latestEvents struct {
	lines []eventText
	lost  uint64
	away  string
}

type eventText struct {
	text   string // harmless
	failed bool
}

// follow begins to keep the latest events of an operation.
func follow(ctx context.Context, s Source, service, operation string) *latest {
	ctx, cancel := context.WithCancel(ctx)
	l := &latest{cancel: cancel}
	go l.run(ctx, s, service, operation)
	return l
}

func (l *latest) run(ctx context.Context, s Source, service, operation string) {
	locked := func(f func()) {
		l.mu.Lock()
		defer l.mu.Unlock()
		f()
	}
	err := s.Follow(ctx, live.Filter{Services: []string{service}, Operations: []string{operation}}, agentclient.Follower{
		Event: func(data []byte) {
			locked(func() {
				slot := &l.data[l.n%maxLatest]
				*slot = append((*slot)[:0], data...)
				l.n++
			})
		},
		Lost: func(n uint64) { locked(func() { l.lost += n }) },
		Away: func(error) { locked(func() { l.away = "the agent is away" }) },
		Back: func() { locked(func() { l.away = "" }) },
	})
	if err != nil {
		text := harmless.Cut(strings.TrimPrefix(err.Error(), "csm: "), 200)
		locked(func() { l.away = text })
	}
}

// close ends it.
func (l *latest) close() { l.cancel() }

// events reads what is kept.
func (l *latest) events() latestEvents {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := latestEvents{lost: l.lost, away: l.away}
	for i := range min(l.n, maxLatest) {
		var e csm.Event
		if _, err := csm.DecodeNext(l.data[(l.n-1-i)%maxLatest], &e); err != nil {
			continue // an agent of another version; its numbers are shown all the same
		}
		_, failed := statistics.FailureOf(&e)
		out.lines = append(out.lines, eventText{eventline.WithoutName(&e), failed})
	}
	return out
}
