//go:build interop

package interop

import "strings"

// What senders do otherwise than wanted has it.

// cli are the AWS CLIs. Their threads are those that copy files to S3, ten of them.
func cli(scenario string, want figures) figures {
	if scenario == "threads" {
		return figures{"S3.PutObject": throttled(10, 5, "SlowDown 503")}
	}
	return want
}

// ruby leaves the code and the message out of an attempt that is tried again; its
// status is all that there is. Throttling can be told only of the last one. A
// time-out is a NetworkingError like any other.
func ruby(scenario string, want figures) figures {
	switch scenario {
	case "throttled", "exhausted", "threads":
	default:
		return want
	}
	for name, o := range want {
		failures := make(map[string]failure)
		for code, f := range o.Failures {
			again := f.Attempts - f.Calls
			if o.Throttled > 0 {
				o.Throttled -= again
			}
			failures[code[strings.LastIndex(code, " "):]] = failure{Attempts: again}
			if f.Calls > 0 {
				failures[code] = failure{Attempts: f.Calls, Calls: f.Calls}
			}
		}
		o.Failures = failures
		want[name] = o
	}
	return want
}

// oldJava does not say how its calls ended, nor in which region. The agent has it
// from the attempts, where it is certain which are the call's: not of threads that
// call the same operation.
func oldJava(scenario string, want figures) figures {
	if scenario == "threads" {
		o := want["KMS.DescribeKey"]
		o.Results = map[string]uint64{okOrUnknown: o.Calls}
		want["KMS.DescribeKey"] = o
	}
	return want
}

// cPlusPlus makes other calls, those of pyarrow's file system. Where a response has
// no body, it leaves the code out, and where there is no response: that one is the
// agent's, of the message.
func cPlusPlus(scenario string, _ figures) figures {
	switch scenario {
	case "success":
		return figures{"S3.HeadObject": successes(2)}
	case "service-error":
		return figures{
			"S3.HeadObject":    failed(1, "client_error", " 404"),
			"S3.ListObjectsV2": failed(1, "client_error", "NoSuchBucket 404"),
		}
	case "throttled":
		return figures{"S3.ListObjectsV2": throttled(1, 1, "SlowDown 503")}
	case "exhausted":
		o := failed(3, "throttled", "SlowDown 503")
		o.Throttled = 3
		return figures{"S3.ListObjectsV2": o}
	case "refused":
		return figures{"S3.ListObjectsV2": failed(3, "connection_error", "NETWORK_CONNECTION 0")}
	case "timeout":
		return figures{"S3.ListObjectsV2": failed(3, "timeout", "REQUEST_TIMEOUT 0")}
	case "s3":
		return figures{
			"S3.HeadBucket":              failed(1, "client_error", " 404"),
			"S3.CreateBucket":            successes(1),
			"S3.CreateMultipartUpload":   successes(3),
			"S3.UploadPart":              successes(3),
			"S3.CompleteMultipartUpload": successes(3),
			"S3.HeadObject":              successes(1),
			"S3.GetObject":               successes(1),
			"S3.ListObjectsV2":           successes(1),
		}
	case "paginator":
		return figures{"S3.ListObjectsV2": successes(3)}
	case "threads": // a HEAD request's 503 may be anything
		o := throttled(40, 20, " 503")
		o.Throttled = 0
		return figures{"S3.HeadObject": o}
	default: // session
		return figures{"S3.HeadObject": successes(1)}
	}
}
