package sdkv2_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func TestAStreamAsBodyIsSignedAsItIsSent(t *testing.T) {
	cfg, _ := scriptedConfig(responds(200, ""))
	agent := instrument(t, &cfg)
	_, err := s3.NewFromConfig(cfg).PutObject(background, &s3.PutObjectInput{
		Bucket: aws.String("b"), Key: aws.String("k"), Body: io.MultiReader(strings.NewReader("abc")), ContentLength: aws.Int64(3),
	})
	if err != nil {
		t.Fatal(err)
	}
	attempt := wantEvents(t, agent, 2)[0]
	if attempt.AccessKey != accessKey || attempt.Region != "eu-central-1" || attempt.UserAgent == "" || attempt.FQDN == "" {
		t.Errorf("attempt is %+v", attempt)
	}
}

func TestAnUnsignedRequestHasNoAccessKey(t *testing.T) {
	cfg, _ := scriptedConfig(responds(200, ""))
	cfg.Credentials = aws.AnonymousCredentials{}
	agent := instrument(t, &cfg)
	if _, err := s3.NewFromConfig(cfg).ListBuckets(background, nil); err != nil {
		t.Fatal(err)
	}
	events := wantEvents(t, agent, 2)
	if events[0].AccessKey != "" || events[0].Region != "eu-central-1" || events[1].Region != "eu-central-1" {
		t.Errorf("events are %+v", events)
	}
}

func TestTheRegionIsTheOneThatWasSignedFor(t *testing.T) {
	cfg, _ := scriptedConfig(responds(200, ""))
	agent := instrument(t, &cfg)
	_, err := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UseARNRegion = true }).GetObject(background, &s3.GetObjectInput{
		Bucket: aws.String("arn:aws:s3:us-west-2:123456789012:accesspoint/point"), Key: aws.String("k"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range wantEvents(t, agent, 2) {
		if e.Region != "us-west-2" {
			t.Errorf("%s has region %q, want us-west-2", e.Type, e.Region)
		}
	}
}

func TestASignatureForSeveralRegionsHasNone(t *testing.T) {
	cfg, _ := scriptedConfig(responds(200, ""))
	agent := instrument(t, &cfg)
	_, err := s3.NewFromConfig(cfg).GetObject(background, &s3.GetObjectInput{
		Bucket: aws.String("arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"), Key: aws.String("k"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range wantEvents(t, agent, 2) {
		if e.Region != "eu-central-1" {
			t.Errorf("%s has region %q, want that of the client", e.Type, e.Region)
		}
	}
}

func TestAnUploadInPartsIsSeveralCalls(t *testing.T) {
	const part = 5 << 20
	cfg := serve(t, gofakes3.New(s3mem.New(), gofakes3.WithLogger(gofakes3.DiscardLog())).Server(), (*httptest.Server).Start)
	agent := instrument(t, &cfg)
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.CreateBucket(background, &s3.CreateBucketInput{Bucket: aws.String("bucket")}); err != nil {
		t.Fatal(err)
	}
	manager := transfermanager.New(client, func(o *transfermanager.Options) {
		o.PartSizeBytes, o.MultipartUploadThreshold = part, part
	})
	_, err := manager.UploadObject(background, &transfermanager.UploadObjectInput{
		Bucket: aws.String("bucket"), Key: aws.String("k"), Body: bytes.NewReader(make([]byte, 2*part+1)),
	})
	if err != nil {
		t.Fatal(err)
	}
	agent.WaitCalls(6)
	count := make(map[string]int)
	for _, e := range agent.Events() {
		count[string(e.Type)+" "+e.API]++
	}
	for what, want := range map[string]int{
		"ApiCall CreateMultipartUpload": 1, "ApiCallAttempt CreateMultipartUpload": 1,
		"ApiCall UploadPart": 3, "ApiCallAttempt UploadPart": 3,
		"ApiCall CompleteMultipartUpload": 1, "ApiCallAttempt CompleteMultipartUpload": 1,
	} {
		if count[what] != want {
			t.Errorf("%d events %s, want %d", count[what], what, want)
		}
	}
}

func TestABidirectionalStreamIsACall(t *testing.T) {
	answer := responds(200, "", "Content-Type", "application/vnd.amazon.eventstream", "X-Amzn-Requestid", "r-1")
	cfg, _ := scriptedConfig(func(r *http.Request) (*http.Response, error) {
		response, err := answer(r)
		response.Proto, response.ProtoMajor, response.ProtoMinor = "HTTP/2.0", 2, 0 // or the SDK fails, at some time
		return response, err
	})
	agent := instrument(t, &cfg)
	out, err := bedrockruntime.NewFromConfig(cfg).InvokeModelWithBidirectionalStream(background,
		&bedrockruntime.InvokeModelWithBidirectionalStreamInput{ModelId: aws.String("m")})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.GetStream().Close(); err != nil {
		t.Error(err)
	}
	agent.WantCalls("Bedrock Runtime.InvokeModelWithBidirectionalStream")
	events := wantEvents(t, agent, 2)
	if events[0].HTTPStatusCode.Or(0) != 200 || events[0].XAmznRequestID != "r-1" || events[0].AccessKey != accessKey {
		t.Errorf("attempt is %+v", events[0])
	}
}
