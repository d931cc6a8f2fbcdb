//go:build linux

package faults

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

// A subscriber that never reads loses events of its own. Others, the statistics and
// the sockets do not notice.
func TestASubscriberThatNeverReads(t *testing.T) {
	a := realagent.Start(t, realagent.Options{})
	stuck, err := net.Dial("tcp", a.HTTP)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stuck.Close() })
	if err := stuck.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(stuck, "GET /api/v1/events HTTP/1.1\r\nHost: %s\r\n\r\n", a.HTTP); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReaderSize(stuck, 16).ReadString('\n'); err != nil || !strings.Contains(line, "200 OK") {
		t.Fatalf("%q, %v", line, err)
	}

	var got, told atomic.Int64
	response, err := http.Get("http://" + a.HTTP + "/api/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	go func() {
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var lost struct{ Lost int64 }
			if strings.HasPrefix(data, `{"lost":`) && json.Unmarshal([]byte(data), &lost) == nil {
				told.Add(lost.Lost)
			} else {
				got.Add(1)
			}
		}
	}()

	r := newReporter(t, a.Events)
	const rounds, each = 50, 2000 // a round fits the queue of a subscriber, all of them what a connection holds not
	for i := range rounds {
		publish(t, r, each)
		realagent.Wait(t, "the one that reads", func() bool { return got.Load()+told.Load() == int64(i+1)*each },
			func() string { return fmt.Sprintf("%d events, told of %d lost", got.Load(), told.Load()) })
	}
	if told.Load() != 0 {
		t.Errorf("the one that reads lost %d events", told.Load())
	}
	m := a.Metrics()
	if m.Taken() != rounds*each || m.Sum("csm_calls_total") != rounds*each || m["csm_agent_subscriber_lost_events_total"] == 0 {
		t.Errorf("taken %v, calls %v of %d; lost by subscribers %v", m.Taken(), m.Sum("csm_calls_total"), rounds*each,
			m["csm_agent_subscriber_lost_events_total"])
	}
	a.End()
}

// While nobody is at the collector's address, and nobody scrapes, events are
// counted all the same. A collector that comes is found.
func TestNobodyWhoReadsMetrics(t *testing.T) {
	away, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := away.Addr().String()
	if err := away.Close(); err != nil {
		t.Fatal(err)
	}
	a := realagent.Start(t, realagent.Options{
		Arguments: []string{"--otlp-endpoint", "http://" + address, "--otlp-interval", "100ms"},
		Env:       []string{"OTEL_METRIC_EXPORT_TIMEOUT=500"},
	})
	r := newReporter(t, a.Events)
	publish(t, r, 1000)
	a.WaitForLog("exporting over OTLP fails")
	m := a.WaitForMetrics("a failed export", func(m realagent.Metrics) bool {
		return m.Taken() == 1000 && m[`csm_agent_exports_total{csm_outcome="failed"}`] > 0
	})
	if m["csm_agent_export_up"] != 0 || m.Sum("csm_calls_total") != 1000 {
		t.Errorf("export up %v, calls %v", m["csm_agent_export_up"], m.Sum("csm_calls_total"))
	}

	back, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	collector := &httptest.Server{Listener: back, Config: &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}}
	collector.Start()
	t.Cleanup(collector.Close)
	a.WaitForMetrics("an export", func(m realagent.Metrics) bool {
		return m["csm_agent_export_up"] == 1 && m[`csm_agent_exports_total{csm_outcome="exported"}`] > 0
	})
	a.End()
}
