package prometheus

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

var update = flag.Bool("update", false, "write the golden files")

// source is a source of one snapshot.
func source(s statistics.Snapshot) Source {
	return Source{
		Snapshot: func() statistics.Snapshot { return s },
		Health: func() health.Health {
			return health.Health{
				Version:  "v1.2.3",
				Began:    time.Unix(1700000000, 500e6),
				Received: agent.Stats{Datagrams: 12, NotAllowed: 2, Bytes: 999, Taken: 7, Rejected: 3, Events: 8, Empty: 1, NotJSON: 2, LostInKernel: 4},

				EventsLostBySubscribers: 5,
				Recording:               &health.RecordingHealth{Events: 8, Bytes: 77, Lost: 1, Error: "disk full"},
				Export:                  &health.ExportHealth{Exported: 6, Failed: 2, GivenUp: 1},
			}
		},
	}
}

// gather is what a scrape of a snapshot gives in the text format, without what is
// not ours.
func gather(t *testing.T, s statistics.Snapshot) string {
	t.Helper()
	var ours strings.Builder
	seen := map[string]bool{} // the type of each metric, and each of its series
	for line := range strings.Lines(scrape(t, NewHandler(source(s)), "")) {
		name := strings.TrimPrefix(strings.TrimPrefix(line, "# TYPE "), "# HELP ")
		if !strings.HasPrefix(name, "csm_") && !strings.HasPrefix(name, "rpc_") {
			continue
		}
		ours.WriteString(line)
		if id := line[:strings.LastIndexByte(line, ' ')]; seen[id] {
			t.Errorf("%s is there twice", id)
		} else {
			seen[id] = true
		}
	}
	return ours.String()
}

// series is a series that has something of everything.
func series(k statistics.Key) statistics.Series {
	s := statistics.Series{
		Key: k, Calls: 4, Attempts: 6, Retries: 2, Throttled: 1,
		Statuses:       map[int]uint64{200: 3, 503: 2},
		ConnectionsNew: 2, ConnectionsReused: 4,
		AttemptLatency: *recorded(0, 0.02, 0.02, 1),
	}
	s.Results[statistics.OK], s.Results[statistics.Timeout], s.Results[statistics.Unknown] = 2, 1, 1
	s.Latencies[statistics.OK] = *recorded(0.004, 0.02)
	s.Latencies[statistics.Unknown] = *recorded(0.02)
	s.Latencies[statistics.Timeout] = *recorded(3)
	s.Phases[statistics.DNS] = *recorded(0.001)
	return s
}

func small() statistics.Snapshot {
	k := statistics.Key{ClientID: "shop", Service: "S3", Operation: "GetObject", Region: "eu-west-1"}
	put := k
	put.Operation = "PutObject"
	rest := series(statistics.Key{})
	rest.Other = true
	return statistics.Snapshot{
		Series: []statistics.Series{series(k), series(put), rest},
		Errors: []statistics.Error{
			{Key: k, Code: "SlowDown", Status: 503, Attempts: 2, Calls: 1, Message: "a message"},
			{Key: k, Status: 500, Attempts: 1},
			{Other: true, Attempts: 3, Calls: 2},
		},
		Expired: 9,
	}
}

func TestTheMetrics(t *testing.T) {
	golden := filepath.Join("testdata", "metrics.txt")
	var got strings.Builder
	for line := range strings.Lines(gather(t, small())) {
		if strings.HasPrefix(line, "csm_agent_build_info{") { // it has the version of Go
			continue
		}
		got.WriteString(line)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("not as in %s:\n%s", golden, got.String())
	}
}

func TestEveryMetricIsDescribedInTheDocumentation(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(gather(t, small())) {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, _, _ = strings.Cut(name, " ")
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("docs/metrics.md does not have %s", name)
			}
		}
	}
}

