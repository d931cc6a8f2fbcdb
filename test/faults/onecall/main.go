// Onecall is a program that makes one call to S3 and ends: onecall v1|v2 ENDPOINT.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	credentialsv2 "github.com/aws/aws-sdk-go-v2/credentials"
	s3v2 "github.com/aws/aws-sdk-go-v2/service/s3"
	awsv1 "github.com/aws/aws-sdk-go/aws"
	credentialsv1 "github.com/aws/aws-sdk-go/aws/credentials"
	s3v1 "github.com/aws/aws-sdk-go/service/s3"

	"github.com/go-csm/csm/sdkv1/session"
	"github.com/go-csm/csm/sdkv2"
)

func main() {
	call := map[string]func(endpoint string) error{"v1": v1, "v2": v2}[os.Args[1]]
	if err := call(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func v1(endpoint string) error {
	s, err := session.NewSession(&awsv1.Config{
		Endpoint:         &endpoint,
		Region:           awsv1.String("eu-central-1"),
		Credentials:      credentialsv1.NewStaticCredentials("AKIAIOSFODNN7EXAMPLE", "secret", ""),
		S3ForcePathStyle: awsv1.Bool(true),
	})
	if err != nil {
		return err
	}
	_, err = s3v1.New(s).HeadBucket(&s3v1.HeadBucketInput{Bucket: awsv1.String("bucket")})
	return err
}

func v2(endpoint string) error {
	c := aws.Config{
		BaseEndpoint: &endpoint,
		Region:       "eu-central-1",
		Credentials:  credentialsv2.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", ""),
	}
	if err := sdkv2.Instrument(&c); err != nil {
		return err
	}
	client := s3v2.NewFromConfig(c, func(o *s3v2.Options) { o.UsePathStyle = true })
	_, err := client.HeadBucket(context.Background(), &s3v2.HeadBucketInput{Bucket: aws.String("bucket")})
	return err
}
