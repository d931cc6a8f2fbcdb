package recording

import (
	"reflect"
	"sync"

	"github.com/go-csm/csm"
)

// eventSize is what an event takes without its texts.
var eventSize = int(reflect.TypeFor[csm.Event]().Size())

// A queue holds the events that are to be written, as many as its limit of bytes
// allows. Those that are taken count until they are released.
type queue struct {
	limit int
	some  chan struct{} // has something when there are events again
	half  chan struct{} // has something when half of the room is gone

	mu     sync.Mutex
	events []*csm.Event
	held   int // bytes
	closed bool
}

func newQueue(limit int) *queue {
	return &queue{limit: limit, some: make(chan struct{}, 1), half: make(chan struct{}, 1)}
}

// What became of an event that was put into a queue.
type fate int

const (
	queued fate = iota
	refusedFull
	refusedClosed
)

// put adds an event. It waits for nothing.
func (q *queue) put(e *csm.Event) fate {
	size := footprint(e)
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return refusedClosed
	case q.held+size > q.limit:
		return refusedFull
	}
	q.events = append(q.events, e)
	before := q.held
	q.held += size
	if len(q.events) == 1 {
		signal(q.some)
	}
	if before < q.limit/2 && q.held >= q.limit/2 {
		signal(q.half)
	}
	return queued
}

// take gives all events, in their order, and has the memory of used for new ones.
func (q *queue) take(used []*csm.Event) []*csm.Event {
	clear(used)
	q.mu.Lock()
	defer q.mu.Unlock()
	events := q.events
	q.events = used[:0]
	return events
}

// release gives back the room of events that were taken, by their footprint.
func (q *queue) release(size int) {
	q.mu.Lock()
	q.held -= size
	q.mu.Unlock()
}

// close makes the queue refuse events from now on.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// footprint is about how many bytes of memory an event holds.
func footprint(e *csm.Event) int {
	return eventSize +
		len(e.Type) + len(e.ClientID) + len(e.Service) + len(e.API) + len(e.Region) + len(e.UserAgent) +
		len(e.FinalAWSException) + len(e.FinalAWSExceptionMessage) +
		len(e.FinalSDKException) + len(e.FinalSDKExceptionMessage) +
		len(e.FQDN) + len(e.AccessKey) + len(e.SessionToken) +
		len(e.XAmznRequestID) + len(e.XAmzRequestID) + len(e.XAmzID2) +
		len(e.AWSException) + len(e.AWSExceptionMessage) +
		len(e.SDKException) + len(e.SDKExceptionMessage) + len(e.DestinationIP)
}
