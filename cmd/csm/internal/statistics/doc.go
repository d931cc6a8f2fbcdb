// Package statistics counts the events of client-side monitoring. They are added
// to one [Aggregation]; every view reads its [Snapshot].
//
// Events have to be normalized, as package agent hands them on.
//
// A [Series] has the numbers of one [Key]: client ID, service, operation, region.
// What they mean:
//
//   - calls: events of type ApiCall.
//   - attempts: events of type ApiCallAttempt.
//   - retries: the sum of AttemptCount-1 over the calls that made an attempt at
//     all. It is what the calls say, and need not be attempts minus calls: events
//     can get lost, and some SDKs do not send both types for each call.
//   - results: what the calls came to; see below.
//   - errors: calls whose result is neither ok nor unknown.
//   - throttled: attempts that the service refused because there were too many;
//     see [Failure.Throttled].
//   - statuses: the attempts by HTTP status code, where there was one.
//   - connections: of the attempts that tell (ConnectionReused), those that had a
//     new one, and those that had one that was used before.
//   - latency: of the calls (Latency), in seconds; attempt latency, of the attempts
//     (AttemptLatency); phases, of the attempts that tell them. What an event does
//     not tell has no part in a distribution.
//   - errors by code: the attempts that failed, and the calls that ended, with one
//     exception and status. An attempt fails as a call does.
//
// # Results
//
// A call has the first result that fits:
//
//   - timeout: ApiCallTimeout is 1.
//   - throttled: its code is one of the SDKs' own for throttling, or its status is
//     429.
//   - timeout, cancelled, connection error: its code is one that an SDK gives to
//     that, whatever the status; for time-outs also a service's own code. The code
//     decides, not the message: what Go calls RequestError is a connection error
//     also if it took too long to connect, a RequestCanceled is cancelled also by a
//     deadline, and Java's SdkClientException is a connection error, which it mostly
//     is.
//   - server error: a status of 500 or more; or an exception with one below 300,
//     for a success that cannot be read is none.
//   - client error: a status of 400 or more; or an exception with a status of 300 or
//     more, as when a bucket is elsewhere; or any other exception without a status,
//     which the SDK found itself, such as bad parameters or no credentials.
//   - ok: it has a status.
//   - unknown: none of that is known.
//
// The code is that of FinalAwsException or FinalSdkException, the status is
// FinalHttpStatusCode. Of a call that has none of them, as old Java SDKs send it,
// the result is that of its last attempt, if it is certain which that is; else it
// is unknown. Nothing ties an attempt to its call. So it is certain only if as many
// attempts of the same key as the call says it made (AttemptCount) began within
// its time, one after the other, none but the last was a success, and none was
// another call's. Where times are missing, the attempts since the last call count;
// after a call whose attempts cannot be told, the next one is not told either.
//
// The calls of old Java SDKs tell neither that, nor their User-Agent, nor their
// region. Such a call is in the region of its operation's attempts, if there is
// only one.
//
// # Limits
//
// The room that an aggregation takes is bounded, whatever comes; see [Limits].
package statistics
