package cli

import (
	"errors"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// What a program has sent waits at the socket when it ends, and closing the listener
// reads it. What its children still send is waited for: if anything comes within
// lateFirst, until nothing has come for lateIdle, but no longer than lateLimit.
const (
	lateFirst = 5 * time.Millisecond
	lateIdle  = 50 * time.Millisecond
	lateLimit = time.Second
)

// A collector receives events, counts them, and records them if that is wanted.
type collector struct {
	listener   *agent.Listener
	statistics *statistics.Aggregation
	recorder   *recording.Recorder // nil if nothing is recorded
	hub        live.Hub            // for a view of the program
	came       chan struct{}       // has something if an event came since it was looked at
}

// collect begins to receive events at an address. The caller closes the collector,
// and the recorder after it.
func collect(address string, recorder *recording.Recorder) (*collector, error) {
	l, err := agent.Listen(address, agent.Options{})
	if err != nil {
		return nil, err
	}
	c := &collector{
		listener:   l,
		statistics: statistics.New(statistics.Limits{}),
		recorder:   recorder,
		came:       make(chan struct{}, 1),
	}
	if err := l.Start(c.take); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return c, nil
}

func (c *collector) take(e *csm.Event) {
	c.statistics.Add(e)
	if c.recorder != nil || !c.hub.Idle() {
		kept := *e // they keep it, and the listener its own
		c.hub.Publish(&kept)
		if c.recorder != nil {
			c.recorder.Write(&kept)
		}
	}
	select {
	case c.came <- struct{}{}:
	default:
	}
}

// waitForLate waits for what is on its way.
func (c *collector) waitForLate() {
	select { // what came before is not late
	case <-c.came:
	default:
	}
	limit := time.After(lateLimit)
	idle := lateFirst
	for {
		select {
		case <-c.came:
			idle = lateIdle
		case <-time.After(idle):
			return
		case <-limit:
			return
		}
	}
}

// close ends the receiving, after what the system has received already.
func (c *collector) close() {
	_ = c.listener.Close() // there is nothing left to be lost
}
