package otlp

import (
	"context"
	"fmt"
	"testing"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

func discard(t testing.TB) *Exporter {
	o, err := Options{Snapshot: snapshot(statistics.Snapshot{})}.complete()
	if err != nil {
		t.Fatal(err)
	}
	logs := &fakeSender[[]sdklog.Record]{export: func(context.Context, []sdklog.Record) error { return nil }}
	return start(o, resource.Empty(), metricsTo(taken), logs)
}

func TestPublishAllocatesNothing(t *testing.T) {
	d := &delivery{}
	v := newEvents(defaults(t), resource.Empty(), nil, d)
	event := &csm.Event{Type: csm.APICall}
	if n := testing.AllocsPerRun(5000, func() { v.publish(event) }); n != 0 { // with room in the queue, and without
		t.Errorf("%v allocations, want none", n)
	}
	if lost := d.snapshot().GivenUp; lost != 5001-2048 {
		t.Errorf("%d events found no room, want %d", lost, 5001-2048)
	}
}

func BenchmarkPublish(b *testing.B) {
	e := discard(b)
	event := &csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject", Latency: csm.Known(12)}
	b.ReportAllocs()
	for b.Loop() {
		e.Publish(event)
	}
	_ = e.Shutdown(context.Background()) // there is no collector
}

func BenchmarkRequestsOf10000Series(b *testing.B) {
	s := oneSeries()
	one := s.Series[0]
	for i := 1; i < 10_000; i++ {
		one.Key.Operation = fmt.Sprint("Operation", i)
		s.Series = append(s.Series, one)
	}
	h := new(history)
	b.ReportAllocs()
	for b.Loop() {
		for r := range h.requests(&s, nil) {
			r.metrics(resource.Empty(), "")
		}
	}
}
