package top

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/agentclient"
	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"

	"github.com/go-csm/csm"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC
	m.Run()
}

// start is when the fixture's agent began to count.
var start = time.Date(2026, 10, 12, 10, 15, 0, 0, time.UTC)

// A source of a test is local, but its clock is the test's.
type source struct {
	Local
	received agent.Stats
	began    time.Time
	taken    time.Time
	err      error

	mu       sync.Mutex
	followed []agentclient.Follower
}

func newSource() *source {
	s := &source{began: start, taken: start}
	s.Local = Local{
		Statistics: statistics.New(statistics.Limits{}), Events: new(live.Hub),
		Received: func() agent.Stats { return s.received },
	}
	return s
}

func (s *source) at(a api.Statistics) (api.Statistics, error) {
	a.Began, a.Taken = s.began, s.taken
	return a, s.err
}

func (s *source) Operations(ctx context.Context) (api.Statistics, error) {
	a, _ := s.Local.Operations(ctx)
	return s.at(a)
}

func (s *source) Operation(ctx context.Context, service, operation string) (api.Statistics, error) {
	a, _ := s.Local.Operation(ctx, service, operation)
	return s.at(a)
}

// Follow notes who follows, so that the test can tell events without a wait.
func (s *source) Follow(ctx context.Context, _ live.Filter, to agentclient.Follower) error {
	s.mu.Lock()
	s.followed = append(s.followed, to)
	s.mu.Unlock()
	<-ctx.Done()
	return nil
}

// follower waits for the one that follows.
func (s *source) follower(t *testing.T) agentclient.Follower {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		s.mu.Lock()
		n := len(s.followed)
		s.mu.Unlock()
		if n > 0 {
			return s.followed[n-1]
		}
	}
	t.Fatal("nobody follows")
	return agentclient.Follower{}
}

// call counts a call with its attempts, of which all but the last are throttled.
func (s *source) call(service, operation string, ms, attempts int, failure string) {
	for n := range attempts {
		a := &csm.Event{
			Type: csm.APICallAttempt, Service: service, API: operation, AttemptLatency: csm.Known(ms / attempts),
			HTTPStatusCode: csm.Known(200), ConnectionReused: csm.Flag(n > 0 || ms%3 > 0), AcquireConnectionLatency: csm.Known(ms % 4),
			RequestLatency: csm.Known(ms / attempts),
		}
		if ms%3 == 0 {
			a.DNSLatency, a.TCPLatency, a.SSLLatency, a.ConnectLatency = csm.Known(1), csm.Known(3), csm.Known(8), csm.Known(12)
		}
		switch {
		case n < attempts-1:
			a.HTTPStatusCode, a.AWSException, a.AWSExceptionMessage = csm.Known(503), "SlowDown", "Please reduce your request rate."
		case failure != "":
			a.HTTPStatusCode, a.AWSException, a.AWSExceptionMessage = csm.Known(404), failure, "It is not there: \x1b[31m"+operation
		}
		s.Statistics.Add(a)
	}
	c := &csm.Event{
		Type: csm.APICall, Service: service, API: operation, Latency: csm.Known(ms), AttemptCount: csm.Known(attempts),
		FinalHTTPStatusCode: csm.Known(200),
	}
	if failure != "" {
		c.FinalHTTPStatusCode, c.FinalAWSException = csm.Known(404), failure
		c.FinalAWSExceptionMessage = "It is not there: \x1b[31m" + operation
	}
	s.Statistics.Add(c)
}

// second counts what comes within a second of the fixture.
func (s *source) second(n int) {
	for i := range 20 + 10*(n%5) {
		s.call("S3", "GetObject", 5+i*i%90, 1, "")
	}
	for i := range 7 {
		s.call("DynamoDB", "BatchWriteItem", 20+i*11, 1+i/6, "")
	}
	s.call("S3", "PutObject", 40+n, 1, "")
	if n%4 == 0 {
		s.call("S3", "GetObject", 12, 1, "NoSuchKey")
		s.call("CloudWatch Logs", "DescribeLogStreams", 1250, 3, "")
	}
	if n == 3 {
		s.call("Elastic Load Balancing v2", "DescribeTargetGroupAttributes", 125_000, 1, "")
		s.call("S3\x1b]0;owned\x07", "Get\nObject\u202e", 0, 1, "")
	}
	s.taken = s.taken.Add(time.Second)
}

// A screen is a model that is driven without a terminal.
type screen struct {
	t *testing.T
	*Model
	source *source
}

// newScreen is a screen after a number of seconds.
func newScreen(t *testing.T, width, height, seconds int) *screen {
	t.Helper()
	s := newSource()
	m := New(t.Context(), Options{
		Source: s, Title: "agent at http://127.0.0.1:31080", Interval: time.Second,
		Empty: []string{"Programs send if they are told to, such as", "", "    AWS_CSM_ENABLED=true aws s3 ls"},
	})
	screen := &screen{t, m, s}
	screen.send(tea.WindowSizeMsg{Width: width, Height: height})
	screen.sample()
	for n := range seconds {
		s.second(n)
		screen.sample()
	}
	return screen
}

// sample lets the model ask, and take the answer.
func (s *screen) sample() {
	msg := s.ask()().(sampleMsg)
	msg.at = s.source.taken
	s.send(msg)
}

func (s *screen) send(msg tea.Msg) tea.Cmd {
	_, cmd := s.Update(msg)
	return cmd
}

// press presses keys, by their names or as text.
func (s *screen) press(keys ...string) (cmd tea.Cmd) {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace,
		"space": tea.KeySpace,
	}
	for _, k := range keys {
		if code, ok := special[k]; ok {
			cmd = s.send(tea.KeyPressMsg{Code: code})
			continue
		}
		for _, r := range k {
			cmd = s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
	return cmd
}

// openSelected opens the selected operation and takes the answer.
func (s *screen) openSelected() {
	s.t.Helper()
	cmd := s.press("enter")
	if cmd == nil {
		s.t.Fatal("nothing was opened")
	}
	s.send(cmd())
}

var errAway = errors.New("csm: no agent answers at http://127.0.0.1:31080: connection refused")

// tellEvents tells the one who follows of some events.
func (s *screen) tellEvents() {
	s.t.Helper()
	to := s.source.follower(s.t)
	for n := range 3 {
		e := &csm.Event{
			Type: csm.APICall, ClientID: "shop", Service: "S3", API: "GetObject", Timestamp: start.Add(time.Duration(n) * time.Second),
			Latency: csm.Known(12 + n), FinalHTTPStatusCode: csm.Known(200),
		}
		if n == 1 {
			e.FinalHTTPStatusCode, e.FinalAWSException, e.FinalAWSExceptionMessage = csm.Known(404), "NoSuchKey", "\x1b[2J"
		}
		data, err := e.AppendJSON(nil)
		if err != nil {
			s.t.Fatal(err)
		}
		to.Event(data)
	}
	to.Lost(7)
}

func many(n int) *source {
	s := newSource()
	for i := range n {
		s.call(fmt.Sprintf("Service%d", i%100), fmt.Sprintf("Operation%d", i), i%300, 1, "")
	}
	return s
}
