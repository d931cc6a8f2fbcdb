package top

import (
	"context"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/agentclient"
	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A Source is where numbers and events come from. [agentclient.Client] is one, and
// says what its methods do. They are called from several goroutines.
type Source interface {
	Operations(ctx context.Context) (api.Statistics, error)
	Operation(ctx context.Context, service, operation string) (api.Statistics, error)
	Follow(ctx context.Context, wanted live.Filter, to agentclient.Follower) error
}

// queue is how many events wait for the view at most.
const queue = 1024

// A Local is the source of a process that receives events itself.
type Local struct {
	Statistics *statistics.Aggregation
	Events     *live.Hub
	Received   func() agent.Stats
}

// Operations gives the numbers of all operations, brief.
func (l Local) Operations(context.Context) (api.Statistics, error) {
	return api.Operations(l.Statistics.Snapshot(), l.health()), nil
}

// Operation gives all numbers of one operation.
func (l Local) Operation(_ context.Context, service, operation string) (api.Statistics, error) {
	return api.Operation(l.Statistics.Snapshot(), l.health(), service, operation), nil
}

func (l Local) health() health.Health { return health.Health{Received: l.Received()} }

// Follow tells of the events that come, until ctx is done.
func (l Local) Follow(ctx context.Context, wanted live.Filter, to agentclient.Follower) error {
	events := l.Events.Subscribe(queue)
	defer events.Close()
	var lost uint64
	var line []byte
	for {
		var e *csm.Event
		select {
		case <-ctx.Done():
			return nil
		case e = <-events.Events():
		}
		if n := events.Lost(); n > lost {
			to.Lost(n - lost)
			lost = n
		}
		if !wanted.Wants(e) {
			continue
		}
		var err error
		if line, err = e.AppendJSON(line[:0]); err != nil { // larger than a datagram may be
			to.Lost(1)
			continue
		}
		to.Event(line)
	}
}
