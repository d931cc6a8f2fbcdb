module github.com/go-csm/csm/test

go 1.25.0

require (
	github.com/aws/aws-sdk-go v1.55.8
	github.com/go-csm/csm v0.1.0
	github.com/go-csm/csm/sdkv1 v0.1.0
)
