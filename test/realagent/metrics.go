package realagent

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Metrics are the numbers of a scrape, by their series as the text format spells
// them: a name, and the labels in braces.
type Metrics map[string]float64

// Sum is the sum of all series of a name.
func (m Metrics) Sum(name string) float64 {
	sum := 0.0
	for series, value := range m {
		if series == name || strings.HasPrefix(series, name+"{") {
			sum += value
		}
	}
	return sum
}

// Taken are the datagrams all of which was events.
func (m Metrics) Taken() float64 { return m[`csm_agent_datagrams_total{csm_outcome="taken"}`] }

// Rejected are the datagrams of which not all was events.
func (m Metrics) Rejected() float64 { return m[`csm_agent_datagrams_total{csm_outcome="rejected"}`] }

// NotAllowed are the datagrams of senders that are not allowed to send.
func (m Metrics) NotAllowed() float64 {
	return m[`csm_agent_datagrams_total{csm_outcome="not_allowed"}`]
}

// Lost are the datagrams that the kernel has dropped.
func (m Metrics) Lost() float64 { return m["csm_agent_lost_datagrams_total"] }

// Come are all datagrams that have come to the agent's sockets, whatever became of
// them.
func (m Metrics) Come() float64 { return m.Taken() + m.Rejected() + m.NotAllowed() + m.Lost() }

// Metrics scrapes the agent.
func (a *Agent) Metrics() Metrics {
	a.t.Helper()
	m, err := a.Scrape()
	if err != nil {
		a.t.Fatal(err)
	}
	return m
}

// Scrape scrapes the agent, which may be unable to answer.
func (a *Agent) Scrape() (Metrics, error) {
	text, err := a.Get("/metrics")
	if err != nil {
		return nil, err
	}
	m := make(Metrics)
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		end := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(line[end+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("no value in %q: %w", line, err)
		}
		m[line[:end]] = value
	}
	return m, nil
}

// WaitForMetrics scrapes the agent until enough is true of its metrics, and gives
// those.
func (a *Agent) WaitForMetrics(what string, enough func(Metrics) bool) Metrics {
	a.t.Helper()
	var last Metrics
	Wait(a.t, what, func() bool {
		m, err := a.Scrape()
		if err == nil {
			last = m
		}
		return err == nil && enough(m)
	}, func() string {
		return fmt.Sprintf("come %v, taken %v, lost %v", last.Come(), last.Taken(), last.Lost())
	})
	return last
}

// Wait waits until done is true, and asks that often. If it has to wait too long,
// the test fails, with what state tells.
func Wait(t testing.TB, what string, done func() bool, state func() string) {
	t.Helper()
	end := time.Now().Add(Patience)
	for !done() {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s: %s", what, state())
		}
		time.Sleep(10 * time.Millisecond) // between two questions
	}
}
