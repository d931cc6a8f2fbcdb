// Package threshold judges what was counted by limits that a user has written, such
// as "errors>0" or "S3.GetObject p99>200ms".
//
// An expression says when it has failed:
//
//	[operations] metric comparison value
//
// The operations are a service, or a service and an operation with a dot between
// them, as reports show them: S3, S3.GetObject, CloudWatch Logs.PutLogEvents. A star
// stands for any letters, and upper and lower case are the same: dynamodb.*Item.
// Without them all operations are meant. What several operations have is judged
// together, as one figure.
//
// The comparison is one of > >= < <= == !=, and the metric one of
//
//	calls, attempts, retries, errors, throttled    a whole number
//	error-rate                                     calls that failed, in percent: 1%, 0.5%
//	min, avg, max, p50, p90, p99, p99.9, …         latency of the calls: 200ms, 1.5s, 2m
//
// Package statistics says what each of them counts.
package threshold
