//go:build interop

package interop

// scenarios are what each sender does; its script in senders/ has the calls. All
// make at most three attempts for a call.
var scenarios = []string{
	"success",       // two calls
	"service-error", // an object and a key that are not there
	"throttled",     // by KMS twice and by S3 once, then not any more
	"exhausted",     // retries that are used up: throttled by KMS, a failure of STS
	"refused",       // nobody listens
	"timeout",       // no answer comes
	"s3",            // a bucket is made, objects are put, got, listed and deleted
	"paginator",     // three pages
	"threads",       // four threads with ten calls each, half of them throttled at first
	"session",       // credentials with a session token
}

// wanted are the figures of a scenario, if a sender makes one call of each operation
// that the script names and tells of it as docs/protocol.md says.
func wanted(scenario string, c codes) figures {
	switch scenario {
	case "success":
		return figures{"STS.GetCallerIdentity": successes(2)}
	case "service-error":
		return figures{
			"S3.GetObject":    failed(1, "client_error", "NoSuchKey 404"),
			"S3.HeadObject":   failed(1, "client_error", c.notFound+" 404"),
			"KMS.DescribeKey": failed(1, "client_error", "NotFoundException 400"),
		}
	case "throttled":
		return figures{
			"KMS.ListKeys":     throttled(1, 2, "ThrottlingException 400"),
			"S3.ListObjectsV2": throttled(1, 1, "SlowDown 503"),
		}
	case "exhausted":
		keys := failed(3, "throttled", "ThrottlingException 400")
		keys.Throttled = 3
		return figures{
			"KMS.ListKeys":          keys,
			"STS.GetCallerIdentity": failed(3, "server_error", "InternalFailure 500"),
		}
	case "refused":
		return figures{"STS.GetCallerIdentity": failed(3, "connection_error", c.refused+" 0")}
	case "timeout":
		return figures{"STS.GetCallerIdentity": failed(3, c.timeoutResult, c.timeout+" 0")}
	case "s3":
		return figures{
			"S3.CreateBucket":  successes(1),
			"S3.PutObject":     successes(3),
			"S3.GetObject":     successes(1),
			"S3.ListObjectsV2": successes(1),
			"S3.DeleteObject":  successes(1),
		}
	case "paginator":
		return figures{"S3.ListObjectsV2": successes(3)}
	case "threads":
		return figures{"KMS.DescribeKey": throttled(40, 20, "ThrottlingException 400")}
	default: // session
		return figures{"STS.GetCallerIdentity": successes(1)}
	}
}

// codes are what a sender calls what has no code of a service.
type codes struct {
	notFound         string // a HEAD request's 404
	refused, timeout string
	timeoutResult    string // what the agent takes that for
}

// successes are calls that succeed with their first attempt.
func successes(calls uint64) operation {
	return operation{Calls: calls, Attempts: calls, Results: map[string]uint64{"ok": calls}}
}

// failed is a call all of whose attempts fail in the same way.
func failed(attempts uint64, result, code string) operation {
	return operation{
		Calls: 1, Attempts: attempts, Retries: attempts - 1,
		Results:  map[string]uint64{result: 1},
		Failures: map[string]failure{code: {Attempts: attempts, Calls: 1}},
	}
}

// throttled are calls that succeed after so many of their attempts were throttled.
func throttled(calls, attempts uint64, code string) operation {
	return operation{
		Calls: calls, Attempts: calls + attempts, Retries: attempts, Throttled: attempts,
		Results:  map[string]uint64{"ok": calls},
		Failures: map[string]failure{code: {Attempts: attempts}},
	}
}
