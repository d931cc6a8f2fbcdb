package csm_test

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/credentials"
	sdkcsm "github.com/aws/aws-sdk-go/aws/csm"
	"github.com/aws/aws-sdk-go/aws/request"
	"github.com/aws/aws-sdk-go/service/dynamodb"

	core "github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
	"github.com/go-csm/csm/sdkv1/csm"
)

// The exported names and their types are those of the SDK's own package.
var (
	_ func(string, string) (*csm.Reporter, error) = csm.Start
	_ func() *csm.Reporter                        = csm.Get
	_ func(string, string) string                 = csm.AddressWithDefaults
	_ int                                         = csm.MetricsChannelSize
	_ interface {
		Pause()
		Continue()
		InjectHandlers(*request.Handlers)
	} = (*sdkcsm.Reporter)(nil)
	_ interface {
		Pause()
		Continue()
		InjectHandlers(*request.Handlers)
	} = (*csm.Reporter)(nil)
)

func TestConstantsAreThoseOfTheSDK(t *testing.T) {
	want(t, "DefaultHost", csm.DefaultHost, sdkcsm.DefaultHost)
	want(t, "DefaultPort", csm.DefaultPort, sdkcsm.DefaultPort)
	want(t, "APICallMetricHandlerName", csm.APICallMetricHandlerName, sdkcsm.APICallMetricHandlerName)
	want(t, "APICallAttemptMetricHandlerName", csm.APICallAttemptMetricHandlerName, sdkcsm.APICallAttemptMetricHandlerName)
	want(t, "MetricsChannelSize", csm.MetricsChannelSize, sdkcsm.MetricsChannelSize)
}

func TestNilReporter(t *testing.T) {
	var handlers request.Handlers
	r := csm.FromReporter(nil)
	want(t, "FromReporter(nil)", r, nil)
	r.Pause()
	r.Continue()
	r.InjectHandlers(&handlers)
	want(t, "handlers are empty", handlers.IsEmpty(), true)
}

func TestStart(t *testing.T) {
	if r := csm.Get(); r != nil {
		t.Errorf("Get before Start is %v", r)
	}
	agent := csmtest.Start(t)
	r, err := csm.Start("app", agent.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { core.Get().Close() })
	again, err := csm.Start("app", agent.Address())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "Start again", again, r)
	want(t, "Get", csm.Get(), r)

	for name, start := range map[string]func(){
		"other client": func() { _, _ = csm.Start("other", agent.Address()) },
		"127.0.0.1:9":  func() { _, _ = csm.Start("app", "127.0.0.1:9") },
	} {
		func() {
			defer func() {
				message := fmt.Sprint(recover())
				for _, value := range []string{strings.TrimSuffix(name, " client"), "app"} {
					if name == "127.0.0.1:9" && value == "app" {
						value = agent.Address()
					}
					if !strings.Contains(message, value) {
						t.Errorf("Start with %s panics with %q, which does not name %q", name, message, value)
					}
				}
			}()
			start()
		}()
	}
}

func TestPauseAndContinue(t *testing.T) {
	agent := csmtest.Start(t)
	sess := newSession(t, agent, serve(t, ok).URL)
	r := csm.FromReporter(agent.Reporter())
	r.InjectHandlers(&sess.Handlers)
	svc := dynamodb.New(sess)
	for _, action := range []func(){r.Continue, r.Pause, r.Pause, r.Continue, r.Pause, r.Continue, r.Continue} {
		action()
	}
	_, _ = svc.ListTables(&dynamodb.ListTablesInput{})
	agent.WantCalls("DynamoDB.ListTables")
	r.Pause()
	_, _ = svc.ListTables(&dynamodb.ListTablesInput{})
	r.Continue()
	_, _ = svc.DescribeTable(&dynamodb.DescribeTableInput{TableName: aws.String("table")})
	agent.WantCalls("DynamoDB.ListTables", "DynamoDB.DescribeTable")
}

