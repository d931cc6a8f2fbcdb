module github.com/go-csm/csm/sdkv2

go 1.25.0

require (
	github.com/aws/aws-sdk-go-v2 v1.0.0
	github.com/aws/smithy-go v1.0.0
	github.com/go-csm/csm v0.1.0
)
