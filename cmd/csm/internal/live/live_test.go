package live

import (
	"sync"
	"testing"

	"github.com/go-csm/csm"
)

// events are n different events.
func events(n int) []*csm.Event {
	all := make([]*csm.Event, n)
	for i := range all {
		all[i] = &csm.Event{Type: csm.APICall}
	}
	return all
}

func TestEachSubscriberGetsAllInOrder(t *testing.T) {
	var h Hub
	a, b := h.Subscribe(3), h.Subscribe(3)
	all := events(3)
	for _, e := range all {
		h.Publish(e)
	}
	for _, s := range []*Subscription{a, b} {
		s.Close()
		i := 0
		for e := range s.Events() {
			if e != all[i] {
				t.Errorf("event %d is another one", i)
			}
			i++
		}
		if i != 3 || s.Lost() != 0 {
			t.Errorf("%d events, %d lost, want 3 and 0", i, s.Lost())
		}
	}
}

func TestAFullQueueLosesTheNewest(t *testing.T) {
	var h Hub
	slow, fast := h.Subscribe(2), h.Subscribe(8)
	defer fast.Close()
	all := events(5)
	for _, e := range all {
		h.Publish(e)
	}
	slow.Close()
	h.Publish(all[0])
	if a, b := <-slow.Events(), <-slow.Events(); a != all[0] || b != all[1] {
		t.Error("what was in the queue first has gone")
	}
	if slow.Lost() != 3 || fast.Lost() != 0 || h.Lost() != 3 {
		t.Errorf("lost %d, %d, and %d in all, want 3, 0 and 3", slow.Lost(), fast.Lost(), h.Lost())
	}
}

func TestASubscriptionSeesWhatComesAfterItAlone(t *testing.T) {
	var h Hub
	all := events(2)
	h.Publish(all[0])
	s := h.Subscribe(0)
	h.Publish(all[1])
	s.Close()
	s.Close()
	h.Publish(all[0])
	if e, ok := <-s.Events(); e != all[1] || !ok {
		t.Error("not the event that was published in between")
	}
	if _, ok := <-s.Events(); ok {
		t.Error("an event after Close")
	}
	if h.subscriptions.Load() != nil {
		t.Error("the hub still knows a subscription that is closed")
	}
}

func TestNothingIsLostUncountedUnderConcurrentUse(t *testing.T) {
	var h Hub
	const publishers, each = 4, 500
	var subscribers, publishing sync.WaitGroup
	stay := h.Subscribe(16)
	var got uint64
	subscribers.Go(func() {
		for range stay.Events() {
			got++
		}
	})
	for range publishers {
		publishing.Go(func() {
			for _, e := range events(each) {
				h.Publish(e)
			}
		})
		publishing.Go(func() {
			for range 50 {
				s := h.Subscribe(1)
				go s.Close()
				s.Close()
			}
		})
	}
	publishing.Wait()
	stay.Close()
	subscribers.Wait()
	if got+stay.Lost() != publishers*each {
		t.Errorf("%d seen and %d lost of %d", got, stay.Lost(), publishers*each)
	}
}

func TestPublishAllocatesNothing(t *testing.T) {
	var h Hub
	e := events(1)[0]
	if n := testing.AllocsPerRun(100, func() { h.Publish(e) }); n != 0 {
		t.Errorf("%v allocations without a subscriber, want none", n)
	}
	s := h.Subscribe(1)
	defer s.Close()
	if n := testing.AllocsPerRun(100, func() { h.Publish(e) }); n != 0 {
		t.Errorf("%v allocations with a subscriber, want none", n)
	}
}

func BenchmarkPublishToNobody(b *testing.B) {
	var h Hub
	e := events(1)[0]
	for b.Loop() {
		h.Publish(e)
	}
}
