package sdkv2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// The names are those that aws-sdk-go v1 sends: its constants ServiceID.
func TestServicesAreNamedAsInTheOtherSDKs(t *testing.T) {
	tests := []struct {
		name string
		call func(aws.Config) error
	}{
		{"S3.ListBuckets", func(cfg aws.Config) error {
			_, err := s3.NewFromConfig(cfg).ListBuckets(background, nil)
			return err
		}},
		{"STS.GetCallerIdentity", func(cfg aws.Config) error {
			_, err := sts.NewFromConfig(cfg).GetCallerIdentity(background, nil)
			return err
		}},
		{"DynamoDB.ListTables", func(cfg aws.Config) error {
			_, err := dynamodb.NewFromConfig(cfg).ListTables(background, nil)
			return err
		}},
		{"SQS.ListQueues", func(cfg aws.Config) error {
			_, err := sqs.NewFromConfig(cfg).ListQueues(background, nil)
			return err
		}},
		{"Kinesis.ListStreams", func(cfg aws.Config) error {
			_, err := kinesis.NewFromConfig(cfg).ListStreams(background, nil)
			return err
		}},
		{"CloudWatch Logs.DescribeLogGroups", func(cfg aws.Config) error {
			_, err := cloudwatchlogs.NewFromConfig(cfg).DescribeLogGroups(background, nil)
			return err
		}},
		{"Cognito Identity Provider.ListUserPools", func(cfg aws.Config) error {
			_, err := cognitoidentityprovider.NewFromConfig(cfg).ListUserPools(background, &cognitoidentityprovider.ListUserPoolsInput{MaxResults: aws.Int32(1)})
			return err
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, _ := scriptedConfig(responds(400, ""))
			agent := instrument(t, &cfg)
			mustFail(t, test.call(cfg))
			for _, e := range wantEvents(t, agent, 2) {
				if got := e.Service + "." + e.API; got != test.name {
					t.Errorf("%s is of %s, want %s", e.Type, got, test.name)
				}
			}
		})
	}
}

func TestTheErrorsOfEachProtocolAreRead(t *testing.T) {
	const jsonError = `{"__type":"com.amazonaws#ResourceNotFoundException","message":"no such thing"}`
	tests := []struct {
		name   string
		answer answer
		call   func(aws.Config) error
		want   outcome
	}{
		{
			"REST and XML",
			responds(404, xmlError("NoSuchBucket", "no such thing")),
			func(cfg aws.Config) error {
				_, err := s3.NewFromConfig(cfg).ListObjectsV2(background, &s3.ListObjectsV2Input{Bucket: aws.String("b")})
				return err
			},
			outcome{404, "NoSuchBucket", "no such thing", "", ""},
		},
		{
			"query",
			responds(403, "<ErrorResponse>"+xmlError("AccessDenied", "no such thing")+"</ErrorResponse>"),
			func(cfg aws.Config) error {
				_, err := sts.NewFromConfig(cfg).GetCallerIdentity(background, nil)
				return err
			},
			outcome{403, "AccessDenied", "no such thing", "", ""},
		},
		{
			"JSON",
			responds(400, jsonError, "X-Amzn-Errortype", "ResourceNotFoundException"),
			func(cfg aws.Config) error {
				_, err := dynamodb.NewFromConfig(cfg).DescribeTable(background, &dynamodb.DescribeTableInput{TableName: aws.String("t")})
				return err
			},
			outcome{400, "ResourceNotFoundException", "no such thing", "", ""},
		},
		{
			"JSON, an error that the model has not",
			responds(400, `{"__type":"NewException","message":"no such thing"}`, "X-Amzn-Errortype", "NewException"),
			func(cfg aws.Config) error {
				_, err := kinesis.NewFromConfig(cfg).ListStreams(background, nil)
				return err
			},
			outcome{400, "NewException", "no such thing", "", ""},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, _ := scriptedConfig(test.answer)
			agent := instrument(t, &cfg)
			mustFail(t, test.call(cfg))
			events := wantEvents(t, agent, 2)
			if got := attemptOutcome(events[0]); got != test.want {
				t.Errorf("the attempt ended as\n%+v, want\n%+v", got, test.want)
			}
			if got := callOutcome(events[1]); got != test.want {
				t.Errorf("the call ended as\n%+v, want\n%+v", got, test.want)
			}
		})
	}
}
