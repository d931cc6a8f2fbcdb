package sdkv2_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
	"github.com/go-csm/csm/sdkv2"
)

// An answer is what the scripted transport does with one request.
type answer func(*http.Request) (*http.Response, error)

// responds is a response with a status, a body, and a header of alternating keys
// and values.
func responds(status int, body string, header ...string) answer {
	return func(r *http.Request) (*http.Response, error) {
		h := make(http.Header)
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode:    status,
			Status:        fmt.Sprintf("%d %s", status, http.StatusText(status)),
			Proto:         "HTTP/1.1",
			ProtoMajor:    1,
			ProtoMinor:    1,
			Header:        h,
			Body:          io.NopCloser(strings.NewReader(body)),
			ContentLength: int64(len(body)),
			Request:       r,
		}, nil
	}
}

// fails is a request that gets no response.
func fails(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hangs is a request that gets no response before its context ends. It calls
// began first.
func hangs(began func()) answer {
	return func(r *http.Request) (*http.Response, error) {
		began()
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
}

// A script is an HTTP client that gives its answers one after the other, and the
// last one again and again.
type script struct {
	mu       sync.Mutex
	answers  []answer
	requests []*http.Request
}

func (s *script) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	s.requests = append(s.requests, r)
	next := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	s.mu.Unlock()
	return next(r)
}

// sent is the number of requests that came.
func (s *script) sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// The answers that many tests use.
const (
	stsOK = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

	slowDown = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`

	accessKey = "AKIAIOSFODNN7EXAMPLE"
)

// xmlError is the body of an error of S3's.
func xmlError(code, message string) string {
	return "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"
}

// scriptedConfig is a config whose clients send their requests to the script, with
// three attempts and no time between them.
func scriptedConfig(answers ...answer) (aws.Config, *script) {
	s := &script{answers: answers}
	return aws.Config{
		Region:      "eu-central-1",
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, "secret", ""),
		HTTPClient:  s,
		Retryer:     func() aws.Retryer { return fastRetryer() },
	}, s
}

func fastRetryer(optFns ...func(*retry.StandardOptions)) aws.Retryer {
	return retry.NewStandard(append([]func(*retry.StandardOptions){func(o *retry.StandardOptions) {
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	}}, optFns...)...)
}

// instrument instruments cfg for a new agent.
func instrument(t testing.TB, cfg *aws.Config) *csmtest.Agent {
	t.Helper()
	agent := csmtest.Start(t)
	instrumentFor(t, cfg, agent.Reporter())
	return agent
}

func instrumentFor(t testing.TB, cfg *aws.Config, r *csm.Reporter) {
	t.Helper()
	if err := sdkv2.Instrument(cfg, func(o *sdkv2.Options) { o.Reporter = r }); err != nil {
		t.Fatal(err)
	}
}

// wantEvents waits for exactly n events: those that came before a marker's, which
// is sent last.
func wantEvents(t testing.TB, agent *csmtest.Agent, n int) []csm.Event {
	t.Helper()
	agent.Reporter().Publish(&csm.Event{Type: csm.APICall, Service: "marker"})
	events := agent.Wait(n + 1)
	for i, e := range events {
		if e.Service == "marker" {
			events = events[:i]
			break
		}
	}
	if len(events) != n {
		t.Fatalf("%d events came, want %d:%s", len(events), n, list(events))
	}
	return events
}

// mustFail fails the test if err is nil.
func mustFail(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error, want one")
	}
}

var background = context.Background()

// list writes down what ended, and how.
func list(events []csm.Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "\n\t%s %s.%s %+v %+v", e.Type, e.Service, e.API, attemptOutcome(e), callOutcome(e))
	}
	return b.String()
}
