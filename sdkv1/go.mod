module github.com/go-csm/csm/sdkv1

go 1.25.0

require (
	github.com/aws/aws-sdk-go v1.29.0
	github.com/go-csm/csm v0.1.0
)

require github.com/jmespath/go-jmespath v0.4.0 // indirect
