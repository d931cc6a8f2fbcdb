package otlp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

func TestWhatIsWrongIsSaidWithWhatToWrite(t *testing.T) {
	noPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(noPEM, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		variable, value string
		want            string
	}{
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", `OTEL_EXPORTER_OTLP_PROTOCOL is "http/json": write "http/protobuf" or "grpc"`},
		{"OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "tcp", `OTEL_EXPORTER_OTLP_METRICS_PROTOCOL is "tcp"`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "write https://host:port, or http://host:port"},
		{"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://[::1", "is no URL"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "api-key: secret", "OTEL_EXPORTER_OTLP_HEADERS is malformed: write name=value"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "api-key=secret%", "with special characters in a value as %XX"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "api key=secret", "malformed"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "write gzip or none"},
		{"OTEL_EXPORTER_OTLP_INSECURE", "yes", "write true or false"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s", `OTEL_EXPORTER_OTLP_TIMEOUT is "10s": write a whole number`},
		{"OTEL_METRIC_EXPORT_INTERVAL", "0", "OTEL_METRIC_EXPORT_INTERVAL"},
		{"OTEL_METRIC_EXPORT_TIMEOUT", "-1", "OTEL_METRIC_EXPORT_TIMEOUT"},
		{"OTEL_BLRP_MAX_QUEUE_SIZE", "99999999999999999999", "OTEL_BLRP_MAX_QUEUE_SIZE"},
		{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/does/not/exist", "OTEL_EXPORTER_OTLP_CERTIFICATE: open /does/not/exist"},
		{"OTEL_EXPORTER_OTLP_CERTIFICATE", noPEM, "holds no certificate"},
		{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", noPEM, "set OTEL_EXPORTER_OTLP_CLIENT_KEY"},
		{"OTEL_EXPORTER_OTLP_CLIENT_KEY", noPEM, "set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"},
		{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "lowmemory", "write cumulative or delta"},
		{"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "explicit_bucket_histogram", "all histograms are exponential"},
		{"OTEL_RESOURCE_ATTRIBUTES", "a", "OTEL_RESOURCE_ATTRIBUTES"},
	} {
		t.Run(test.variable+"="+test.value, func(t *testing.T) {
			cleanEnvironment(t)
			t.Setenv(test.variable, test.value)
			_, err := New(Options{Snapshot: snapshot(statistics.Snapshot{}), Events: true})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("the error is %v, want one with %q", err, test.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error repeats what may be a secret: %v", err)
			}
		})
	}
}

func TestOptionsAreBeforeTheEnvironment(t *testing.T) {
	cleanEnvironment(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://elsewhere:1")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "5000")
	t.Setenv("OTEL_METRIC_EXPORT_TIMEOUT", "700")
	s, err := Options{
		Snapshot: snapshot(statistics.Snapshot{}), Endpoint: "http://here:2/base", Protocol: "http/protobuf",
		Temporality: "delta", Interval: 3 * time.Second,
	}.complete()
	if err != nil {
		t.Fatal(err)
	}
	if want := (target{url: "http://here:2/base/v1/metrics"}); s.metrics != want {
		t.Errorf("metrics go to %+v, want %+v", s.metrics, want)
	}
	if want := (target{url: "http://here:2/base/v1/logs"}); s.logs != want {
		t.Errorf("events go to %+v, want %+v", s.logs, want)
	}
	if !s.delta || s.Interval != 3*time.Second || s.Timeout != 700*time.Millisecond {
		t.Errorf("delta %v, each %v, within %v; want true, 3s, 700ms", s.delta, s.Interval, s.Timeout)
	}
}

func TestWithoutAnySettingMetricsGoToThisMachineEachMinute(t *testing.T) {
	cleanEnvironment(t)
	s, err := Options{Snapshot: snapshot(statistics.Snapshot{})}.complete()
	if err != nil {
		t.Fatal(err)
	}
	if want := (target{url: "http://localhost:4318/v1/metrics"}); s.metrics != want || s.delta {
		t.Errorf("metrics go to %+v, want %+v", s.metrics, want)
	}
	if s.Interval != time.Minute || s.Timeout != 30*time.Second || s.queue != 2048 || s.batch != 512 || s.delay != time.Second {
		t.Errorf("the settings are %+v", s)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	if s, err = (Options{Snapshot: snapshot(statistics.Snapshot{})}).complete(); err != nil || s.metrics.url != "http://localhost:4317" {
		t.Errorf("over gRPC they go to %+v, %v", s.metrics, err)
	}
}

func TestSnapshotIsRequired(t *testing.T) {
	cleanEnvironment(t)
	if _, err := New(Options{}); err == nil {
		t.Error("no error")
	}
}
