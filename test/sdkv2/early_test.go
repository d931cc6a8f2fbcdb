package sdkv2_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/sdkv2"
)

func TestACallThatFailsBeforeItsFirstAttemptIsToldOf(t *testing.T) {
	canceled, cancel := context.WithCancel(background)
	cancel()
	expired, cancel := context.WithDeadline(background, time.Now().Add(-time.Hour))
	defer cancel()
	denied := "<ErrorResponse>" + xmlError("AccessDenied", "not yours") + "</ErrorResponse>"

	listBuckets := func(ctx context.Context, cfg aws.Config) error {
		_, err := s3.NewFromConfig(cfg).ListBuckets(ctx, nil)
		return err
	}
	tests := []struct {
		name      string
		ctx       context.Context
		change    func(*aws.Config)
		call      func(context.Context, aws.Config) error
		exception string
		message   string // contained in the whole message
		timeout   bool
		exceeded  int64
	}{
		{
			name:      "static credentials that are empty",
			change:    func(cfg *aws.Config) { cfg.Credentials = credentials.NewStaticCredentialsProvider("", "", "") },
			exception: "NoCredentialsError",
			message:   "static credentials are empty",
		},
		{
			name: "a provider that fails",
			change: func(cfg *aws.Config) {
				cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{}, errors.New("no profile has any")
				})
			},
			exception: "NoCredentialsError",
			message:   "no profile has any",
		},
		{
			name: "a provider that has waited in vain",
			change: func(cfg *aws.Config) {
				cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{}, context.DeadlineExceeded
				})
			},
			exception: "NoCredentialsError",
			message:   "deadline exceeded",
			exceeded:  1, // the SDK retries a time-out there, too
		},
		{
			name: "a role that may not be assumed",
			change: func(cfg *aws.Config) {
				other, _ := scriptedConfig(responds(403, denied))
				cfg.Credentials = stscreds.NewAssumeRoleProvider(sts.NewFromConfig(other), "arn:aws:iam::123456789012:role/r")
			},
			exception: "NoCredentialsError",
			message:   "operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: , api error AccessDenied: not yours",
		},
		{
			name: "a container that gives no credentials",
			change: func(cfg *aws.Config) {
				other, _ := scriptedConfig(responds(400, `{"code":"Nope","message":"not yours"}`))
				cfg.Credentials = endpointcreds.New("http://127.0.0.1/", func(o *endpointcreds.Options) { o.HTTPClient = other.HTTPClient })
			},
			exception: "NoCredentialsError",
			message:   "not yours",
		},
		{
			name:      "no region",
			change:    func(cfg *aws.Config) { cfg.Region = "" },
			exception: "MissingRegionError",
		},
		{
			name: "an input that is not valid",
			call: func(ctx context.Context, cfg aws.Config) error {
				_, err := s3.NewFromConfig(cfg).GetObject(ctx, &s3.GetObjectInput{})
				return err
			},
			exception: "InvalidParamsError",
			message:   "GetObjectInput.Bucket",
		},
		{
			name:      "a context that is cancelled already",
			ctx:       canceled,
			exception: "RequestCanceledError",
			message:   "context canceled",
		},
		{
			name:      "a deadline that has passed already",
			ctx:       expired,
			exception: "DeadlineExceeded",
			message:   "context deadline exceeded",
			timeout:   true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, script := scriptedConfig(responds(200, ""))
			if test.change != nil {
				test.change(&cfg)
			}
			ctx, call := background, listBuckets
			if test.ctx != nil {
				ctx = test.ctx
			}
			if test.call != nil {
				call = test.call
			}
			agent := instrument(t, &cfg)
			mustFail(t, call(ctx, cfg))
			if script.sent() != 0 {
				t.Fatal("a request was sent")
			}

			e := wantEvents(t, agent, 1)[0]
			if e.Type != csm.APICall || e.Service != "S3" || e.API == "" || e.Region != cfg.Region {
				t.Errorf("event is %+v", e)
			}
			if got := e.AttemptCount.Or(-1); got != 0 {
				t.Errorf("AttemptCount is %d, want 0", got)
			}
			if got := e.MaxRetriesExceeded.Or(-1); got != test.exceeded {
				t.Errorf("MaxRetriesExceeded is %d, want %d", got, test.exceeded)
			}
			if e.FinalSDKException != test.exception || !strings.Contains(e.FinalSDKExceptionMessage, test.message) {
				t.Errorf("exception is %q: %q, want %q: … %q …", e.FinalSDKException, e.FinalSDKExceptionMessage, test.exception, test.message)
			}
			if e.FinalAWSException != "" {
				t.Errorf("there is an AWS exception, too: %s", e.FinalAWSException)
			}
			if _, known := e.FinalHTTPStatusCode.Get(); known {
				t.Error("there is a status")
			}
			if e.UserAgent != "" {
				t.Errorf("UserAgent is %q", e.UserAgent)
			}
			if got := e.APICallTimeout.Or(0) == 1; got != test.timeout {
				t.Errorf("APICallTimeout is %v, want %v", e.APICallTimeout, test.timeout)
			}
		})
	}
}

