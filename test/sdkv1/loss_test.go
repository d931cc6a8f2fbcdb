package sdkv1

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/dynamodb"

	core "github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/sdkv1/csm"
)

// answer is a transport that answers at once, without a network.
type answer string

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"X-Amzn-Requestid": {"ID"}},
		Body:       io.NopCloser(strings.NewReader(string(a))),
	}, nil
}

// Of many calls from several goroutines, no event is lost.
func TestNoEventIsLost(t *testing.T) {
	const goroutines, calls = 8, 100_000
	l, err := agent.Listen("127.0.0.1:0", agent.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var events atomic.Int64
	served := make(chan error)
	go func() { served <- l.Serve(func(*core.Event) { events.Add(1) }) }()

	r, err := core.New(core.Options{Address: l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	sess, err := session.NewSession(&aws.Config{
		Region:      aws.String("eu-west-1"),
		Credentials: credentials.NewStaticCredentials("AKIAIOSFODNN7EXAMPLE", "secret", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	csm.FromReporter(r).InjectHandlers(&sess.Handlers)
	svc := dynamodb.New(sess, &aws.Config{HTTPClient: &http.Client{Transport: answer(`{"TableNames":[]}`)}})
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range calls / goroutines {
				if _, err := svc.ListTables(&dynamodb.ListTablesInput{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	if s := r.Stats(); s != (core.Stats{Sent: 2 * calls}) {
		t.Errorf("the client counts %+v, want %d sent", s, 2*calls)
	}
	if got := events.Load(); got != 2*calls {
		t.Errorf("%d of %d events came; the listener counts %+v", got, 2*calls, l.Stats())
	}
}
