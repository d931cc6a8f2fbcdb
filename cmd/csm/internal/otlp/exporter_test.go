package otlp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

var protocols = []string{protocolHTTP, protocolGRPC}

var began = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// oneSeries is a snapshot with one series that has all there is.
func oneSeries() statistics.Snapshot {
	s := statistics.Series{
		Key:   statistics.Key{ClientID: "shop", Service: "S3", Operation: "GetObject", Region: "eu-west-1"},
		Calls: 10, Attempts: 13, Retries: 3, Throttled: 2,
		Statuses:       map[int]uint64{200: 9, 503: 4},
		ConnectionsNew: 1, ConnectionsReused: 12,
	}
	s.Results[statistics.OK], s.Results[statistics.ServerError], s.Results[statistics.Unknown] = 7, 2, 1
	for _, v := range []float64{0, 0.25, 0.5, 4} {
		s.Latencies[statistics.OK].Record(v)
		s.AttemptLatency.Record(v / 2)
	}
	s.Latencies[statistics.ServerError].Record(7)
	s.Latencies[statistics.Unknown].Record(0.5)
	s.Phases[statistics.DNS].Record(0.002)
	return statistics.Snapshot{
		Began: began, Taken: began.Add(time.Minute), Series: []statistics.Series{s}, Expired: 5,
		Errors: []statistics.Error{
			{Key: s.Key, Code: "SlowDown", Status: 503, Calls: 2, Attempts: 4},
			{Key: s.Key, Code: "Slow\xff", Status: 503, Attempts: 1},
			{Key: s.Key, Code: "Slow\xfe", Status: 503, Attempts: 2}, // the same in UTF-8
			{Key: s.Key, Status: 404, Attempts: 1},
			{Other: true, Calls: 5},
		},
	}
}

func snapshot(s statistics.Snapshot) func() statistics.Snapshot {
	return func() statistics.Snapshot { return s }
}

// export exports once, with Shutdown.
func export(t *testing.T, o Options) Health {
	t.Helper()
	e := newExporter(t, o)
	shutdown(t, e)
	return e.Health()
}

func newExporter(t *testing.T, o Options) *Exporter {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func shutdown(t *testing.T, e *Exporter) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := e.Shutdown(ctx); err != nil {
		t.Error(err)
	}
}

func TestSumsArrive(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			c := newCollector(t)
			health := export(t, Options{
				Endpoint: c.listen(protocol), Protocol: protocol, Snapshot: snapshot(oneSeries()),
				Lost: func() (recording, subscribers uint64) { return 21, 22 },
				Received: func() agent.Stats {
					return agent.Stats{Bytes: 9000, Taken: 20, Rejected: 3, Events: 23, NotJSON: 2, NotEvent: 1, LostInKernel: 6}
				},
			})
			if want := (Health{Exported: 1}); health != want {
				t.Errorf("health is %+v, want %+v", health, want)
			}
			const series = " cloud.region=eu-west-1 csm.client_id=shop"
			const method = " rpc.method=S3/GetObject rpc.system.name=aws-api"
			want := map[string]int64{
				"csm.calls" + series + " csm.result=ok" + method:                                                7,
				"csm.calls" + series + " csm.result=server_error error.type=server_error" + method:              2,
				"csm.calls" + series + " csm.result=unknown" + method:                                           1,
				"csm.attempts" + series + method:                                                                13,
				"csm.retries" + series + method:                                                                 3,
				"csm.throttled_attempts" + series + method:                                                      2,
				"csm.responses" + series + " http.response.status_code=200" + method:                            9,
				"csm.responses" + series + " http.response.status_code=503" + method:                            4,
				"csm.call_errors" + series + " error.type=SlowDown http.response.status_code=503" + method:      2,
				"csm.attempt_errors" + series + " error.type=SlowDown http.response.status_code=503" + method:   4,
				"csm.attempt_errors" + series + " error.type=Slow\uFFFD http.response.status_code=503" + method: 3,
				"csm.attempt_errors" + series + " error.type=404 http.response.status_code=404" + method:        1,
				"csm.call_errors error.type=_OTHER rpc.method=_OTHER rpc.system.name=aws-api":                   5,

				"csm.connections" + series + " csm.connection.reused=false" + method: 1,
				"csm.connections" + series + " csm.connection.reused=true" + method:  12,
				"csm.agent.series":                         1,
				"csm.agent.expired_series":                 5,
				"csm.agent.datagrams csm.outcome=taken":    20,
				"csm.agent.datagrams csm.outcome=rejected": 3,
				"csm.agent.received":                       9000,
				"csm.agent.events":                         23,
				"csm.agent.rejections csm.cause=not_json":  2,
				"csm.agent.rejections csm.cause=not_event": 1,
				"csm.agent.lost_datagrams":                 6,
				"csm.agent.recording.lost_events":          21,
				"csm.agent.subscriber.lost_events":         22,
			}
			got := sums(t, c.all())
			for _, name := range slices.Sorted(maps.Keys(got)) {
				if got[name] != want[name] {
					t.Errorf("%s is %d, want %d", name, got[name], want[name])
				}
				delete(want, name)
			}
			for name := range want {
				t.Errorf("no %s", name)
			}
		})
	}
}