func TestCredentialsThatCannotBeRenewedEndACallAfterItsFirstAttempt(t *testing.T) {
	tests := []struct {
		name     string
		err      error
		exceeded int64
	}{
		{"for good", errors.New("the session has ended"), 0},
		{"until no retry is left", context.DeadlineExceeded, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, _ := scriptedConfig(responds(503, slowDown))
			renewals := 0
			cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				if renewals++; renewals > 1 {
					return aws.Credentials{}, test.err
				}
				return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: "secret"}, nil
			})
			agent := instrument(t, &cfg)
			_, err := s3.NewFromConfig(cfg).ListBuckets(background, nil)
			mustFail(t, err)

			events := wantEvents(t, agent, 2)
			if got := attemptOutcome(events[0]); got != throttled {
				t.Errorf("the attempt ended as %+v, want %+v", got, throttled)
			}
			call := callOutcome(events[1])
			if call.awsException != "" || call.sdkException != "NoCredentialsError" || call.status != 503 {
				t.Errorf("the call ended as %+v", call)
			}
			if got := events[1].AttemptCount.Or(-1); got != 1 {
				t.Errorf("AttemptCount is %d, want 1", got)
			}
			if got := events[1].MaxRetriesExceeded.Or(-1); got != test.exceeded {
				t.Errorf("MaxRetriesExceeded is %d, want %d", got, test.exceeded)
			}
		})
	}
}

func TestACallThatIsCancelledWhileItWaitsForCredentials(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	cfg, _ := scriptedConfig(responds(200, ""))
	cfg.Credentials = aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		cancel()
		return aws.Credentials{}, ctx.Err()
	})
	agent := instrument(t, &cfg)
	_, err := s3.NewFromConfig(cfg).ListBuckets(ctx, nil)
	mustFail(t, err)
	if got := wantEvents(t, agent, 1)[0].FinalSDKException; got != "RequestCanceledError" {
		t.Errorf("exception is %s, want RequestCanceledError", got)
	}
}

func TestACallThatIsCancelledDuringAnAttempt(t *testing.T) {
	tests := []struct {
		name      string
		context   func() (context.Context, context.CancelFunc)
		cancel    bool
		exception string
		timeout   csm.Int
	}{
		{
			"cancelled by the program",
			func() (context.Context, context.CancelFunc) { return context.WithCancel(background) },
			true, "RequestCanceledError", csm.Int{},
		},
		{
			"ended by its deadline",
			func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(background, 20*time.Millisecond)
			},
			false, "DeadlineExceeded", csm.Known(1),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := test.context()
			defer cancel()
			cfg, _ := scriptedConfig(hangs(func() {
				if test.cancel {
					cancel()
				}
			}))
			agent := instrument(t, &cfg)
			_, err := s3.NewFromConfig(cfg).ListBuckets(ctx, nil)
			mustFail(t, err)

			events := wantEvents(t, agent, 2)
			attempt, call := attemptOutcome(events[0]), callOutcome(events[1])
			if attempt != call || attempt.sdkException != test.exception || attempt.status != 0 || attempt.awsException != "" {
				t.Errorf("the attempt ended as %+v, the call as %+v, want %s", attempt, call, test.exception)
			}
			if events[1].APICallTimeout != test.timeout {
				t.Errorf("APICallTimeout is %v, want %v", events[1].APICallTimeout, test.timeout)
			}
			if got := events[1].AttemptCount.Or(-1); got != 1 {
				t.Errorf("AttemptCount is %d, want 1", got)
			}
			if got := events[1].MaxRetriesExceeded.Or(-1); got != 0 {
				t.Errorf("MaxRetriesExceeded is %d, want 0", got)
			}
		})
	}
}

