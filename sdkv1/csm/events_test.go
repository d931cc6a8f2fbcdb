package csm_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/client"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/request"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/dynamodb"
	"github.com/aws/aws-sdk-go/service/iam"
	"github.com/aws/aws-sdk-go/service/s3"

	core "github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
	"github.com/go-csm/csm/sdkv1/csm"
)

const accessKey = "AKIAIOSFODNN7EXAMPLE"

// A reply is one answer of a scripted service.
type reply struct {
	status int
	header map[string]string
	body   string
}

var (
	ok        = reply{200, map[string]string{"X-Amzn-Requestid": "ID-OK"}, `{"TableNames":[]}`}
	badInput  = reply{400, map[string]string{"X-Amzn-Requestid": "ID-400"}, `{"__type":"x#ValidationException","message":"no such thing"}`}
	throttled = reply{400, nil, `{"__type":"x#ThrottlingException","message":"slower"}`}
	down      = reply{503, nil, `{"__type":"x#ServiceUnavailable","message":"later"}`}
)

// serve answers requests with the replies, one after the other, and with the last
// one from then on.
func serve(t *testing.T, replies ...reply) *httptest.Server {
	t.Helper()
	next := make(chan reply, len(replies))
	for _, r := range replies {
		next <- r
	}
	last := replies[len(replies)-1]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		answer := last
		select {
		case answer = <-next:
		default:
		}
		for k, v := range answer.header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, answer.body)
	}))
	t.Cleanup(server.Close)
	return server
}

// newSession is a session that sends to the agent, with retries that do not wait.
func newSession(t *testing.T, agent *csmtest.Agent, endpoint string) *session.Session {
	t.Helper()
	sess, err := session.NewSession(request.WithRetryer(&aws.Config{
		Endpoint:         aws.String(endpoint),
		Region:           aws.String("eu-west-1"),
		Credentials:      credentials.NewStaticCredentials(accessKey, "secret", ""),
		S3ForcePathStyle: aws.Bool(true),
		SleepDelay:       func(time.Duration) {},
		HTTPClient:       &http.Client{Transport: &http.Transport{}},
	}, client.DefaultRetryer{NumMaxRetries: 2}))
	if err != nil {
		t.Fatal(err)
	}
	csm.FromReporter(agent.Reporter()).InjectHandlers(&sess.Handlers)
	return sess
}

func TestEventsOfASuccess(t *testing.T) {
	agent := csmtest.Start(t)
	svc := dynamodb.New(newSession(t, agent, serve(t, ok).URL))
	before := time.Now().Truncate(time.Millisecond)
	for range 2 {
		if _, err := svc.ListTables(&dynamodb.ListTablesInput{}); err != nil {
			t.Fatal(err)
		}
	}
	events := agent.Wait(4)
	for i, e := range events {
		if e.Service != "DynamoDB" || e.API != "ListTables" || e.Region != "eu-west-1" || e.ClientID != t.Name() {
			t.Errorf("event %d is of %s.%s in %s by %s", i, e.Service, e.API, e.Region, e.ClientID)
		}
		if !strings.HasPrefix(e.UserAgent, "aws-sdk-go/") {
			t.Errorf("event %d: user agent %q", i, e.UserAgent)
		}
		if e.Timestamp.Before(before) || e.Timestamp.After(time.Now()) {
			t.Errorf("event %d: timestamp %v is not within the test, which began at %v", i, e.Timestamp, before)
		}
	}
	a, c := events[0], events[1]
	if a.Type != core.APICallAttempt || c.Type != core.APICall {
		t.Fatalf("types %s, %s; want the attempt, then the call", a.Type, c.Type)
	}
	if a.Timestamp.Before(c.Timestamp) {
		t.Errorf("attempt began at %v, before its call at %v", a.Timestamp, c.Timestamp)
	}
	want(t, "AccessKey", a.AccessKey, accessKey)
	want(t, "HttpStatusCode", a.HTTPStatusCode, core.Known(200))
	want(t, "XAmznRequestId", a.XAmznRequestID, "ID-OK")
	want(t, "XAmzRequestId", a.XAmzRequestID, "")
	want(t, "DestinationIp", a.DestinationIP, "127.0.0.1")
	want(t, "Fqdn", a.FQDN, strings.TrimPrefix(svc.Endpoint, "http://"))
	want(t, "ConnectionReused", a.ConnectionReused, core.Flag(false))
	want(t, "ConnectionReused of the second call", events[2].ConnectionReused, core.Flag(true))
	for name, latency := range map[string]core.Int{
		"AttemptLatency": a.AttemptLatency, "AcquireConnectionLatency": a.AcquireConnectionLatency,
		"ConnectLatency": a.ConnectLatency, "TcpLatency": a.TCPLatency, "RequestLatency": a.RequestLatency,
		"Latency": c.Latency,
	} {
		if _, known := latency.Get(); !known {
			t.Errorf("%s is not known", name)
		}
	}
	for name, latency := range map[string]core.Int{
		"DnsLatency": a.DNSLatency, "SslLatency": a.SSLLatency,
		"ConnectLatency of a used connection": events[2].ConnectLatency,
	} {
		if n, known := latency.Get(); known {
			t.Errorf("%s is %d, and did not take place", name, n)
		}
	}
	want(t, "AttemptCount", c.AttemptCount, core.Known(1))
	want(t, "MaxRetriesExceeded", c.MaxRetriesExceeded, core.Flag(false))
	want(t, "FinalHttpStatusCode", c.FinalHTTPStatusCode, core.Known(200))
	want(t, "exceptions", a.AWSException+a.SDKException+c.FinalAWSException+c.FinalSDKException, "")
}

