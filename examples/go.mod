module github.com/go-csm/csm/examples

go 1.25.0

require (
	github.com/aws/aws-sdk-go v1.55.8
	github.com/go-csm/csm/sdkv1 v0.1.0
	github.com/johannesboyne/gofakes3 v1.2.0
)

require (
	github.com/go-csm/csm v0.1.0 // indirect
	github.com/jmespath/go-jmespath v0.4.0 // indirect
	github.com/ryszard/goskiplist v0.0.0-20150312221310-2dfbae5fcf46 // indirect
	go.shabbyrobe.org/gocovmerge v0.0.0-20230507111327-fa4f82cfbf4d // indirect
	golang.org/x/tools v0.8.0 // indirect
)
