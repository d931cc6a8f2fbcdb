// Package csm is a client for client-side monitoring of AWS SDKs: it tells an
// agent, by UDP, of each AWS call that a program makes, and of each HTTP attempt
// of it.
//
// # Adding it to a program
//
// Programs do not call this package for that. They use the adapter for their SDK,
// which publishes the events:
//
//   - github.com/go-csm/csm/sdkv2 for aws-sdk-go-v2
//   - github.com/go-csm/csm/sdkv1/session and github.com/go-csm/csm/sdkv1/csm for
//     aws-sdk-go v1
//
// # Turning it on
//
// Monitoring is off unless AWS_CSM_ENABLED=true is in the program's environment,
// or csm_enabled = true in the shared config file; [ConfigFromEnvironment] has the
// rules. A program can also start it in code, with [Start] or [New].
//
// # Controlling it
//
// [Get] gives the process-wide [Reporter] from anywhere. Its Pause and Continue
// turn the events off and on, and its Stats tell how many were sent, and how many
// were lost by what cause:
//
//	csm.Get().Pause()
//	…
//	csm.Get().Continue()
//
// # What it costs
//
// [Reporter.Publish] encodes the event into a pooled buffer and makes one
// non-blocking write to a connected socket, on the calling goroutine. There is no
// queue and no goroutine behind it, so nothing has to be flushed when the program
// exits, and no burst overflows it.
//
// # Other uses
//
// [Event] encodes and decodes the datagrams, for senders and receivers of other
// kinds. Package agent receives them; package csmtest does so in tests.
package csm