func want[T comparable](t *testing.T, name string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}

// An outcome is what the events of a call tell of how it went.
type outcome struct {
	attempts []string // of each, "200" or "400 ValidationException: no such thing", SDK exceptions in brackets
	final    string   // the same of the call
	count    int
	exceeded int64
}

func outcomeOf(events []core.Event) (o outcome) {
	text := func(status core.Int, aws, sdk, message string) string {
		s := "-"
		if n, known := status.Get(); known {
			s = http.StatusText(int(n))
		}
		if aws != "" {
			s += " " + aws + ", " + message
		}
		if sdk != "" {
			s += " [" + sdk + ", " + message + "]"
		}
		return s
	}
	for _, e := range events {
		if e.Type == core.APICallAttempt {
			o.attempts = append(o.attempts, text(e.HTTPStatusCode, e.AWSException, e.SDKException, e.AWSExceptionMessage+e.SDKExceptionMessage))
			continue
		}
		o.final = text(e.FinalHTTPStatusCode, e.FinalAWSException, e.FinalSDKException, e.FinalAWSExceptionMessage+e.FinalSDKExceptionMessage)
		o.count = int(e.AttemptCount.Or(-1))
		o.exceeded = e.MaxRetriesExceeded.Or(-1)
	}
	return o
}

func TestOutcomes(t *testing.T) {
	const (
		validation  = "Bad Request ValidationException, ValidationException: no such thing"
		unavailable = "Service Unavailable ServiceUnavailable, ServiceUnavailable: later"
		slower      = "Bad Request ThrottlingException, ThrottlingException: slower"
	)
	for _, test := range []struct {
		name    string
		replies []reply
		want    outcome
	}{
		{"a success", []reply{ok}, outcome{[]string{"OK"}, "OK", 1, 0}},
		{"an error of the service", []reply{badInput}, outcome{[]string{validation}, validation, 1, 0}},
		{"a retry that succeeds", []reply{down, ok}, outcome{[]string{unavailable, "OK"}, "OK", 2, 0}},
		{"a success with the last retry", []reply{down, throttled, ok}, outcome{[]string{unavailable, slower, "OK"}, "OK", 3, 0}},
		{"retries used up", []reply{down}, outcome{[]string{unavailable, unavailable, unavailable}, unavailable, 3, 1}},
		{"retries that end with another error", []reply{down, badInput}, outcome{[]string{unavailable, validation}, validation, 2, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			agent := csmtest.Start(t)
			svc := dynamodb.New(newSession(t, agent, serve(t, test.replies...).URL))
			_, _ = svc.ListTables(&dynamodb.ListTablesInput{})
			got := outcomeOf(agent.Wait(len(test.want.attempts) + 1))
			if strings.Join(got.attempts, "\n") != strings.Join(test.want.attempts, "\n") {
				t.Errorf("attempts\n%s\nwant\n%s", strings.Join(got.attempts, "\n"), strings.Join(test.want.attempts, "\n"))
			}
			want(t, "final outcome", got.final, test.want.final)
			want(t, "AttemptCount", got.count, test.want.count)
			want(t, "MaxRetriesExceeded", got.exceeded, test.want.exceeded)
		})
	}
}

