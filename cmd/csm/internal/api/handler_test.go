package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

func TestStatisticsAreFiltered(t *testing.T) {
	h := handler(t, options())
	for _, test := range []struct {
		query  string
		series []string
		errors int
	}{
		{"", []string{"GetObject", "PutItem", "PutObject", ""}, 2},
		{"?service=S3", []string{"GetObject", "PutObject"}, 1},
		{"?service=s3", []string{"GetObject", "PutObject"}, 1},
		{"?service=S3&service=DynamoDB", []string{"GetObject", "PutItem", "PutObject"}, 1},
		{"?operation=PutItem", []string{"PutItem"}, 0},
		{"?client=job", []string{"PutObject"}, 0},
		{"?region=us-east-1&client=shop", []string{"PutItem"}, 0},
		{"?service=SQS", nil, 0},
	} {
		var got struct {
			Series []seriesJSON
			Errors []errorJSON
			Agent  agentJSON
		}
		decode(t, ask(h, http.MethodGet, pathStats+test.query), &got)
		var names []string
		for _, s := range got.Series {
			names = append(names, s.Operation)
		}
		if !slices.Equal(names, test.series) || len(got.Errors) != test.errors {
			t.Errorf("%q: %q and %d errors, want %q and %d", test.query, names, len(got.Errors), test.series, test.errors)
		}
		if got.Series == nil || got.Errors == nil {
			t.Errorf("%q: an empty list is null", test.query)
		}
		if got.Agent.Series != 4 || got.Agent.Version != "v1.2.3" {
			t.Errorf("%q: the agent is %+v", test.query, got.Agent)
		}
	}
}

func TestTheHistogramsOfAnswersMerge(t *testing.T) {
	var got struct{ Series []seriesJSON }
	decode(t, ask(handler(t, options()), http.MethodGet, pathStats+"?operation=GetObject"), &got)
	h, want := got.Series[0].Latency, recorded(0.01, 0.02, 0.03, 4)
	if h.Count != 4 || h.Sum != want.Sum() || h.Min != 0.01 || h.Max != 4 ||
		h.P50 != want.Quantile(0.5) || h.P90 != 4 || h.P99 != 4 {
		t.Errorf("the summary of the latencies: %+v", h)
	}
	if h.Scale != want.Scale() || h.Offset != want.Offset() || !slices.Equal(h.Buckets, want.Buckets()) {
		t.Errorf("the buckets of the latencies: %+v", h)
	}
	if dns := got.Series[0].Phases["dns"]; dns == nil || dns.Zeros != 1 || dns.Buckets == nil {
		t.Errorf("the name look-ups: %+v", dns)
	}
	if len(got.Series[0].Phases) != 1 || got.Series[0].AttemptLatency != nil {
		t.Error("there are histograms without values")
	}
}

func TestWhatIsAskedForWronglyIsRefusedWithAHint(t *testing.T) {
	h := handler(t, options())
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/", http.StatusNotFound},
		{http.MethodGet, "/api/v1/stats/", http.StatusNotFound},
		{http.MethodGet, "/api/v1/../v1/stats", http.StatusNotFound},
		{http.MethodPost, pathStats, http.StatusMethodNotAllowed},
		{http.MethodDelete, pathHealth, http.StatusMethodNotAllowed},
		{http.MethodOptions, pathEvents, http.StatusMethodNotAllowed},
		{http.MethodGet, pathStats + "?servce=S3", http.StatusBadRequest},
		{http.MethodGet, pathStats + "?service=%zz", http.StatusBadRequest},
		{http.MethodGet, pathEvents + "?operation=GetObject", http.StatusBadRequest},
		{http.MethodGet, pathEvents + "?errors=perhaps", http.StatusBadRequest},
		{http.MethodGet, pathEvents + "?errors=true&errors=false", http.StatusBadRequest},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			w := ask(h, test.method, test.path)
			wantFailure(t, w, test.status)
			if allow := w.Header().Get("Allow"); (test.status == http.StatusMethodNotAllowed) != (allow == "GET, HEAD") {
				t.Errorf("Allow: %q", allow)
			}
		})
	}
}

func TestEveryAnswerHasTheSecurityHeadersAndPermitsNoOtherOrigin(t *testing.T) {
	h := handler(t, options())
	for _, path := range []string{pathStats, pathOpenAPI, pathHealth, pathReady, pathMetrics, "/nothing"} {
		header := ask(h, http.MethodGet, path, func(r *http.Request) {
			r.Header.Set("Origin", "https://evil.example")
		}).Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options":      "nosniff",
			"Content-Security-Policy":     "default-src 'none'; frame-ancestors 'none'",
			"Cache-Control":               "no-store",
			"Access-Control-Allow-Origin": "",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestReadiness(t *testing.T) {
	o := options()
	var err error
	o.Ready = func() error { return err }
	h := handler(t, o)
	if w := ask(h, http.MethodGet, pathReady); w.Code != http.StatusOK {
		t.Errorf("ready: status %d", w.Code)
	}
	err = errors.New("no socket yet")
	wantFailure(t, ask(h, http.MethodGet, pathReady), http.StatusServiceUnavailable)
	if w := ask(h, http.MethodGet, pathHealth); w.Code != http.StatusOK {
		t.Errorf("the agent runs, but status %d", w.Code)
	}
}

func TestWithoutMetricsThereIsNoPathForThem(t *testing.T) {
	o := options()
	o.Metrics = nil
	wantFailure(t, ask(handler(t, o), http.MethodGet, pathMetrics), http.StatusNotFound)
}

// BenchmarkStats is a request of as many series as the statistics hold by default.
func BenchmarkStats(b *testing.B) {
	o := options()
	one := snapshot().Series[0]
	for v := range 200 {
		one.Latencies[statistics.OK].Record(float64(v) / 1000)
		one.AttemptLatency.Record(float64(v) / 1000)
		one.Phases[v%statistics.NumPhases].Record(float64(v) / 1000)
	}
	var s statistics.Snapshot
	for i := range 10_000 {
		one.Key.Operation = fmt.Sprint("Operation", i)
		s.Series = append(s.Series, one)
	}
	o.Snapshot = func() statistics.Snapshot { return s }
	h := handler(b, o)
	var size int
	for b.Loop() {
		size = ask(h, http.MethodGet, pathStats).Body.Len()
	}
	b.ReportMetric(float64(size)/1e6, "MB/answer")
}
