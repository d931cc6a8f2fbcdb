package live

import (
	"testing"
	"time"

	"github.com/go-csm/csm"
)

func TestFilter(t *testing.T) {
	call := csm.Event{
		Type: csm.APICall, ClientID: "shop", Service: "S3", API: "GetObject", Region: "eu-west-1", Latency: csm.Known(500),
		FinalHTTPStatusCode: csm.Known(200),
	}
	attempt := csm.Event{
		Type: csm.APICallAttempt, ClientID: "job", Service: "DynamoDB", API: "PutItem", AttemptLatency: csm.Known(20),
		HTTPStatusCode: csm.Known(503),
	}
	for _, test := range []struct {
		name          string
		filter        Filter
		call, attempt bool
	}{
		{"nothing asked for", Filter{}, true, true},
		{"service in another case", Filter{Services: []string{"s3"}}, true, false},
		{"one of two services", Filter{Services: []string{"SQS", "DynamoDB"}}, false, true},
		{"operation", Filter{Operations: []string{"getobject"}}, true, false},
		{"client", Filter{Clients: []string{"job"}}, false, true},
		{"region", Filter{Regions: []string{"eu-west-1"}}, true, false},
		{"region that is not told", Filter{Regions: []string{""}}, false, true},
		{"errors", Filter{Errors: true}, false, true},
		{"slow, exactly", Filter{Slow: 500 * time.Millisecond}, true, false},
		{"slower than any", Filter{Slow: 501 * time.Millisecond}, false, false},
		{"slower by less than events tell", Filter{Slow: 500*time.Millisecond + 1}, false, false},
		{"slow attempts", Filter{Slow: 20 * time.Millisecond}, true, true},
		{"all at once", Filter{Services: []string{"DynamoDB"}, Errors: true, Slow: time.Millisecond}, false, true},
		{"service of one, client of the other", Filter{Services: []string{"S3"}, Clients: []string{"job"}}, false, false},
	} {
		if got := test.filter.Wants(&call); got != test.call {
			t.Errorf("%s: the call: %v", test.name, got)
		}
		if got := test.filter.Wants(&attempt); got != test.attempt {
			t.Errorf("%s: the attempt: %v", test.name, got)
		}
	}
	unknown := csm.Event{Type: csm.APICall}
	if (Filter{Slow: time.Millisecond}).Wants(&unknown) {
		t.Error("what does not tell how long it took is slow")
	}
}
