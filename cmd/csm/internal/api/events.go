package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/live"
)

const (
	// maxStreams is how many streams there can be at a time.
	maxStreams = 64

	// queue is how many events wait for one client at most.
	queue = 4096

	// keepAlive is how often something is written when no event comes, so that
	// whoever is in between, and we, see that the connection is alive.
	keepAlive = 15 * time.Second

	// eventWrite is how long a client may take to read what is written to it.
	eventWrite = 10 * time.Second

	// endWrite is the same once the server is shut down.
	endWrite = time.Second
)

// streams serves the events as they come, as server-sent events.
type streams struct {
	hub  *live.Hub
	busy chan struct{} // holds something for each stream
}

func newStreams(h *live.Hub) *streams { return &streams{h, make(chan struct{}, maxStreams)} }

func (s *streams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := newEventFilter(w, r)
	if !ok {
		return
	}
	header := w.Header()
	if r.Method == http.MethodHead {
		header.Set("Content-Type", "text/event-stream")
		return
	}
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	default:
		header.Set("Retry-After", "10")
		fail(w, http.StatusServiceUnavailable, fmt.Sprintf("%d clients read the events already", maxStreams),
			"end one of them, and ask again")
		return
	}
	header.Set("Content-Type", "text/event-stream")
	events := s.hub.Subscribe(queue)
	defer events.Close()
	stream := stream{ctx: r.Context(), w: w, control: http.NewResponseController(w)}
	if stream.comment("listening", 0) != nil {
		return
	}
	// A client that does not read must not hold up the end of the server.
	defer context.AfterFunc(r.Context(), func() { _ = stream.control.SetWriteDeadline(time.Now().Add(endWrite)) })()
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done(): // the client has gone, or the server is shut down
			return
		case <-alive.C:
			err = stream.comment("keep-alive", events.Lost())
		case e := <-events.Events():
			if f.Wants(e) {
				stream.event(e)
			}
			if len(events.Events()) == 0 || stream.full() {
				err = stream.flush(events.Lost())
			}
		}
		if err != nil { // the client has gone, or is too slow
			return
		}
	}
}

// newEventFilter reads which events a query asks for. If it is wrong, it answers
// and is not ok.
func newEventFilter(w http.ResponseWriter, r *http.Request) (live.Filter, bool) {
	f, ok := newFilter(w, r, "service", "operation", "client", "region", "errors", "slow")
	if !ok {
		return live.Filter{}, false
	}
	wanted := live.Filter{Services: f["service"], Operations: f["operation"], Clients: f["client"], Regions: f["region"]}
	if wanted.Errors, ok = f.flag(w, "errors"); !ok {
		return live.Filter{}, false
	}
	if wanted.Slow, ok = f.duration(w, "slow"); !ok {
		return live.Filter{}, false
	}
	return wanted, true
}

// A stream writes server-sent events to one client.
type stream struct {
	ctx      context.Context // of the request; done when the server ends
	w        http.ResponseWriter
	control  *http.ResponseController
	buf      []byte // what is not written yet
	tooLarge uint64 // events that could not be encoded
	told     uint64 // how many lost events the client knows of
}

// event adds an event to what is to be written.
func (s *stream) event(e *csm.Event) {
	var err error
	start := len(s.buf)
	s.buf = append(s.buf, "data: "...)
	if s.buf, err = e.AppendJSON(s.buf); err != nil { // larger than a datagram may be
		s.buf = s.buf[:start]
		s.tooLarge++
		return
	}
	s.buf = append(s.buf, "\n\n"...)
}

// full tells whether there is enough to write.
func (s *stream) full() bool { return len(s.buf) >= 32<<10 }

// comment writes a line that clients ignore, and what flush writes.
func (s *stream) comment(text string, lost uint64) error {
	s.buf = append(append(append(s.buf, ": "...), text...), "\n\n"...)
	return s.flush(lost)
}

// flush writes what there is to write, and how many events were lost if it is more
// than the client knows of: lost in its queue, or too large.
func (s *stream) flush(lost uint64) error {
	if lost += s.tooLarge; lost > s.told {
		s.buf = fmt.Appendf(s.buf, "event: lost\ndata: {\"lost\":%d}\n\n", lost-s.told)
		s.told = lost
	}
	if len(s.buf) == 0 {
		return nil
	}
	// It takes the place of the limit of a whole request. Only a writer that has no
	// deadlines refuses it.
	_ = s.control.SetWriteDeadline(time.Now().Add(eventWrite))
	if err := s.ctx.Err(); err != nil { // otherwise its end shortens that deadline
		_ = s.control.SetWriteDeadline(time.Now().Add(endWrite))
		return err
	}
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	if err != nil {
		return err
	}
	return s.control.Flush()
}
