// Package csmtest is an agent for tests: it receives the events of the code under
// test, as they were sent, which can then be held against what the code should have
// called.
//
//	func TestUpload(t *testing.T) {
//		agent := csmtest.Start(t)
//		agent.Setenv() // for code that is configured by the environment
//		upload(…)      // the code under test
//		agent.WantCalls("S3.CreateBucket", "S3.PutObject")
//	}
//
// Where the code under test takes a reporter, [Agent.Reporter] makes one.
package csmtest

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
)

// Timeout is how long an [Agent] waits for events before it fails the test.
const Timeout = 10 * time.Second

// An Agent receives events for one test. Its methods can be called from any
// goroutine but, as those of [testing.TB], those that can fail the test only from
// the test's own.
type Agent struct {
	t        testing.TB
	listener *agent.Listener

	mu     sync.Mutex
	events []csm.Event
	calls  int           // how many of the events tell of calls
	came   chan struct{} // closed, and replaced, when an event has come
}

// Start starts an agent on a free port of the loopback interface. It ends with the
// test.
func Start(t testing.TB) *Agent {
	t.Helper()
	l, err := agent.Listen(net.JoinHostPort(csm.DefaultHost, "0"), agent.Options{KeepAccessKeys: true, KeepDialect: true})
	if err != nil {
		t.Fatalf("csmtest: %v", err)
	}
	a := &Agent{t: t, listener: l, came: make(chan struct{})}
	if err := l.Start(a.add); err != nil {
		t.Fatalf("csmtest: %v", err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("csmtest: %v", err)
		}
	})
	return a
}

func (a *Agent) add(e *csm.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.events = append(a.events, *e)
	if e.Type == csm.APICall {
		a.calls++
	}
	close(a.came)
	a.came = make(chan struct{})
}

// Address is the agent's address, as [csm.Start] takes it.
func (a *Agent) Address() string { return a.listener.Addr().String() }

// Setenv configures the SDKs for this agent, with the environment variables that
// they read, until the test ends. The client ID is the test's name. Like
// [testing.T.Setenv] it cannot be used in parallel tests. SDKs that were
// configured before do not notice. The process-wide reporter is closed with the
// test, so that the next test can have one of its own.
func (a *Agent) Setenv() {
	addr := a.listener.Addr()
	a.t.Setenv("AWS_CSM_ENABLED", "true")
	a.t.Setenv("AWS_CSM_HOST", addr.Addr().String())
	a.t.Setenv("AWS_CSM_PORT", fmt.Sprint(addr.Port()))
	a.t.Setenv("AWS_CSM_CLIENT_ID", a.t.Name())
	a.t.Cleanup(func() { csm.Get().Close() })
}

// Reporter makes a reporter that sends to this agent, with the test's name as
// client ID. It is closed with the test.
func (a *Agent) Reporter() *csm.Reporter {
	a.t.Helper()
	r, err := csm.New(csm.Options{ClientID: a.t.Name(), Address: a.Address()})
	if err != nil {
		a.t.Fatalf("csmtest: %v", err)
	}
	a.t.Cleanup(func() { r.Close() })
	return r
}

// Events are the events that have come so far, in the order in which they came.
// The slice is the caller's.
func (a *Agent) Events() []csm.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.events)
}

// Calls are those of the [Agent.Events] that tell of calls, not of attempts.
func (a *Agent) Calls() []csm.Event {
	return slices.DeleteFunc(a.Events(), func(e csm.Event) bool { return e.Type != csm.APICall })
}

// Wait waits until n events have come, and gives all that have. It fails the test
// if they do not come within [Timeout].
func (a *Agent) Wait(n int) []csm.Event {
	a.t.Helper()
	a.waitFor(fmt.Sprintf("%d events", n), func() bool { return len(a.events) >= n })
	return a.Events()
}

// WaitCalls waits until n calls have ended, and gives all that have, as
// [Agent.Calls] does. It fails the test if they do not end within [Timeout].
func (a *Agent) WaitCalls(n int) []csm.Event {
	a.t.Helper()
	a.waitFor(fmt.Sprintf("%d calls", n), func() bool { return a.calls >= n })
	return a.Calls()
}

// WantCalls fails the test unless exactly these calls, each named like
// "S3.GetObject", have ended in this order. It waits for as many calls as it was
// given names. A call that comes after them can go unseen: end the code under test
// before.
func (a *Agent) WantCalls(names ...string) {
	a.t.Helper()
	got := []string{}
	for _, e := range a.WaitCalls(len(names)) {
		got = append(got, e.Service+"."+e.API)
	}
	if !slices.Equal(got, names) {
		a.t.Errorf("csmtest: calls were\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(names, "\n\t"))
	}
}

// waitFor waits until enough, which is called with the lock held.
func (a *Agent) waitFor(what string, enough func() bool) {
	a.t.Helper()
	timeout := time.NewTimer(Timeout)
	defer timeout.Stop()
	for {
		a.mu.Lock()
		ok, came := enough(), a.came
		a.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-came:
		case <-timeout.C:
			a.t.Fatalf("csmtest: waited %v for %s; what came is %s\nThe listener counted %+v.",
				Timeout, what, list(a.Events()), a.listener.Stats())
		}
	}
}

// list writes down which events came.
func list(events []csm.Event) string {
	if len(events) == 0 {
		return "none"
	}
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "\n\t%s %s.%s", e.Type, e.Service, e.API)
	}
	return b.String()
}
