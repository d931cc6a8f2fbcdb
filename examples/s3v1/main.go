// Command s3v1 makes some S3 calls with aws-sdk-go v1, so that there is something
// to see:
//
//	go run ./cmd/csm run -- go run ./examples/s3v1
//
// It needs no account and no network: the S3 server is in the program itself. All
// that it takes for its calls to be seen is the import of our session package.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/client"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/request"
	"github.com/aws/aws-sdk-go/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/go-csm/csm/sdkv1/session"
)

func main() {
	log.SetFlags(0)
	server := httptest.NewServer(busyOnce(gofakes3.New(s3mem.New()).Server()))
	err := run(server.URL)
	server.Close()
	if err != nil {
		log.Fatal(err)
	}
}

// run makes the calls.
func run(endpoint string) error {
	config := &aws.Config{
		Endpoint:         aws.String(endpoint),
		Region:           aws.String("us-east-1"),
		Credentials:      credentials.NewStaticCredentials("AKIAIOSFODNN7EXAMPLE", "secret", ""),
		S3ForcePathStyle: aws.Bool(true),
	}
	sess, err := session.NewSession(request.WithRetryer(config, client.DefaultRetryer{
		NumMaxRetries:    3,
		MinThrottleDelay: 10 * time.Millisecond, // the default is too long for an example
	}))
	if err != nil {
		return err
	}
	svc := s3.New(sess)

	bucket := aws.String("holiday")
	if _, err := svc.CreateBucket(&s3.CreateBucketInput{Bucket: bucket}); err != nil {
		return err
	}
	for i := range 5 {
		_, err := svc.PutObject(&s3.PutObjectInput{
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
	err = svc.ListObjectsV2Pages(&s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int64(2)},
		func(*s3.ListObjectsV2Output, bool) bool { pages++; return true })
	if err != nil {
		return err
	}
	fmt.Println("listed them in", pages, "pages")

	picture, err := svc.GetObject(&s3.GetObjectInput{Bucket: bucket, Key: aws.String("picture-0.jpg")})
	if err != nil {
		return err
	}
	picture.Body.Close()

	_, err = svc.GetObject(&s3.GetObjectInput{Bucket: bucket, Key: aws.String("picture-9.jpg")})
	var missing awserr.Error
	if !errors.As(err, &missing) || missing.Code() != s3.ErrCodeNoSuchKey {
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
		isUpload := r.Method == http.MethodPut && r.ContentLength > 0
		if isUpload && !answered.Swap(true) {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`)
			return
		}
		next.ServeHTTP(w, r)
	})
}
