// Package statistics counts the events of client-side monitoring. They are added
// to one [Aggregation]; every view reads its [Snapshot].
//
// What the numbers mean:
//
//   - calls: events of type ApiCall.
//   - attempts: events of type ApiCallAttempt.
//   - retries: the sum of AttemptCount-1 over the calls that made an attempt at
//     all. It is what the calls say, and need not be attempts minus calls: events
//     can get lost, and some SDKs do not send both types for each call.
//   - errors: calls that ended with an exception, of the service or of the SDK
//     (FinalAwsException, FinalSdkException), or with a status of 400 or more
//     (FinalHttpStatusCode). A call whose sender says nothing about its end, as
//     old Java SDKs do, is no error, whatever its attempts came to.
//   - throttled: attempts that the service refused because there were too many;
//     see [Failure.Throttled].
//   - latency: of the calls (Latency), in seconds. A call that does not tell it
//     counts as a call, and has no part in the distribution.
//   - errors by code: the attempts that failed, and the calls that ended, with one
//     exception and status. An attempt fails as a call does.
//
// Nothing ties an attempt to its call, so calls and attempts are counted apart.
//
// The room that an aggregation takes is bounded, whatever comes; see [Limits].
package statistics
