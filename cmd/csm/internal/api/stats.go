package api

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// maxSnapshots is how many requests of the statistics are served at a time, for
// each takes the room of a snapshot and more. Others wait.
const maxSnapshots = 1

// stats serves the statistics.
type stats struct {
	snapshot func() statistics.Snapshot
	health   func() health.Health
	busy     chan struct{} // holds something for each request that is being served
}

func newStats(o Options) *stats {
	return &stats{o.Snapshot, o.Health, make(chan struct{}, maxSnapshots)}
}

func (s *stats) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := newFilter(w, r, "service", "operation", "client", "region")
	if !ok {
		return
	}
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	case <-r.Context().Done():
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodHead {
		return
	}
	_ = writeStats(w, s.snapshot(), s.health(), f) // the client has gone if it fails
}

// writeStats writes what a filter lets through of a snapshot. It writes one series
// after the other, for all of them are much.
func writeStats(to io.Writer, s statistics.Snapshot, h health.Health, f filter) error {
	w := bufio.NewWriterSize(to, 64<<10)
	e := json.NewEncoder(w)
	raw := func(text string) { _, _ = w.WriteString(text) } // Flush tells of an error
	matches := func(k statistics.Key) bool {
		return f.matches("service", k.Service) && f.matches("operation", k.Operation) &&
			f.matches("client", k.ClientID) && f.matches("region", k.Region)
	}
	list := func(n int, element func(i int) any) error {
		separator := ""
		for i := range n {
			v := element(i)
			if v == nil {
				continue
			}
			raw(separator)
			if err := e.Encode(v); err != nil {
				return err
			}
			separator = ","
		}
		return nil
	}

	raw(`{"began":`)
	if err := e.Encode(s.Began); err != nil {
		return err
	}
	raw(`,"taken":`)
	if err := e.Encode(s.Taken); err != nil {
		return err
	}
	raw(`,"agent":`)
	if err := e.Encode(agentOf(h, s)); err != nil {
		return err
	}
	raw(`,"series":[`)
	err := list(len(s.Series), func(i int) any {
		if !matches(s.Series[i].Key) {
			return nil
		}
		return seriesOf(&s.Series[i])
	})
	if err != nil {
		return err
	}
	raw(`],"errors":[`)
	err = list(len(s.Errors), func(i int) any {
		if !matches(s.Errors[i].Key) {
			return nil
		}
		return errorOf(s.Errors[i])
	})
	if err != nil {
		return err
	}
	raw("]}\n")
	return w.Flush()
}

// An agentJSON is how the agent is.
type agentJSON struct {
	Version  string       `json:"version"`
	Began    time.Time    `json:"began"`
	Received receivedJSON `json:"received"`
	Series   int          `json:"series"`
	Expired  uint64       `json:"expired"`

	EventsLostBySubscribers uint64 `json:"events_lost_by_subscribers"`

	Recording *recordingJSON `json:"recording,omitempty"`
	Export    *exportJSON    `json:"export,omitempty"`
}

type receivedJSON struct {
	Datagrams    uint64 `json:"datagrams"`
	Bytes        uint64 `json:"bytes"`
	Taken        uint64 `json:"taken"`
	Rejected     uint64 `json:"rejected"`
	NotAllowed   uint64 `json:"not_allowed"`
	Events       uint64 `json:"events"`
	Empty        uint64 `json:"empty"`
	NotJSON      uint64 `json:"not_json"`
	NotEvent     uint64 `json:"not_event"`
	LostInKernel uint64 `json:"lost_in_kernel"`
	ReadErrors   uint64 `json:"read_errors"`
}

type recordingJSON struct {
	Events uint64 `json:"events"`
	Bytes  uint64 `json:"bytes"`
	Lost   uint64 `json:"lost"`
	Error  string `json:"error"`
}

type exportJSON struct {
	Exported uint64 `json:"exported"`
	Failed   uint64 `json:"failed"`
	GivenUp  uint64 `json:"given_up"`
	Error    string `json:"error"`
}

func agentOf(h health.Health, s statistics.Snapshot) agentJSON {
	a := agentJSON{
		Version: h.Version, Began: h.Began, Received: receivedOf(h.Received), Series: len(s.Series), Expired: s.Expired,
		EventsLostBySubscribers: h.EventsLostBySubscribers,
	}
	if r := h.Recording; r != nil {
		a.Recording = &recordingJSON{r.Events, r.Bytes, r.Lost, r.Error}
	}
	if e := h.Export; e != nil {
		a.Export = &exportJSON{e.Exported, e.Failed, e.GivenUp, e.Error}
	}
	return a
}

func receivedOf(s agent.Stats) receivedJSON {
	return receivedJSON{
		Datagrams: s.Datagrams, Bytes: s.Bytes, Taken: s.Taken, Rejected: s.Rejected, NotAllowed: s.NotAllowed, Events: s.Events,
		Empty: s.Empty, NotJSON: s.NotJSON, NotEvent: s.NotEvent, LostInKernel: s.LostInKernel, ReadErrors: s.ReadErrors,
	}
}
