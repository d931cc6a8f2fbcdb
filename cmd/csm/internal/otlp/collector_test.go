package otlp

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	logspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // what a real collector can read
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// deadline is how long a test waits for what must come.
const deadline = 20 * time.Second

// An answer is how a collector answers a request. The zero value takes it.
type answer struct {
	unavailable bool          // 503, or UNAVAILABLE
	after       time.Duration // when to try again
	hang        bool          // no answer, until the request is cancelled
	rejected    int64         // items that it does not take
}

// A collector is a receiver of OTLP over both protocols. It keeps what it took.
type collector struct {
	t       *testing.T
	answers func(n int) answer // to the request n of all, from 0

	mu      sync.Mutex
	n       int
	metrics []*metricspb.ExportMetricsServiceRequest
	logs    []*logspb.ExportLogsServiceRequest
	header  http.Header
	grew    chan struct{} // replaced when something came
}

func newCollector(t *testing.T) *collector {
	cleanEnvironment(t)
	return &collector{t: t, answers: func(int) answer { return answer{} }, grew: make(chan struct{})}
}

// cleanEnvironment takes away what the person who runs the tests has set.
func cleanEnvironment(t *testing.T) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, "")
		}
	}
}

// listen makes the collector reachable with a protocol, and gives its URL.
func (c *collector) listen(protocol string) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	c.serve(protocol, l)
	return "http://" + l.Addr().String()
}

// serve takes requests at a listener until the test ends.
func (c *collector) serve(protocol string, l net.Listener) {
	if protocol == protocolGRPC {
		server := grpc.NewServer()
		metricspb.RegisterMetricsServiceServer(server, metricsServer{c: c})
		logspb.RegisterLogsServiceServer(server, logsServer{c: c})
		go func() { _ = server.Serve(l) }() // ends with Stop
		c.t.Cleanup(server.Stop)
		return
	}
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: c}}
	server.Start()
	c.t.Cleanup(server.Close)
}

// next counts a request and tells how to answer it.
func (c *collector) next() answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.answers(c.n - 1)
}

// keep keeps a request, under the lock.
func (c *collector) keep(what func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	what()
	close(c.grew)
	c.grew = make(chan struct{})
}

// wait waits until ready, which is called under the lock.
func (c *collector) wait(what string, ready func() bool) {
	c.t.Helper()
	timeout := time.After(deadline)
	for {
		c.mu.Lock()
		ok, grew := ready(), c.grew
		c.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-grew:
		case <-timeout:
			c.t.Fatalf("%s did not come", what)
		}
	}
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(r.Body); err != nil {
			c.t.Error(err)
			return
		}
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return // the client has gone
	}
	a := c.next()
	switch {
	case a.hang:
		<-r.Context().Done()
		return
	case a.unavailable:
		w.Header().Set("Retry-After", strconv.Itoa(int(a.after.Seconds())))
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var answer proto.Message
	switch r.URL.Path {
	case "/v1/metrics":
		request := new(metricspb.ExportMetricsServiceRequest)
		c.decode(data, request)
		c.keep(func() { c.metrics, c.header = append(c.metrics, request), r.Header })
		answer = &metricspb.ExportMetricsServiceResponse{
			PartialSuccess: &metricspb.ExportMetricsPartialSuccess{RejectedDataPoints: a.rejected},
		}
	case "/v1/logs":
		request := new(logspb.ExportLogsServiceRequest)
		c.decode(data, request)
		c.keep(func() { c.logs, c.header = append(c.logs, request), r.Header })
		answer = &logspb.ExportLogsServiceResponse{
			PartialSuccess: &logspb.ExportLogsPartialSuccess{RejectedLogRecords: a.rejected},
		}
	default:
		c.t.Errorf("a request to %s", r.URL.Path)
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	data, err = proto.Marshal(answer)
	if err != nil {
		c.t.Error(err)
	}
	_, _ = w.Write(data) // the client may have gone
}

func (c *collector) decode(data []byte, m proto.Message) {
	if err := proto.Unmarshal(data, m); err != nil {
		c.t.Errorf("the request is no %T: %v", m, err)
	}
}

// answerGRPC answers a request over gRPC, but for what is rejected.
func (c *collector) answerGRPC(ctx context.Context) (answer, error) {
	a := c.next()
	if a.hang {
		<-ctx.Done()
		return a, ctx.Err()
	}
	if a.unavailable {
		s, err := status.New(codes.Unavailable, "busy").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(a.after)})
		if err != nil {
			c.t.Error(err)
		}
		return a, s.Err()
	}
	return a, nil
}

type metricsServer struct {
	metricspb.UnimplementedMetricsServiceServer
	c *collector
}

func (s metricsServer) Export(ctx context.Context, r *metricspb.ExportMetricsServiceRequest) (
	*metricspb.ExportMetricsServiceResponse, error,
) {
	a, err := s.c.answerGRPC(ctx)
	if err != nil {
		return nil, err
	}
	s.c.keep(func() { s.c.metrics, s.c.header = append(s.c.metrics, r), header(ctx) })
	return &metricspb.ExportMetricsServiceResponse{
		PartialSuccess: &metricspb.ExportMetricsPartialSuccess{RejectedDataPoints: a.rejected},
	}, nil
}

type logsServer struct {
	logspb.UnimplementedLogsServiceServer
	c *collector
}

func (s logsServer) Export(ctx context.Context, r *logspb.ExportLogsServiceRequest) (*logspb.ExportLogsServiceResponse, error) {
	a, err := s.c.answerGRPC(ctx)
	if err != nil {
		return nil, err
	}
	s.c.keep(func() { s.c.logs, s.c.header = append(s.c.logs, r), header(ctx) })
	return &logspb.ExportLogsServiceResponse{
		PartialSuccess: &logspb.ExportLogsPartialSuccess{RejectedLogRecords: a.rejected},
	}, nil
}

func header(ctx context.Context) http.Header {
	h := http.Header{}
	md, _ := metadata.FromIncomingContext(ctx)
	for name, values := range md {
		for _, v := range values {
			h.Add(name, v)
		}
	}
	return h
}