func TestACallThatIsCancelledDuringItsBackOff(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	cfg, _ := scriptedConfig(responds(503, slowDown))
	cfg.Retryer = func() aws.Retryer {
		return fastRetryer(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) {
				cancel()
				return time.Hour, nil
			})
		})
	}
	agent := instrument(t, &cfg)
	_, err := s3.NewFromConfig(cfg).ListBuckets(ctx, nil)
	mustFail(t, err)

	events := wantEvents(t, agent, 2)
	if got := attemptOutcome(events[0]); got != throttled {
		t.Errorf("the attempt ended as %+v, want %+v", got, throttled)
	}
	want := outcome{503, "", "", "RequestCanceledError", "request canceled, context canceled"}
	if got := callOutcome(events[1]); got != want {
		t.Errorf("the call ended as %+v, want %+v", got, want)
	}
	if got := events[1].MaxRetriesExceeded.Or(-1); got != 0 {
		t.Errorf("MaxRetriesExceeded is %d, want 0", got)
	}
}

func TestAPresignedRequestIsNoCall(t *testing.T) {
	cfg, script := scriptedConfig(responds(200, ""))
	plain, err := s3.NewPresignClient(s3.NewFromConfig(cfg)).PresignGetObject(background, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	agent := instrument(t, &cfg)
	presigned, err := s3.NewPresignClient(s3.NewFromConfig(cfg)).PresignGetObject(background, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := beforeQuery(presigned.URL), beforeQuery(plain.URL); got != want {
		t.Errorf("URL is %s, want %s", got, want)
	}
	if _, err := s3.NewPresignClient(s3.NewFromConfig(cfg)).PresignPutObject(background, &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("k"), Body: strings.NewReader("x")}); err != nil {
		t.Error(err)
	}
	if _, err := sts.NewPresignClient(sts.NewFromConfig(cfg)).PresignGetCallerIdentity(background, nil); err != nil {
		t.Error(err)
	}
	if script.sent() != 0 {
		t.Error("a request was sent")
	}
	wantEvents(t, agent, 0)
}

func beforeQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
}

