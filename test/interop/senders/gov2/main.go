// Command gov2 makes the calls of a scenario with aws-sdk-go-v2 and this project's
// adapter, and fails if one does not end as it should.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/go-csm/csm/sdkv2"
)

var bucket = aws.String(os.Getenv("INTEROP_BUCKET"))

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithBaseEndpoint(os.Getenv("INTEROP_ENDPOINT")),
		config.WithRegion("us-east-1"),
		config.WithRetryer(func() aws.Retryer { return retry.AddWithMaxBackoffDelay(retry.NewStandard(), 10*time.Millisecond) }),
	)
	if err != nil {
		log.Fatal(err)
	}
	if err := sdkv2.Instrument(&cfg); err != nil {
		log.Fatal(err)
	}
	if err := run(ctx, os.Args[1], cfg); err != nil {
		log.Fatal(err)
	}
}

// fails is an error if a call did not fail with a code of the service.
func fails(code string, err error) error {
	var failure smithy.APIError
	if errors.As(err, &failure) && failure.ErrorCode() == code {
		return nil
	}
	return fmt.Errorf("want %s, got %w", code, err)
}

// failsWith is an error if a call did not fail with a text.
func failsWith(text string, err error) error {
	if err != nil && strings.Contains(err.Error(), text) {
		return nil
	}
	return fmt.Errorf("want %s, got %w", text, err)
}

func run(ctx context.Context, scenario string, cfg aws.Config) error {
	store := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	identity := func(optFns ...func(*sts.Options)) error {
		_, err := sts.NewFromConfig(cfg, optFns...).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		return err
	}
	listKeys := func() error {
		_, err := kms.NewFromConfig(cfg).ListKeys(ctx, &kms.ListKeysInput{})
		return err
	}
	switch scenario {
	case "success":
		return errors.Join(identity(), identity())
	case "service-error":
		_, err1 := store.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("missing")})
		_, err2 := store.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: aws.String("missing")})
		_, err3 := kms.NewFromConfig(cfg).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String("missing")})
		return errors.Join(fails("NoSuchKey", err1), fails("NotFound", err2), fails("NotFoundException", err3))
	case "throttled":
		_, err := store.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("b")})
		return errors.Join(listKeys(), err)
	case "exhausted":
		return errors.Join(fails("ThrottlingException", listKeys()), fails("InternalFailure", identity()))
	case "refused":
		return failsWith("connection refused", identity())
	case "timeout":
		return failsWith("Client.Timeout exceeded", identity(func(o *sts.Options) {
			o.HTTPClient = &http.Client{Timeout: 500 * time.Millisecond}
		}))
	case "s3":
		return objects(ctx, store)
	case "paginator":
		return pages(ctx, store)
	case "threads":
		return threads(ctx, kms.NewFromConfig(cfg))
	case "session":
		return identity()
	}
	return errors.New("no scenario " + scenario)
}

func objects(ctx context.Context, store *s3.Client) error {
	if _, err := store.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		return err
	}
	for i := range 3 {
		_, err := store.PutObject(ctx, &s3.PutObjectInput{
			Bucket: bucket, Key: aws.String(fmt.Sprintf("key-%d", i)), Body: strings.NewReader("body"),
		})
		if err != nil {
			return err
		}
	}
	got, err := store.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("key-0")})
	if err != nil {
		return err
	}
	got.Body.Close()
	if _, err := store.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket}); err != nil {
		return err
	}
	_, err = store.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("key-0")})
	return err
}

func pages(ctx context.Context, store *s3.Client) error {
	pages := 0
	list := s3.NewListObjectsV2Paginator(store, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(2)})
	for ; list.HasMorePages(); pages++ {
		if _, err := list.NextPage(ctx); err != nil {
			return err
		}
	}
	if pages != 3 {
		return fmt.Errorf("%d pages", pages)
	}
	return nil
}

func threads(ctx context.Context, svc *kms.Client) error {
	var failed [4]error
	var workers sync.WaitGroup
	for t := range failed {
		workers.Go(func() {
			for i := range 10 {
				_, err := svc.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(fmt.Sprintf("key-%d-%d", t, i))})
				failed[t] = errors.Join(failed[t], err)
			}
		})
	}
	workers.Wait()
	return errors.Join(failed[:]...)
}
