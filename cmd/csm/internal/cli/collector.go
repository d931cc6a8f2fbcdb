package cli

import (
	"errors"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// After a program has ended, what its children still send is waited for: until
// nothing has come for lateIdle, but no longer than lateLimit. Closing the listener
// adds 50 ms without a datagram to that.
const (
	lateIdle  = 50 * time.Millisecond
	lateLimit = time.Second
)

// A collector receives events and counts them.
type collector struct {
	listener   *agent.Listener
	statistics *statistics.Aggregation
	came       chan struct{} // has something if an event came since it was looked at
}

// collect begins to receive events at an address. The caller closes the collector.
func collect(address string) (*collector, error) {
	l, err := agent.Listen(address, agent.Options{})
	if err != nil {
		return nil, err
	}
	c := &collector{
		listener:   l,
		statistics: statistics.New(statistics.Limits{}),
		came:       make(chan struct{}, 1),
	}
	if err := l.Start(c.take); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return c, nil
}

func (c *collector) take(e *csm.Event) {
	c.statistics.Add(e)
	select {
	case c.came <- struct{}{}:
	default:
	}
}

// waitForLate waits for what is on its way.
func (c *collector) waitForLate() {
	limit := time.After(lateLimit)
	for {
		select {
		case <-c.came:
		case <-time.After(lateIdle):
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