func TestInstanceMetadataIsNoService(t *testing.T) {
	cfg, script := scriptedConfig(responds(200, "token", "X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "60"), responds(200, "i-1"))
	agent := instrument(t, &cfg)
	client := imds.NewFromConfig(cfg, appendTo(t, agent.Reporter()))
	if _, err := client.GetMetadata(background, &imds.GetMetadataInput{Path: "instance-id"}); err != nil {
		t.Fatal(err)
	}
	if script.sent() != 2 {
		t.Errorf("%d requests were sent, want 2", script.sent())
	}
	wantEvents(t, agent, 0)
}

// appendTo makes the option of the metadata client, which takes no APIOptions from
// a config.
func appendTo(t *testing.T, r *csm.Reporter) func(*imds.Options) {
	return func(o *imds.Options) {
		if err := sdkv2.AppendMiddlewares(&o.APIOptions, func(o *sdkv2.Options) { o.Reporter = r }); err != nil {
			t.Error(err)
		}
	}
}

func TestCredentialsOfAContainerAreNoCallOfTheirOwn(t *testing.T) {
	for _, when := range []string{"inside a call", "alone"} {
		t.Run(when, func(t *testing.T) {
			cfg, _ := scriptedConfig(responds(200, ""))
			other, script := scriptedConfig(responds(200, `{"AccessKeyId":"`+accessKey+`","SecretAccessKey":"s","Token":"t","Expiration":"2999-01-01T00:00:00Z"}`))
			agent := instrument(t, &cfg)
			provider := endpointcreds.New("http://127.0.0.1/", func(o *endpointcreds.Options) {
				o.HTTPClient = other.HTTPClient
				o.APIOptions = cfg.APIOptions // as if the config had been instrumented before
			})
			if when == "alone" {
				if _, err := provider.Retrieve(background); err != nil {
					t.Fatal(err)
				}
				wantEvents(t, agent, 0)
				return
			}
			cfg.Credentials = provider
			if _, err := s3.NewFromConfig(cfg).ListBuckets(background, nil); err != nil {
				t.Fatal(err)
			}
			if script.sent() == 0 {
				t.Error("no credentials were asked for")
			}
			events := wantEvents(t, agent, 2)
			if events[0].API != "ListBuckets" || events[1].API != "ListBuckets" || events[0].AccessKey != accessKey {
				t.Errorf("events are %s", list(events))
			}
		})
	}
}

func TestCredentialsThatAContainerRefusesAreMissing(t *testing.T) {
	cfg, _ := scriptedConfig(responds(200, ""))
	other, _ := scriptedConfig(responds(400, `{"code":"Nope","message":"not yours"}`))
	agent := instrument(t, &cfg)
	cfg.Credentials = endpointcreds.New("http://127.0.0.1/", func(o *endpointcreds.Options) {
		o.HTTPClient = other.HTTPClient
		o.APIOptions = cfg.APIOptions
	})
	_, err := s3.NewFromConfig(cfg).ListBuckets(background, nil)
	mustFail(t, err)
	if e := wantEvents(t, agent, 1)[0]; e.API != "ListBuckets" || e.FinalSDKException != "NoCredentialsError" {
		t.Errorf("event is %+v", e)
	}
}

func TestARoleThatIsAssumedByAnInstrumentedClientIsACall(t *testing.T) {
	const assumed = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
	cfg, _ := scriptedConfig(responds(200, assumed), responds(200, ""))
	agent := instrument(t, &cfg)
	cfg.Credentials = stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), "arn:aws:iam::123456789012:role/r")
	if _, err := s3.NewFromConfig(cfg).ListBuckets(background, nil); err != nil {
		t.Fatal(err)
	}
	events := wantEvents(t, agent, 4)
	for i, want := range []string{"STS AssumeRole " + accessKey, "STS AssumeRole ", "S3 ListBuckets ASIAIOSFODNN7EXAMPLE", "S3 ListBuckets "} {
		if got := events[i].Service + " " + events[i].API + " " + events[i].AccessKey; got != want {
			t.Errorf("event %d is %q, want %q", i, got, want)
		}
	}
}

func TestTheTimeToGetCredentialsIsNotTheAttempts(t *testing.T) {
	const wait = 50 * time.Millisecond
	cfg, _ := scriptedConfig(responds(200, ""))
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		<-time.After(wait)
		return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: "secret"}, nil
	})
	agent := instrument(t, &cfg)
	if _, err := s3.NewFromConfig(cfg).ListBuckets(background, nil); err != nil {
		t.Fatal(err)
	}
	events := wantEvents(t, agent, 2)
	attempt, call := events[0], events[1]
	if got := attempt.Timestamp.Sub(call.Timestamp); got < wait-time.Millisecond {
		t.Errorf("the attempt began %v after the call, want at least %v", got, wait)
	}
	if got := call.Latency.Or(0) - attempt.AttemptLatency.Or(0); got < wait.Milliseconds()-1 {
		t.Errorf("the call took %d ms longer than its attempt, want at least %v", got, wait)
	}
}