func TestDistributionsArriveAsTheyAre(t *testing.T) {
	c := newCollector(t)
	s := oneSeries()
	export(t, Options{Endpoint: c.listen(protocolHTTP), Snapshot: snapshot(s)})
	const series = " cloud.region=eu-west-1 csm.client_id=shop"
	const method = " rpc.method=S3/GetObject rpc.system.name=aws-api"
	got := distributions(c.all())
	for _, name := range []string{
		"rpc.client.call.duration" + series + method,
		"rpc.client.call.duration" + series + " error.type=server_error" + method,
		"csm.attempt.duration" + series + method,
		"csm.attempt.phase.duration" + series + " csm.phase=dns" + method,
	} {
		if len(got[name]) != 1 {
			t.Errorf("%d points of %s, want one", len(got[name]), name)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d distributions, want 4", len(got))
	}
	if p := got["rpc.client.call.duration"+series+" error.type=server_error"+method][0]; p.Count != 1 || p.GetSum() != 7 {
		t.Errorf("the point of failures is %v", p)
	}
	p, h := got["rpc.client.call.duration"+series+method][0], s.Series[0].LatencyWithoutFailures()
	if p.Count != 5 || p.ZeroCount != 1 || p.GetSum() != 5.25 || p.GetMin() != 0 || p.GetMax() != 4 {
		t.Errorf("the point is %v", p)
	}
	if int(p.Scale) != h.Scale() || int(p.Positive.Offset) != h.Offset() || !slices.Equal(p.Positive.BucketCounts, h.Buckets()) {
		t.Errorf("the buckets are %v at the scale %d", p.Positive, p.Scale)
	}
	if p.StartTimeUnixNano != uint64(began.UnixNano()) || p.TimeUnixNano != uint64(began.Add(time.Minute).UnixNano()) {
		t.Errorf("the point is of %d to %d", p.StartTimeUnixNano, p.TimeUnixNano)
	}
	for _, m := range c.all() {
		if m.GetExponentialHistogram() != nil && m.Unit != "s" {
			t.Errorf("%s is in %q", m.Name, m.Unit)
		}
	}
}

func TestTheEnvironmentIsObeyed(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			c := newCollector(t)
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.listen(protocol))
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
			t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=se%63ret,x-tenant=shop")
			t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
			t.Setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta")
			t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,service.version=9")
			t.Setenv("OTEL_SERVICE_NAME", "mine")
			e := newExporter(t, Options{Snapshot: snapshot(oneSeries()), Events: true, Version: "1"})
			e.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject"})
			shutdown(t, e)
			if c.header.Get("api-key") != "secret" || c.header.Get("x-tenant") != "shop" {
				t.Errorf("the headers are %v", c.header)
			}
			if len(c.metrics) != 1 || len(c.logs) != 1 {
				t.Fatalf("%d requests with metrics and %d with events, want one of each", len(c.metrics), len(c.logs))
			}
			for _, resource := range []string{
				line(c.metrics[0].ResourceMetrics[0].Resource.Attributes), line(c.logs[0].ResourceLogs[0].Resource.Attributes),
			} {
				for _, want := range []string{
					"service.name=mine", "service.version=9", "deployment.environment.name=test", "host.name=", "service.instance.id=",
				} {
					if !strings.Contains(resource, want) {
						t.Errorf("%s has no %s", resource, want)
					}
				}
			}
			for _, m := range c.all() {
				sum := m.GetSum()
				if want := m.Name != "csm.agent.series"; sum != nil && (sum.AggregationTemporality == 1) != want {
					t.Errorf("the temporality of %s is %v", m.Name, sum.AggregationTemporality)
				}
			}
		})
	}
}

func TestTheAgentHasAServiceName(t *testing.T) {
	c := newCollector(t)
	export(t, Options{Endpoint: c.listen(protocolHTTP), Version: "v1.2.3", Snapshot: snapshot(oneSeries())})
	if resource := line(c.metrics[0].ResourceMetrics[0].Resource.Attributes); !strings.Contains(resource, "service.name=csm-agent ") ||
		!strings.Contains(resource, "service.version=v1.2.3") {
		t.Errorf("the resource is %s", resource)
	}
}

func TestManySeriesAreSplitSoThatACollectorTakesThem(t *testing.T) {
	c := newCollector(t)
	var s statistics.Snapshot
	const n = 1000
	for i := range n {
		one := oneSeries().Series[0]
		one.Key.ClientID = fmt.Sprintf("%0128d", i)
		s.Series = append(s.Series, one)
	}
	s.Began, s.Taken = began, began.Add(time.Minute)
	e := newExporter(t, Options{Endpoint: c.listen(protocolGRPC), Protocol: protocolGRPC, Snapshot: snapshot(s)})
	shutdown(t, e) // a gRPC server takes 4 MiB
	if len(c.metrics) < 2 {
		t.Errorf("%d requests, want several", len(c.metrics))
	}
	for _, r := range c.metrics {
		if size := proto.Size(r); size > maxRequest+20_000 {
			t.Errorf("a request has %d bytes", size)
		}
	}
	series := 0
	for name := range sums(t, c.all()) {
		if strings.HasPrefix(name, "csm.attempts ") {
			series++
		}
	}
	if series != n {
		t.Errorf("%d series arrived, want %d", series, n)
	}
}
