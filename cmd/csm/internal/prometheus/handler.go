package prometheus

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A Source is where the metrics come from. Both functions are called once a
// scrape, perhaps from several goroutines at a time, and must be there.
type Source struct {
	Snapshot func() statistics.Snapshot
	Health   func() health.Health

	// NoClassicBuckets leaves the classic buckets out, which are most of a scrape.
	// It is for servers that take native histograms.
	NoClassicBuckets bool
}

// NewHandler is the handler of /metrics: the metrics of the source, those of the
// Go runtime and of the process. It serves the text format and the protocol
// buffers that native histograms need, as the client asks. One scrape is served
// after the other.
func NewHandler(s Source) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(
		newCollector(s),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	scrape := promhttp.HandlerFor(r, promhttp.HandlerOpts{})
	busy := make(chan struct{}, 1) // a scrape takes the room of several snapshots
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case busy <- struct{}{}:
			defer func() { <-busy }()
			scrape.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
}

// A collector makes the metrics of a source.
type collector struct{ source Source }

func newCollector(s Source) collector { return collector{s} }

// Describe sends the descriptions of all metrics that there can be.
func (c collector) Describe(ch chan<- *prometheus.Desc) {
	for _, all := range [][]*prometheus.Desc{callDescs, agentDescs} {
		for _, d := range all {
			ch <- d
		}
	}
}

// Collect sends the metrics of one snapshot.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	snapshot := c.source.Snapshot()
	collectAgent(ch, c.source.Health(), snapshot)
	m := calls{ch: ch, classic: !c.source.NoClassicBuckets}
	m.collect(snapshot)
}
