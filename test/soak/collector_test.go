//go:build linux

package soak

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/proto"
)

// A collector receives OTLP over HTTP, unless it is away or busy.
type collector struct {
	url     string
	status  atomic.Int32 // of its answers; 0 is none
	records atomic.Int64 // log records that it took
	metrics atomic.Int64 // requests with metrics
}

func startCollector(t *testing.T) *collector {
	t.Helper()
	c := new(collector)
	c.status.Store(http.StatusOK)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch status := int(c.status.Load()); status {
		case 0:
			panic(http.ErrAbortHandler) // the connection breaks
		case http.StatusOK:
		default:
			w.WriteHeader(status)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if strings.HasSuffix(r.URL.Path, "/metrics") {
			c.metrics.Add(1)
			return
		}
		var data logs.LogsData // its fields are those of the request
		if err := proto.Unmarshal(body, &data); err != nil {
			t.Error(err)
		}
		for _, resource := range data.GetResourceLogs() {
			for _, scope := range resource.GetScopeLogs() {
				c.records.Add(int64(len(scope.GetLogRecords())))
			}
		}
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}
