package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
			Series []Series
			Errors []Error
			Agent  Agent
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
	var got struct{ Series []Series }
	decode(t, ask(handler(t, options()), http.MethodGet, pathStats+"?operation=GetObject"), &got)
	h, want := got.Series[0].Latency, recorded(0.01, 0.02, 0.03, 4)
	if h.Count != 4 || h.Sum != want.Sum() || h.Min != 0.01 || h.Max != 4 ||
		h.P50 != want.Quantile(0.5) || h.P90 != 4 || h.P99 != 4 {
		t.Errorf("the summary of the latencies: %+v", h)
	}
	if h.Scale != want.Scale() || h.Offset != want.Offset() || !slices.Equal(h.Buckets.Buckets, want.Buckets()) {
		t.Errorf("the buckets of the latencies: %+v", h)
	}
	if dns := got.Series[0].Phases["dns"]; dns == nil || dns.Zeros != 1 || dns.Buckets.Buckets == nil {
		t.Errorf("the name look-ups: %+v", dns)
	}
	if len(got.Series[0].Phases) != 1 || got.Series[0].AttemptLatency != nil {
		t.Error("there are histograms without values")
	}
}

func TestStatisticsAreMergedByOperation(t *testing.T) {
	o := options()
	o.Snapshot = func() statistics.Snapshot {
		s := snapshot()
		again := s.Series[0]
		again.Key.ClientID, again.Key.Region = "job", "us-east-1"
		failed := s.Errors[0]
		failed.Key = again.Key
		s.Series = append([]statistics.Series{again}, s.Series...)
		s.Errors = append([]statistics.Error{failed}, s.Errors...)
		return s
	}
	for query, want := range map[string]struct{ series, calls, attempts, errors int }{
		"?by=operation&operation=GetObject":                {1, 8, 10, 1},
		"?by=operation&operation=GetObject&client=job":     {1, 4, 5, 1},
		"?operation=GetObject":                             {2, 4, 5, 2},
		"?by=operation":                                    {4, 8, 10, 2},
		"?by=operation&operation=GetObject&brief=true":     {1, 8, 10, 0},
		"?brief=true&operation=GetObject&region=us-east-1": {1, 4, 5, 0},
	} {
		var got Statistics
		decode(t, ask(handler(t, o), http.MethodGet, pathStats+query), &got)
		if len(got.Series) != want.series || len(got.Errors) != want.errors {
			t.Errorf("%q: %d series and %d errors, want %+v", query, len(got.Series), len(got.Errors), want)
			continue
		}
		s := got.Series[0]
		if s.Calls != uint64(want.calls) || s.Latency.Count != s.Calls || s.Latency.Max != 4 || s.Errors != s.Calls/4 {
			t.Errorf("%q: %+v, want %+v", query, s, want)
		}
		brief := strings.Contains(query, "brief")
		if (s.Latency.Buckets == nil) != brief || (s.Results == nil) != brief || (s.Connections == nil) != brief ||
			(s.Statuses == nil) != brief || (s.Phases == nil) != brief || s.Attempts != uint64(want.attempts) {
			t.Errorf("%q: it is brief: %v", query, s)
		}
		if strings.Contains(query, "by=") && s.ClientID+s.Region != "" {
			t.Errorf("%q: merged it has the client ID %q and the region %q", query, s.ClientID, s.Region)
		}
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
		{http.MethodGet, pathEvents + "?api=GetObject", http.StatusBadRequest},
		{http.MethodGet, pathStats + "?by=service", http.StatusBadRequest},
		{http.MethodGet, pathStats + "?by=operation&by=operation", http.StatusBadRequest},
		{http.MethodGet, pathStats + "?brief=1", http.StatusBadRequest},
		{http.MethodGet, pathEvents + "?slow=500", http.StatusBadRequest},
		{http.MethodGet, pathEvents + "?slow=-1s", http.StatusBadRequest},
		{http.MethodGet, pathEvents + "?slow=1s&slow=2s", http.StatusBadRequest},
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

// Whoever asks whether the agent is there waits for nobody who reads its statistics.
func TestAskingForNoAnswerWaitsForNone(t *testing.T) {
	o := options()
	asked, answer := make(chan struct{}), make(chan struct{})
	o.Snapshot = func() statistics.Snapshot {
		close(asked)
		<-answer
		return snapshot()
	}
	h := handler(t, o)
	var reading sync.WaitGroup
	reading.Go(func() { ask(h, http.MethodGet, pathStats) })
	<-asked
	looked := make(chan int)
	go func() { looked <- ask(h, http.MethodHead, pathStats).Code }()
	select {
	case code := <-looked:
		if code != http.StatusOK {
			t.Errorf("status %d", code)
		}
	case <-time.After(10 * time.Second):
		t.Error("it waits")
	}
	close(answer)
	reading.Wait()
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
	for name, query := range map[string]string{"all": "", "brief": "?by=operation&brief=true", "one": "?by=operation&operation=Operation7"} {
		b.Run(name, func(b *testing.B) {
			var size int
			for b.Loop() {
				size = ask(h, http.MethodGet, pathStats+query).Body.Len()
			}
			b.ReportMetric(float64(size)/1e6, "MB/answer")
		})
	}
}