func TestResponseThatIsNone(t *testing.T) {
	agent := csmtest.Start(t)
	svc := dynamodb.New(newSession(t, agent, serve(t, reply{200, nil, `{"TableNames":`}, ok).URL))
	_, _ = svc.ListTables(&dynamodb.ListTablesInput{})
	e := agent.Wait(1)[0]
	want(t, "SdkException", e.SDKException, "SerializationError")
	want(t, "AwsException", e.AWSException, "")
	want(t, "HttpStatusCode", e.HTTPStatusCode, core.Known(200))
}

func TestRequestIDsOfS3(t *testing.T) {
	agent := csmtest.Start(t)
	svc := s3.New(newSession(t, agent, serve(t, reply{404, map[string]string{
		"X-Amz-Request-Id": "S3ID", "X-Amz-Id-2": "HOST",
	}, `<Error><Code>NoSuchKey</Code><Message>not there</Message></Error>`}).URL))
	_, _ = svc.GetObject(&s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
	events := agent.Wait(2)
	want(t, "XAmzRequestId", events[0].XAmzRequestID, "S3ID")
	want(t, "XAmzId2", events[0].XAmzID2, "HOST")
	want(t, "XAmznRequestId", events[0].XAmznRequestID, "")
	want(t, "AwsExceptionMessage", events[0].AWSExceptionMessage, "NoSuchKey: not there")
	want(t, "FinalAwsExceptionMessage", events[1].FinalAWSExceptionMessage, "NoSuchKey: not there")
}

func TestNobodyThere(t *testing.T) {
	agent := csmtest.Start(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	svc := dynamodb.New(newSession(t, agent, "http://"+l.Addr().String()))
	_, _ = svc.ListTables(&dynamodb.ListTablesInput{})
	events := agent.Wait(4)
	for _, e := range events[:3] {
		want(t, "SdkException", e.SDKException, "RequestError")
		if !strings.HasPrefix(e.SDKExceptionMessage, "RequestError: send request failed") || !strings.Contains(e.SDKExceptionMessage, "refused") {
			t.Errorf("SdkExceptionMessage is %q", e.SDKExceptionMessage)
		}
		want(t, "HttpStatusCode", e.HTTPStatusCode, core.Int{})
		want(t, "DestinationIp", e.DestinationIP, "")
	}
	c := events[3]
	want(t, "FinalSdkException", c.FinalSDKException, "RequestError")
	want(t, "FinalHttpStatusCode", c.FinalHTTPStatusCode, core.Int{})
	want(t, "MaxRetriesExceeded", c.MaxRetriesExceeded, core.Flag(true))
	want(t, "AttemptCount", c.AttemptCount, core.Known(3))
}

func TestCallsThatNeverLeave(t *testing.T) {
	for name, test := range map[string]struct {
		call func(*session.Session) error
		code string
	}{
		"bad parameters": {func(s *session.Session) error {
			_, err := dynamodb.New(s).DescribeTable(&dynamodb.DescribeTableInput{})
			return err
		}, "InvalidParameter"},
		"no credentials": {func(s *session.Session) error {
			none := credentials.NewCredentials(&credentials.StaticProvider{})
			_, err := dynamodb.New(s, &aws.Config{Credentials: none}).ListTables(&dynamodb.ListTablesInput{})
			return err
		}, "EmptyStaticCreds"},
		"no region": {func(s *session.Session) error {
			_, err := dynamodb.New(s, &aws.Config{Region: aws.String("")}).ListTables(&dynamodb.ListTablesInput{})
			return err
		}, "MissingRegion"},
	} {
		t.Run(name, func(t *testing.T) {
			agent := csmtest.Start(t)
			if err := test.call(newSession(t, agent, serve(t, ok).URL)); err == nil {
				t.Fatal("no error")
			}
			e := agent.Wait(1)[0]
			want(t, "Type", e.Type, core.APICall)
			want(t, "AttemptCount", e.AttemptCount, core.Known(0))
			want(t, "FinalSdkException", e.FinalSDKException, test.code)
			want(t, "FinalAwsException", e.FinalAWSException, "")
			want(t, "FinalHttpStatusCode", e.FinalHTTPStatusCode, core.Int{})
			want(t, "MaxRetriesExceeded", e.MaxRetriesExceeded, core.Flag(false))
		})
	}
}

// A deadline is a context whose deadline passes when the test wants it.
type deadline struct {
	context.Context
	passed chan struct{}
}

func (d deadline) Done() <-chan struct{} { return d.passed }

func (d deadline) Err() error {
	select {
	case <-d.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestDeadlineDuringAnAttempt(t *testing.T) {
	agent := csmtest.Start(t)
	ctx := deadline{t.Context(), make(chan struct{})}
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(ctx.passed)
		<-release
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	_, _ = dynamodb.New(newSession(t, agent, server.URL)).ListTablesWithContext(ctx, &dynamodb.ListTablesInput{})
	events := agent.Wait(2)
	want(t, "SdkException", events[0].SDKException, "RequestCanceled")
	want(t, "FinalSdkException", events[1].FinalSDKException, "RequestCanceled")
	want(t, "ApiCallTimeout", events[1].APICallTimeout, core.Flag(true))
}

func TestCancelDuringBackOff(t *testing.T) {
	agent := csmtest.Start(t)
	sess := newSession(t, agent, serve(t, down).URL)
	ctx, cancel := context.WithCancel(t.Context())
	sess.Config.SleepDelay = nil
	sess.Handlers.Retry.PushBack(func(*request.Request) { cancel() })
	_, _ = dynamodb.New(sess).ListTablesWithContext(ctx, &dynamodb.ListTablesInput{})
	events := agent.Wait(2)
	want(t, "AwsException", events[0].AWSException, "ServiceUnavailable")
	want(t, "FinalSdkException", events[1].FinalSDKException, "RequestCanceled")
	want(t, "FinalAwsException", events[1].FinalAWSException, "")
	want(t, "FinalHttpStatusCode", events[1].FinalHTTPStatusCode, core.Known(503))
	want(t, "ApiCallTimeout", events[1].APICallTimeout, core.Int{})
}

func TestCredentialsThatFailBeforeARetry(t *testing.T) {
	agent := csmtest.Start(t)
	sess := newSession(t, agent, serve(t, down).URL)
	provider := &credentials.StaticProvider{Value: credentials.Value{AccessKeyID: accessKey, SecretAccessKey: "s"}}
	sess.Config.Credentials = credentials.NewCredentials(provider)
	sess.Handlers.Retry.PushBack(func(r *request.Request) {
		provider.Value = credentials.Value{}
		r.Config.Credentials.Expire()
	})
	_, _ = dynamodb.New(sess).ListTables(&dynamodb.ListTablesInput{})
	c := agent.Wait(2)[1]
	want(t, "AttemptCount", c.AttemptCount, core.Known(1))
	want(t, "FinalSdkException", c.FinalSDKException, "EmptyStaticCreds")
	want(t, "FinalHttpStatusCode", c.FinalHTTPStatusCode, core.Known(503))
	want(t, "MaxRetriesExceeded", c.MaxRetriesExceeded, core.Flag(false))
}

func TestAnonymousRequest(t *testing.T) {
	agent := csmtest.Start(t)
	sess := newSession(t, agent, serve(t, ok).URL)
	sess.Config.Credentials = credentials.AnonymousCredentials
	_, _ = dynamodb.New(sess).ListTables(&dynamodb.ListTablesInput{})
	want(t, "AccessKey", agent.Wait(2)[0].AccessKey, "")
}

func TestRegionIsTheSigningRegion(t *testing.T) {
	agent := csmtest.Start(t)
	sess := newSession(t, agent, serve(t, reply{400, nil, ""}).URL)
	sess.Config.Endpoint = nil // IAM's own, which signs for us-east-1
	sess.Handlers.Send.Clear()
	sess.Handlers.Send.PushBack(func(r *request.Request) {
		r.HTTPResponse = &http.Response{StatusCode: http.StatusBadRequest, Body: http.NoBody}
	})
	_, _ = iam.New(sess).ListUsers(&iam.ListUsersInput{})
	for _, e := range agent.Wait(2) {
		want(t, "Region of "+string(e.Type), e.Region, "us-east-1")
	}
}

func TestPresignedRequestSendsNothing(t *testing.T) {
	agent := csmtest.Start(t)
	svc := s3.New(newSession(t, agent, serve(t, ok).URL))
	req, _ := svc.GetObjectRequest(&s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
	if _, err := req.Presign(time.Minute); err != nil {
		t.Fatal(err)
	}
	_, _ = svc.ListBuckets(&s3.ListBucketsInput{})
	agent.WantCalls("S3.ListBuckets")
	if n := len(agent.Events()); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
}

func TestRequestSentAgain(t *testing.T) {
	agent := csmtest.Start(t)
	svc := s3.New(newSession(t, agent, serve(t, reply{200, nil, "<ListAllMyBucketsResult/>"}).URL))
	req, _ := svc.ListBucketsRequest(&s3.ListBucketsInput{})
	for range 2 {
		if err := req.Send(); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "AttemptCount", agent.Wait(4)[3].AttemptCount, core.Known(1))
}

// Programs give each attempt a context, with a deadline or a span of its own.
func TestContextsOfAttempts(t *testing.T) {
	type key struct{}
	for name, parent := range map[string]func(*request.Request) context.Context{
		"made of the HTTP request's": func(r *request.Request) context.Context { return context.WithoutCancel(r.HTTPRequest.Context()) },
		"made of the request's":      func(r *request.Request) context.Context { return r.Context() },
	} {
		t.Run(name, func(t *testing.T) {
			agent := csmtest.Start(t)
			sess := newSession(t, agent, serve(t, down, down, ok).URL)
			var cancel context.CancelFunc
			n := 0
			sess.Handlers.Sign.PushFront(func(r *request.Request) {
				n++
				var ctx context.Context
				ctx, cancel = context.WithCancel(context.WithValue(parent(r), key{}, n))
				r.HTTPRequest = r.HTTPRequest.WithContext(ctx)
			})
			sess.Handlers.CompleteAttempt.PushBack(func(r *request.Request) {
				want(t, "attempt in the context", r.HTTPRequest.Context().Value(key{}), any(n))
				cancel()
			})
			if _, err := dynamodb.New(sess).ListTables(&dynamodb.ListTablesInput{}); err != nil {
				t.Error(err)
			}
			want(t, "AttemptCount", agent.WaitCalls(1)[0].AttemptCount, core.Known(3))
		})
	}
}

func TestNoRetries(t *testing.T) {
	agent := csmtest.Start(t)
	sess := newSession(t, agent, serve(t, down).URL)
	_, _ = dynamodb.New(sess, request.WithRetryer(&aws.Config{}, client.DefaultRetryer{NumMaxRetries: 0})).ListTables(&dynamodb.ListTablesInput{})
	_, _ = dynamodb.New(newSession(t, agent, serve(t, badInput).URL)).ListTables(&dynamodb.ListTablesInput{})
	calls := agent.WaitCalls(2)
	want(t, "AttemptCount", calls[0].AttemptCount, core.Known(1))
	want(t, "MaxRetriesExceeded", calls[0].MaxRetriesExceeded, core.Flag(true))
	want(t, "MaxRetriesExceeded of another error", calls[1].MaxRetriesExceeded, core.Flag(false))
}
