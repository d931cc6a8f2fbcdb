// Package csm is client-side monitoring for aws-sdk-go v1: the SDK's own package
// github.com/aws/aws-sdk-go/aws/csm, made anew. It has the same exported names
// with the same meanings, so that a program moves over by its import path:
//
//	import "github.com/go-csm/csm/sdkv1/csm"
//
// # Enabling it by configuration
//
// Make sessions with package github.com/go-csm/csm/sdkv1/session. It turns
// monitoring on if the environment or the shared config file says so.
//
// # Enabling it in code
//
//	r, err := csm.Start("my-app", "127.0.0.1:31000")
//	if err != nil {
//		return err
//	}
//	sess, err := session.NewSession()
//	if err != nil {
//		return err
//	}
//	r.InjectHandlers(&sess.Handlers)
//
// Inject before clients are made of the session: they take a copy of its handlers.
//
// # What differs from the SDK's own
//
//   - Each event is handed to the system before the SDK's call returns. None waits
//     in a channel, to be dropped when that is full, or lost when the program ends.
//   - Pause and Continue can be called in any order, from any goroutine.
//   - InjectHandlers can be called again, and on handlers that have the SDK's own;
//     each event is sent once.
//   - Both types of event have all the fields that the SDK lets one know. Timestamp
//     is when a call or an attempt began, AttemptCount is how many attempts were
//     made, MaxRetriesExceeded is never 1 on a success, and an error of the
//     client's side is an SdkException, also where the SDK's own sends it as one of
//     the service.
//   - AttemptLatency counts from when the SDK begins an attempt, the time to get
//     credentials included.
//   - Nothing is printed.
package csm
