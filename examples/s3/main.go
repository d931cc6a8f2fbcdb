// Command s3 makes some S3 calls with aws-sdk-go-v2, so that there is something to
// see:
//
//	go run ./cmd/csm run -- go run ./examples/s3
//
// It needs no account and no network: the S3 server is in the program itself. All
// that it takes for its calls to be seen is the line with sdkv2.Instrument.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/go-csm/csm/sdkv2"
)

func main() {
	log.SetFlags(0)
	server := httptest.NewServer(busyOnce(gofakes3.New(s3mem.New()).Server()))
	err := run(context.Background(), server.URL)
	server.Close()
	if err != nil {
		log.Fatal(err)
	}
}

// run makes the calls.
func run(ctx context.Context, endpoint string) error {
	cfg := aws.Config{ // a real program has it from config.LoadDefaultConfig
		BaseEndpoint: aws.String(endpoint),
		Region:       "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}, nil
		}),
		Retryer: func() aws.Retryer { return retry.AddWithMaxBackoffDelay(retry.NewStandard(), 10*time.Millisecond) },
	}
	if err := sdkv2.Instrument(&cfg); err != nil {
		return err
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })

	bucket := aws.String("holiday")
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		return err
	}
	for i := range 5 {
		_, err := client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: bucket,
			Key:    aws.String(fmt.Sprintf("picture-%d.jpg", i)),
			Body:   bytes.NewReader(make([]byte, 64<<10)),
		})
		if err != nil {
			return err
		}
	}
	fmt.Println("put 5 pictures")

	pages := 0
	list := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(2)})
	for ; list.HasMorePages(); pages++ {
		if _, err := list.NextPage(ctx); err != nil {
			return err
		}
	}
	fmt.Println("listed them in", pages, "pages")

	picture, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("picture-0.jpg")})
	if err != nil {
		return err
	}
	if err := picture.Body.Close(); err != nil {
		return err
	}

	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("picture-9.jpg")})
	var missing *types.NoSuchKey
	if !errors.As(err, &missing) {
		return fmt.Errorf("got picture-9.jpg, which nobody has put: %w", err)
	}
	fmt.Println("got one, and one was not there")
	return nil
}

// busyOnce answers the first upload with SlowDown, as S3 does under load, and
// hands all else on. The SDK tries again.
func busyOnce(next http.Handler) http.Handler {
	var answered atomic.Bool
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isUpload := r.URL.Query().Get("x-id") == "PutObject"
		if isUpload && !answered.Swap(true) {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`)
			return
		}
		next.ServeHTTP(w, r)
	})
}
