// Package sdkv2 gives aws-sdk-go-v2 the client-side monitoring that it does not
// have: it makes the SDK's clients tell an agent of each call, and of each attempt
// of it. One line is all that a program needs:
//
//	cfg, err := config.LoadDefaultConfig(ctx)
//	…
//	err = sdkv2.Instrument(&cfg)
//
// Monitoring is then on if the user's environment or shared config file say so, as
// [csm.ConfigFromEnvironment] describes. Otherwise nothing is changed.
//
// # What is told of
//
// An operation that the program calls gives an event for each of its attempts, and
// one for the call when it has ended, with all the fields of the wire format that
// the SDK lets one know. A waiter, a paginator and the S3 transfer manager make
// several calls. A call that fails before a request was sent, because its input is
// not valid, or because there are no credentials, gives the call's event alone,
// with no attempts.
//
// Nothing is told of a presigned request, which is not sent, and of requests for
// instance metadata and container credentials, which are no AWS API. Calls of a
// credential provider are told of only if its client was instrumented.
//
// Events are sent on the goroutine that runs the call, before it returns. Only a
// stream in both directions can return first: the SDK runs it on a goroutine of
// its own, and its events come when the service has answered.
//
// # What errors are called
//
// An error that came in a response of the service is an AWS exception, with the
// service's own code and message. Any other is an SDK exception. Its name is that
// of the most specific type of error in it, as of these:
//
//   - RequestSendError: the request could not be sent, or got no response
//   - DNSError, UnknownAuthorityError and others of net and crypto: the reason why
//   - InvalidParamsError: the input is not valid
//   - SerializationError, DeserializationError: a body could not be written or read
//   - SigningError: the request could not be signed
//
// Where the type does not tell enough, it is one of these:
//
//   - RequestCanceledError: the program cancelled the call's context
//   - DeadlineExceeded: the deadline of the call's context passed
//   - TimeoutError: a time-out that is none of the context's
//   - NoCredentialsError: there was nothing to sign with, whatever the reason
//   - MissingRegionError: the client has no region
//   - ResponseError: a response came that was of no use
//   - UnknownError: anything else
//
// Clients of before November 2023 call it SigningError if there are no credentials.
//
// # What it costs
//
// A call costs up to 25 allocations more while monitoring is on, and none while it
// is off. The steps that are added to a call do not change its request, its result
// or its error, and have no errors of their own.
//
// # Versions
//
// The package works with all versions of aws-sdk-go-v2 since 1.0.0.
package sdkv2
