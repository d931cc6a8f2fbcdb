// Command gov1 makes the calls of a scenario with aws-sdk-go v1, and fails if one
// does not end as it should. It is watched by the SDK's own client, or by this
// project's adapter if INTEROP_SENDER is sdkv1.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/client"
	"github.com/aws/aws-sdk-go/aws/request"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/kms"
	"github.com/aws/aws-sdk-go/service/s3"
	"github.com/aws/aws-sdk-go/service/sts"

	adapter "github.com/go-csm/csm/sdkv1/session"
)

var bucket = aws.String(os.Getenv("INTEROP_BUCKET"))

func main() {
	log.SetFlags(0)
	newSession := session.NewSession
	own := os.Getenv("INTEROP_SENDER") != "sdkv1"
	if !own {
		newSession = adapter.NewSession
	}
	sess, err := newSession(request.WithRetryer(&aws.Config{
		Endpoint:         aws.String(os.Getenv("INTEROP_ENDPOINT")),
		Region:           aws.String("us-east-1"),
		S3ForcePathStyle: aws.Bool(true),
	}, client.DefaultRetryer{NumMaxRetries: 2, MinThrottleDelay: 10 * time.Millisecond}))
	if err != nil {
		log.Fatal(err)
	}
	if err := run(os.Args[1], sess); err != nil {
		log.Fatal(err)
	}
	if own { // the SDK sends in a goroutine, and has no way to wait for it
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
}

// fails is an error if a call did not fail with a code.
func fails(code string, err error) error {
	var failure awserr.Error
	if errors.As(err, &failure) && failure.Code() == code {
		return nil
	}
	return fmt.Errorf("want %s, got %w", code, err)
}

func run(scenario string, sess *session.Session) error {
	identity := func(configs ...*aws.Config) error {
		_, err := sts.New(sess, configs...).GetCallerIdentity(&sts.GetCallerIdentityInput{})
		return err
	}
	listKeys := func() error {
		_, err := kms.New(sess).ListKeys(&kms.ListKeysInput{})
		return err
	}
	switch scenario {
	case "success":
		return errors.Join(identity(), identity())
	case "service-error":
		_, err1 := s3.New(sess).GetObject(&s3.GetObjectInput{Bucket: bucket, Key: aws.String("missing")})
		_, err2 := s3.New(sess).HeadObject(&s3.HeadObjectInput{Bucket: bucket, Key: aws.String("missing")})
		_, err3 := kms.New(sess).DescribeKey(&kms.DescribeKeyInput{KeyId: aws.String("missing")})
		return errors.Join(fails("NoSuchKey", err1), fails("NotFound", err2), fails("NotFoundException", err3))
	case "throttled":
		_, err := s3.New(sess).ListObjectsV2(&s3.ListObjectsV2Input{Bucket: aws.String("b")})
		return errors.Join(listKeys(), err)
	case "exhausted":
		return errors.Join(fails("ThrottlingException", listKeys()), fails("InternalFailure", identity()))
	case "refused":
		return fails("RequestError", identity())
	case "timeout":
		return fails("RequestError", identity(&aws.Config{HTTPClient: &http.Client{Timeout: 500 * time.Millisecond}}))
	case "s3":
		return objects(s3.New(sess))
	case "paginator":
		pages := 0
		err := s3.New(sess).ListObjectsV2Pages(&s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int64(2)},
			func(*s3.ListObjectsV2Output, bool) bool { pages++; return true })
		if err == nil && pages != 3 {
			err = fmt.Errorf("%d pages", pages)
		}
		return err
	case "threads":
		return threads(kms.New(sess))
	case "session":
		return identity()
	}
	return errors.New("no scenario " + scenario)
}

func objects(svc *s3.S3) error {
	if _, err := svc.CreateBucket(&s3.CreateBucketInput{Bucket: bucket}); err != nil {
		return err
	}
	for i := range 3 {
		_, err := svc.PutObject(&s3.PutObjectInput{
			Bucket: bucket, Key: aws.String(fmt.Sprintf("key-%d", i)), Body: strings.NewReader("body"),
		})
		if err != nil {
			return err
		}
	}
	got, err := svc.GetObject(&s3.GetObjectInput{Bucket: bucket, Key: aws.String("key-0")})
	if err != nil {
		return err
	}
	got.Body.Close()
	if _, err := svc.ListObjectsV2(&s3.ListObjectsV2Input{Bucket: bucket}); err != nil {
		return err
	}
	_, err = svc.DeleteObject(&s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("key-0")})
	return err
}

func threads(svc *kms.KMS) error {
	var failed [4]error
	var workers sync.WaitGroup
	for t := range failed {
		workers.Go(func() {
			for i := range 10 {
				_, err := svc.DescribeKey(&kms.DescribeKeyInput{KeyId: aws.String(fmt.Sprintf("key-%d-%d", t, i))})
				failed[t] = errors.Join(failed[t], err)
			}
		})
	}
	workers.Wait()
	return errors.Join(failed[:]...)
}
