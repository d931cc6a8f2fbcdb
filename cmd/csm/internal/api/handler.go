package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	_ "embed"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// The paths of the API.
const (
	pathStats   = "/api/v1/stats"
	pathEvents  = "/api/v1/events"
	pathOpenAPI = "/api/v1/openapi.yaml"
	pathHealth  = "/healthz"
	pathReady   = "/readyz"
	pathMetrics = "/metrics"
)

// Options are what a [Handler] serves, and to whom. Their functions may be called from several
// goroutines at a time.
type Options struct {
	Access Access // who may use it

	Snapshot func() statistics.Snapshot // called once for each request of the statistics
	Health   func() health.Health       // called with it
	Events   *live.Hub                  // where the live stream comes from

	// Ready tells why the agent is not ready to take events, or nil if it is. Nil
	// means that it always is. Whoever can connect reads the error.
	Ready func() error

	// Metrics serves /metrics, under the same rules as the rest. Nil means that
	// there is none.
	Metrics http.Handler
}

//go:embed openapi.yaml
var openAPI []byte

// A Handler is the API. Serve it with [NewServer], which ends its streams when it is
// shut down. Make one with [NewHandler]. Its methods can be called from any
// goroutine.
type Handler struct {
	routes http.Handler
	permit atomic.Pointer[permit]
}

// NewHandler makes a handler. An error is one of the files that the options name.
func NewHandler(o Options) (*Handler, error) {
	h := &Handler{routes: routes(o)}
	if err := h.SetAccess(o.Access); err != nil {
		return nil, err
	}
	return h, nil
}

// routes serves the paths of the API.
func routes(o Options) http.Handler {
	routes := map[string]http.Handler{
		pathStats:   newStats(o),
		pathEvents:  newStreams(o.Events),
		pathOpenAPI: http.HandlerFunc(serveOpenAPI),
		pathHealth: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
		}),
		pathReady: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if o.Ready != nil {
				if err := o.Ready(); err != nil {
					fail(w, http.StatusServiceUnavailable, fmt.Sprintf("the agent is not ready: %v", err),
						"ask again in a second; if it stays so, look at the agent's log")
					return
				}
			}
			writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
		}),
	}
	if o.Metrics != nil {
		routes[pathMetrics] = o.Metrics
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := routes[r.URL.Path]
		if h == nil {
			fail(w, http.StatusNotFound, "there is nothing at this path", "the paths are "+paths(routes))
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			fail(w, http.StatusMethodNotAllowed, "the API is for reading only", "use GET")
			return
		}
		if r.URL.Path == pathStats || r.URL.Path == pathMetrics { // one is answered after the other
			w = newSteadyWriter(w)
		}
		h.ServeHTTP(w, r)
	})
}

// paths are the paths of the routes, for people.
func paths(routes map[string]http.Handler) string {
	all := make([]string, 0, len(routes))
	for path := range routes {
		all = append(all, path)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(openAPI) // the client has gone if it fails
}

// A failure is the answer to a request that cannot be served.
type failure struct {
	Error string `json:"error"` // what is wrong
	Hint  string `json:"hint"`  // what to do
}

// fail answers with a failure.
func fail(w http.ResponseWriter, status int, err, hint string) {
	writeJSON(w, status, failure{err, hint})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(harmless.JSON(w)).Encode(v) // the client has gone if it fails
}
