// Package live hands events on to whoever wants to see them as they come.
//
// A subscriber has a queue of a fixed size. When it is full, the newest events are
// lost, and counted: what waits already stays, in the order in which it came. So
// nobody who is slow holds up the agent or anybody else, and a subscriber knows how
// much it did not see.
package live

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-csm/csm"
)

// A Hub hands each event on to all its subscribers. The zero value has none, and is
// ready. Its methods can be called from any goroutine. It must not be copied.
type Hub struct {
	subscriptions atomic.Pointer[[]*Subscription] // what it points to never changes
	lost          atomic.Uint64

	mu sync.Mutex // held while subscriptions is replaced
}

// Publish hands an event on. It never waits for a subscriber, and without any it
// does next to nothing. The subscribers share the event, so nobody may change it
// any more.
func (h *Hub) Publish(e *csm.Event) {
	subscriptions := h.subscriptions.Load()
	if subscriptions == nil {
		return
	}
	for _, s := range *subscriptions {
		s.take(e)
	}
}

// Idle tells whether there is no subscriber, so that Publish has nothing to do.
func (h *Hub) Idle() bool { return h.subscriptions.Load() == nil }

// Subscribe makes a subscription to what is published from now on, with a queue
// for size events, or for one if size is less. The caller closes it.
func (h *Hub) Subscribe(size int) *Subscription {
	s := &Subscription{hub: h, events: make(chan *csm.Event, max(size, 1))}
	h.replace(func(all []*Subscription) []*Subscription { return append(all, s) })
	return s
}

// Lost is how many events the subscribers lost so far, those that have gone among
// them.
func (h *Hub) Lost() uint64 { return h.lost.Load() }

// replace puts what change makes of a copy of the subscriptions in their place.
func (h *Hub) replace(change func([]*Subscription) []*Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []*Subscription
	if old := h.subscriptions.Load(); old != nil {
		all = slices.Clone(*old)
	}
	if all = change(all); len(all) == 0 {
		h.subscriptions.Store(nil)
		return
	}
	h.subscriptions.Store(&all)
}

// A Subscription is the queue of one subscriber of a [Hub]. Its methods can be
// called from any goroutine.
type Subscription struct {
	hub    *Hub
	events chan *csm.Event
	lost   atomic.Uint64

	mu     sync.Mutex // held while something is put into events, which never takes long
	closed bool
}

// Events are the events as they come, for one reader. After [Subscription.Close]
// the channel gives what was in the queue, and is closed.
func (s *Subscription) Events() <-chan *csm.Event { return s.events }

// Lost is how many events were lost so far because the queue was full.
func (s *Subscription) Lost() uint64 { return s.lost.Load() }

// Close ends the subscription: nothing more comes, and nothing more is lost.
// Closing it again does nothing.
func (s *Subscription) Close() {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	if first {
		close(s.events)
	}
	s.mu.Unlock()
	if first {
		s.hub.replace(func(all []*Subscription) []*Subscription {
			return slices.DeleteFunc(all, func(other *Subscription) bool { return other == s })
		})
	}
}

// take puts an event into the queue, or counts it as lost.
func (s *Subscription) take(e *csm.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	select {
	case s.events <- e:
	default:
		s.lost.Add(1)
		s.hub.lost.Add(1)
	}
}
