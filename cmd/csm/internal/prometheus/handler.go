package prometheus

import (
	"bufio"
	"io"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"

	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A Source is where the metrics come from. Both functions are called once a
// scrape, and must be there.
type Source struct {
	Snapshot func() statistics.Snapshot
	Health   func() health.Health

	// NoClassicBuckets leaves the classic buckets out, which are most of a scrape.
	// It is for servers that take native histograms.
	NoClassicBuckets bool
}

// NewHandler is the handler of /metrics: the metrics of the source, those of the
// Go runtime and of the process. It serves the text format and the protocol
// buffers that native histograms need, as the client asks, compressed with gzip if
// it takes that. One scrape is served after the other.
func NewHandler(s Source) http.Handler {
	h := &handler{source: s, process: prometheus.NewRegistry(), busy: make(chan struct{}, 1)}
	h.process.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return gzhttp.GzipHandler(h)
}

type handler struct {
	source  Source
	process *prometheus.Registry
	busy    chan struct{} // holds something during a scrape, which takes the room of a snapshot and more
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case h.busy <- struct{}{}:
		defer func() { <-h.busy }()
	case <-r.Context().Done():
		return
	}
	format := expfmt.Negotiate(r.Header)
	if format.FormatType() != expfmt.TypeProtoDelim {
		format = expfmt.NewFormat(expfmt.TypeTextPlain)
	}
	snapshot := h.source.Snapshot()
	agent := prometheus.NewRegistry()
	agent.MustRegister(agentCollector{h.source.Health(), snapshot})
	families, err := prometheus.Gatherers{agent, h.process}.Gather()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", string(format))
	if r.Method == http.MethodHead {
		return
	}
	out := bufio.NewWriterSize(w, 64<<10)
	encoder := expfmt.NewEncoder(out, format)
	for _, f := range families {
		if encoder.Encode(f) != nil {
			return // the client has gone
		}
	}
	if newCalls(snapshot, !h.source.NoClassicBuckets).write(out, format) == nil {
		_ = out.Flush()
	}
}

// write writes all families.
func (c calls) write(w io.Writer, format expfmt.Format) error {
	for _, f := range callFamilies {
		write := f.writeText
		if format.FormatType() == expfmt.TypeProtoDelim {
			write = f.writeProto
		}
		if err := write(w, c); err != nil {
			return err
		}
	}
	return nil
}
