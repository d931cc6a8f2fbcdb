package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// options are those of an agent that has counted something.
func options() Options {
	return Options{
		Snapshot: snapshot,
		Health: func() health.Health {
			return health.Health{
				Version: "v1.2.3", Began: time.Unix(1700000000, 0).UTC(), Received: agent.Stats{Datagrams: 3, Taken: 3, Events: 3},
				Recording: &health.RecordingHealth{Events: 3, Error: "disk full"}, Export: &health.ExportHealth{Exported: 1},
			}
		},
		Events: new(live.Hub),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = w.Write([]byte("a_metric 1\n"))
		}),
	}
}

func handler(t testing.TB, o Options) *Handler {
	t.Helper()
	h, err := NewHandler(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func snapshot() statistics.Snapshot {
	get := statistics.Series{
		Key:   statistics.Key{ClientID: "shop", Service: "S3", Operation: "GetObject", Region: "eu-west-1"},
		Calls: 4, Attempts: 5, Retries: 1, Throttled: 1, Statuses: map[int]uint64{200: 4, 503: 1},
		ConnectionsNew: 1, ConnectionsReused: 3, LastSeen: time.Unix(1700000060, 0).UTC(),
	}
	get.Results[statistics.OK], get.Results[statistics.Timeout] = 3, 1
	for _, v := range []float64{0.01, 0.02, 0.03, 4} {
		get.Latencies[statistics.OK].Record(v)
	}
	get.Phases[statistics.DNS].Record(0)
	return statistics.Snapshot{
		Began: time.Unix(1700000000, 0).UTC(), Taken: time.Unix(1700000061, 0).UTC(), Expired: 2,
		Series: []statistics.Series{
			get,
			{Key: statistics.Key{ClientID: "shop", Service: "DynamoDB", Operation: "PutItem", Region: "us-east-1"}, Calls: 1},
			{Key: statistics.Key{ClientID: "job", Service: "S3", Operation: "PutObject", Region: "us-east-1"}, Calls: 1},
			{Other: true, Attempts: 9},
		},
		Errors: []statistics.Error{
			{Key: get.Key, Code: "SlowDown", Status: 503, Attempts: 1, Message: "<script>\x1b\xff"},
			{Other: true, Calls: 1},
		},
	}
}

// ask makes a request of a handler.
func ask(h http.Handler, method, path string, set ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:31080"+path, nil)
	for _, f := range set {
		f(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// decode reads the answer to a request.
func decode(t *testing.T, w *httptest.ResponseRecorder, into any) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
}

// wantFailure looks at an answer that says what is wrong.
func wantFailure(t *testing.T, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	var f failure
	decode(t, w, &f)
	if w.Code != status || f.Error == "" || f.Hint == "" || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("status %d, %s, want %d with an error and a hint", w.Code, w.Body, status)
	}
}

func recorded(values ...float64) *histogram.Histogram {
	h := new(histogram.Histogram)
	for _, v := range values {
		h.Record(v)
	}
	return h
}