func TestPrometheusOwnLinterFindsNothing(t *testing.T) {
	problems, err := promlint.New(strings.NewReader(gather(t, small()))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestHostileNamesDoNotSpoilAScrape(t *testing.T) {
	keys := []statistics.Key{
		{Service: "S3", Operation: "A/B"}, {Service: "S3/A", Operation: "B"}, {Service: "S3_A", Operation: "B"},
		{Service: "\xff", Operation: "A"}, {Service: "\xfe", Operation: "A"},
		{}, {Service: "unknown", Operation: "unknown"}, {Service: other, Operation: other},
		{Service: "a\"b\\\n# TYPE x counter\nx 1\n", Operation: "}", Region: "\x00\x1b[31m", ClientID: strings.Repeat("é", 64)},
	}
	var s statistics.Snapshot
	for _, k := range keys {
		s.Series = append(s.Series, series(k))
		for _, code := range []string{"", "500", "\xff", "\xfe", other} {
			s.Errors = append(s.Errors, statistics.Error{Key: k, Code: code, Status: 500, Calls: 1, Attempts: 1, Message: "SECRET"})
		}
		s.Errors = append(s.Errors,
			statistics.Error{Key: k, Status: -1, Calls: 1}, statistics.Error{Key: k, Status: 1 << 40, Calls: 1})
	}
	s.Series = append(s.Series, statistics.Series{Other: true, Attempts: 1})
	s.Errors = append(s.Errors, statistics.Error{Other: true, Calls: 1})
	got := gather(t, s)
	for _, want := range []string{
		`csm_attempts_total{cloud_region="",csm_client_id="",rpc_method="S3%2FA/B"} 6`,
		`csm_attempts_total{cloud_region="",csm_client_id="",rpc_method="S3_A/B"} 6`,
		`csm_attempts_total{cloud_region="",csm_client_id="",rpc_method=""} 6`,
		`csm_attempts_total{cloud_region="",csm_client_id="",rpc_method="_OTHER"} 1`,
		"csm_attempts_total{cloud_region=\"\",csm_client_id=\"\",rpc_method=\"\uFFFD/A\"} 12",
		`csm_call_errors_total{cloud_region="",csm_client_id="",error_type="500",http_response_status_code="500",rpc_method="S3/A/B"} 2`,
		`csm_call_errors_total{cloud_region="",csm_client_id="",error_type="_OTHER",http_response_status_code="",rpc_method="_OTHER"} 1`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("not among the metrics: %s", want)
		}
	}
	if strings.Contains(got, "SECRET") {
		t.Error("a message is in a label")
	}
	if strings.Contains(got, "\nx 1") {
		t.Error("a name has forged a metric")
	}
}

func TestAScrapeReadsOneSnapshot(t *testing.T) {
	var snapshots int
	s := source(small())
	snapshot := s.Snapshot
	s.Snapshot = func() statistics.Snapshot { snapshots++; return snapshot() }
	h := NewHandler(s)
	if snapshots != 0 {
		t.Errorf("%d snapshots without a scrape", snapshots)
	}
	scrape(t, h, "")
	if snapshots != 1 {
		t.Errorf("%d snapshots for a scrape, want 1", snapshots)
	}
}

const protocolBuffers = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

func TestTheHandlerServesTextAndProtocolBuffers(t *testing.T) {
	s := source(small())
	text := scrape(t, NewHandler(s), "")
	for _, want := range []string{"csm_calls_total{", "go_goroutines ", "process_start_time_seconds ", `_bucket{cloud_region="eu-west-1"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the text has no %s", want)
		}
	}
	s.NoClassicBuckets = true
	if text := scrape(t, NewHandler(s), ""); strings.Contains(text, `rpc_client_call_duration_seconds_bucket{cloud_region="eu-west-1",csm_client_id="shop",rpc_method="S3/GetObject",rpc_system_name="aws-api",le="0.005"`) {
		t.Error("the text has classic buckets")
	}
	if proto := scrape(t, NewHandler(s), protocolBuffers); !strings.Contains(proto, "S3/GetObject") || strings.Contains(proto, "# TYPE") {
		t.Error("not protocol buffers")
	}
}

func scrape(t testing.TB, h http.Handler, accept string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// BenchmarkScrape is a scrape of as many series as the statistics hold by default,
// each with all that a series can have.
func BenchmarkScrape(b *testing.B) {
	var s statistics.Snapshot
	for i := range 10_000 {
		k := statistics.Key{ClientID: "client", Service: fmt.Sprint("Service", i/50), Operation: fmt.Sprint("Operation", i%50), Region: "eu-west-1"}
		one := series(k)
		for v := range 200 {
			one.Latencies[statistics.OK].Record(float64(v*(i%7+1)) / 1000)
			one.AttemptLatency.Record(float64(v*(i%5+1)) / 1000)
			one.Phases[v%statistics.NumPhases].Record(float64(v) / 1000)
		}
		s.Series = append(s.Series, one)
		s.Errors = append(s.Errors, statistics.Error{Key: k, Code: "SlowDown", Status: 503, Attempts: 2, Calls: 1})
	}
	for _, test := range []struct {
		name, accept string
		noClassic    bool
	}{
		{"text", "", false},
		{"protobuf", protocolBuffers, false},
		{"protobuf/native", protocolBuffers, true},
	} {
		b.Run(test.name, func(b *testing.B) {
			from := source(s)
			from.NoClassicBuckets = test.noClassic
			h := NewHandler(from)
			var size int
			b.ReportAllocs()
			for b.Loop() {
				size = len(scrape(b, h, test.accept))
			}
			b.ReportMetric(float64(size)/1e6, "MB/scrape")
		})
	}
}