func TestEachEventOnce(t *testing.T) {
	for name, inject := range map[string]func(r *csm.Reporter, sdk *sdkcsm.Reporter, h *request.Handlers){
		"injected twice": func(r *csm.Reporter, _ *sdkcsm.Reporter, h *request.Handlers) {
			r.InjectHandlers(h)
			r.InjectHandlers(h)
		},
		"injected over the SDK's own": func(r *csm.Reporter, sdk *sdkcsm.Reporter, h *request.Handlers) {
			sdk.InjectHandlers(h)
			sdk.InjectHandlers(h)
			r.InjectHandlers(h)
		},
		"of two reporters, the last": func(r *csm.Reporter, _ *sdkcsm.Reporter, h *request.Handlers) {
			csm.FromReporter(&core.Reporter{}).InjectHandlers(h)
			r.InjectHandlers(h)
		},
	} {
		t.Run(name, func(t *testing.T) {
			agent := csmtest.Start(t)
			sdk, err := sdkcsm.Start("sdk", sdkAddress(t))
			if err != nil {
				t.Fatal(err)
			}
			sess := newSession(t, agent, serve(t, ok).URL)
			inject(csm.FromReporter(agent.Reporter()), sdk, &sess.Handlers)
			svc := dynamodb.New(sess)
			_, _ = svc.ListTables(&dynamodb.ListTablesInput{})
			_, _ = svc.DescribeTable(&dynamodb.DescribeTableInput{TableName: aws.String("table")})
			agent.WantCalls("DynamoDB.ListTables", "DynamoDB.DescribeTable")
			want(t, "events", len(agent.Events()), 4)
		})
	}
}

// sdkAddress is the address that the SDK's own reporter sends to, in this process
// the same each time.
var sdkAddress = func() func(*testing.T) string {
	var once sync.Once
	var conn net.PacketConn
	return func(t *testing.T) string {
		once.Do(func() {
			var err error
			if conn, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
		})
		return conn.LocalAddr().String()
	}
}()

func TestSessionTokenOnlyIfAskedFor(t *testing.T) {
	for _, send := range []bool{false, true} {
		t.Run(fmt.Sprint(send), func(t *testing.T) {
			conn, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			r, err := core.New(core.Options{Address: conn.LocalAddr().String(), SendSessionToken: send})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			sess := newSession(t, csmtest.Start(t), serve(t, ok).URL)
			sess.Config.Credentials = credentials.NewStaticCredentials(accessKey, "secret", "TOKEN")
			csm.FromReporter(r).InjectHandlers(&sess.Handlers)
			_, _ = dynamodb.New(sess).ListTables(&dynamodb.ListTablesInput{})

			if err := conn.SetReadDeadline(time.Now().Add(csmtest.Timeout)); err != nil {
				t.Fatal(err)
			}
			b := make([]byte, core.MaxDatagram)
			n, _, err := conn.ReadFrom(b)
			if err != nil {
				t.Fatal(err)
			}
			want(t, "the token is sent", bytes.Contains(b[:n], []byte(`"SessionToken":"TOKEN"`)), send)
		})
	}
}

func TestEverythingAtOnce(t *testing.T) {
	agent := csmtest.Start(t)
	r, err := csm.Start("app", agent.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { core.Get().Close() })
	sess := newSession(t, agent, serve(t, down, ok, throttled, ok).URL)
	r.InjectHandlers(&sess.Handlers)
	svc := dynamodb.New(sess)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 20 {
				switch (i + j) % 4 {
				case 0:
					r.Pause()
				case 1:
					r.Continue()
				case 2:
					if again, err := csm.Start("app", agent.Address()); err != nil || again != r || csm.Get() != r {
						t.Errorf("Start again: %v, %v; Get: %v", again, err, csm.Get())
					}
				}
				_, _ = svc.ListTables(&dynamodb.ListTablesInput{})
			}
		})
	}
	wg.Wait()
	s := core.Get().Stats()
	want(t, "events lost but for the pauses", s.Lost(), s.Paused)
	agent.Wait(int(s.Sent))

	r.Continue()
	_, _ = svc.ListTables(&dynamodb.ListTablesInput{})
	agent.Wait(int(s.Sent) + 2)
}
