package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
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
	q, ok := newStatsQuery(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodHead {
		return
	}
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	case <-r.Context().Done():
		return
	}
	_ = writeStats(w, s.snapshot(), s.health(), q) // the client has gone if it fails
}

// A statsQuery is what of the statistics is asked for.
type statsQuery struct {
	filter
	byOperation bool // merged over clients and regions
	brief       bool // what a table shows
}

// newStatsQuery reads a query. If it is wrong, it answers and is not ok.
func newStatsQuery(w http.ResponseWriter, r *http.Request) (q statsQuery, ok bool) {
	if q.filter, ok = newFilter(w, r, "service", "operation", "client", "region", "by", "brief"); !ok {
		return q, false
	}
	if q.brief, ok = q.flag(w, "brief"); !ok {
		return q, false
	}
	switch by := q.filter["by"]; {
	case len(by) == 1 && by[0] == "operation":
		q.byOperation = true
	case len(by) > 0:
		fail(w, http.StatusBadRequest, fmt.Sprintf("statistics cannot be merged by %q", strings.Join(by, ", ")), "use by=operation, or leave it out")
		return q, false
	}
	return q, true
}

// wants tells whether a key is asked for.
func (q statsQuery) wants(k statistics.Key) bool {
	return q.matches("service", k.Service) && q.matches("operation", k.Operation) &&
		q.matches("client", k.ClientID) && q.matches("region", k.Region)
}

// choose gives of a snapshot what is asked for.
func (q statsQuery) choose(s statistics.Snapshot) statistics.Snapshot {
	if len(q.filter) == 0 {
		return s
	}
	chosen := statistics.Snapshot{Began: s.Began, Taken: s.Taken, Expired: s.Expired}
	for i := range s.Series {
		if q.wants(s.Series[i].Key) {
			chosen.Series = append(chosen.Series, s.Series[i])
		}
	}
	for _, e := range s.Errors {
		if q.wants(e.Key) {
			chosen.Errors = append(chosen.Errors, e)
		}
	}
	if q.byOperation {
		chosen = chosen.By(byOperation)
	}
	return chosen
}

// writeStats writes what is asked for of a snapshot. It writes one series after the
// other, for all of them are much.
func writeStats(to io.Writer, s statistics.Snapshot, h health.Health, q statsQuery) error {
	w := bufio.NewWriterSize(to, 64<<10)
	e := json.NewEncoder(harmless.JSON(w))
	raw := func(text string) { _, _ = w.WriteString(text) } // Flush tells of an error
	list := func(n int, element func(i int) any) error {
		for i := range n {
			if i > 0 {
				raw(",")
			}
			if err := e.Encode(element(i)); err != nil {
				return err
			}
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
	var err error
	if q.brief {
		series := briefsOf(s.Series, q)
		err = list(len(series), func(i int) any { return &series[i] })
		raw(`],"errors":[`)
	} else {
		chosen := q.choose(s)
		if err = list(len(chosen.Series), func(i int) any { return seriesOf(&chosen.Series[i]) }); err != nil {
			return err
		}
		raw(`],"errors":[`)
		err = list(len(chosen.Errors), func(i int) any { return errorOf(chosen.Errors[i]) })
	}
	if err != nil {
		return err
	}
	raw("]}\n")
	return w.Flush()
}

func agentOf(h health.Health, s statistics.Snapshot) Agent {
	a := Agent{
		Version: h.Version, Began: h.Began, Received: receivedOf(h.Received), Series: len(s.Series), Expired: s.Expired,
		EventsLostBySubscribers: h.EventsLostBySubscribers,
	}
	if r := h.Recording; r != nil {
		a.Recording = &Recording{r.Events, r.Bytes, r.Lost, r.Error}
	}
	if e := h.Export; e != nil {
		a.Export = &Export{e.Exported, e.Failed, e.GivenUp, e.Error}
	}
	return a
}

func receivedOf(s agent.Stats) Received {
	return Received{
		Datagrams: s.Datagrams, Bytes: s.Bytes, Taken: s.Taken, Rejected: s.Rejected, NotAllowed: s.NotAllowed, Events: s.Events,
		Empty: s.Empty, NotJSON: s.NotJSON, NotEvent: s.NotEvent, LostInKernel: s.LostInKernel, ReadErrors: s.ReadErrors,
	}
}
