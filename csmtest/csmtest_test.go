package csmtest_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
)

// A failing notes that a test failed, in place of failing.
type failing struct {
	testing.TB
	message string
}

func (f *failing) Helper() {}

func (f *failing) Errorf(format string, args ...any) { f.message = fmt.Sprintf(format, args...) }

func (f *failing) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

func publish(r *csm.Reporter, apis ...string) {
	for _, api := range apis {
		r.Publish(&csm.Event{Type: csm.APICallAttempt, Service: "S3", API: api})
		r.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: api})
	}
}

func TestAgent(t *testing.T) {
	agent := csmtest.Start(t)
	if n := len(agent.Events()) + len(agent.Calls()) + len(agent.Wait(0)); n != 0 {
		t.Errorf("%d events before any was sent", n)
	}
	agent.WantCalls()
	publish(agent.Reporter(), "A", "B")
	agent.WantCalls("S3.A", "S3.B")
	events := agent.Wait(4)
	if len(events) != 4 || events[0].ClientID != t.Name() || events[0].Type != csm.APICallAttempt {
		t.Errorf("events are %+v", events)
	}
	if calls := agent.WaitCalls(2); len(calls) != 2 || calls[1].API != "B" {
		t.Errorf("calls are %+v", calls)
	}
	events[0].API = "changed"
	if agent.Events()[0].API == "changed" {
		t.Error("the slice is not the caller's own")
	}
}

func TestWantCallsFails(t *testing.T) {
	for _, want := range [][]string{{"S3.B", "S3.A"}, {"S3.A"}, {"S3.A", "S3.C"}} {
		f := &failing{TB: t}
		agent := csmtest.Start(f)
		publish(agent.Reporter(), "A", "B")
		agent.Wait(4)
		agent.WantCalls(want...)
		if !strings.Contains(f.message, "S3.A\n\tS3.B") {
			t.Errorf("calls A and B, want %v: %q", want, f.message)
		}
	}
}

func TestSetenv(t *testing.T) {
	agent := csmtest.Start(t)
	agent.Setenv()
	c, err := csm.ConfigFromEnvironment()
	if err != nil || !c.Enabled || c.Address() != agent.Address() || c.ClientID != t.Name() {
		t.Errorf("%+v, %v, and the agent is at %s", c, err, agent.Address())
	}
	if os.Getenv("AWS_CSM_ENABLED") != "true" {
		t.Error("AWS_CSM_ENABLED is not set")
	}
}
