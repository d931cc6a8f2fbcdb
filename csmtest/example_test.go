package csmtest_test

import (
	"testing"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
)

// upload stands for code under test that makes AWS calls.
func upload(r *csm.Reporter) {
	r.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: "CreateBucket"})
	r.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: "PutObject"})
}

// A test that holds the AWS calls of some code against what it should call.
func Example() {
	TestUpload := func(t *testing.T) {
		agent := csmtest.Start(t)
		upload(agent.Reporter())
		agent.WantCalls("S3.CreateBucket", "S3.PutObject")

		for _, call := range agent.Calls() {
			if n := call.AttemptCount.Or(1); n > 1 {
				t.Errorf("%s took %d attempts", call.API, n)
			}
		}
	}
	_ = TestUpload // go test runs it
}
