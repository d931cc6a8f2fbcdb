// Package session makes sessions of aws-sdk-go v1 with client-side monitoring. It
// has the functions of github.com/aws/aws-sdk-go/aws/session that make them, with
// the same meanings; a program changes its import path. The sessions are the
// SDK's own.
//
// A session sends the events of its clients' calls if the environment or the
// shared config file says so, by the rules of [core.ConfigFromEnvironment].
// Unlike with the SDK's own package nothing is printed when it does, so that
// programs whose output is data stay whole.
package session

import (
	"fmt"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"

	core "github.com/go-csm/csm"
	"github.com/go-csm/csm/sdkv1/csm"
)

// The SDK's types, so that a program needs this package alone.
type (
	// Session is the SDK's.
	Session = session.Session
	// Options are the SDK's.
	Options = session.Options
	// SharedConfigState is the SDK's.
	SharedConfigState = session.SharedConfigState
)

// The values of a [SharedConfigState].
const (
	SharedConfigStateFromEnv = session.SharedConfigStateFromEnv
	SharedConfigDisable      = session.SharedConfigDisable
	SharedConfigEnable       = session.SharedConfigEnable
)

// NewSession makes a session, as the SDK's function of that name does, and enables
// monitoring in it as [NewSessionWithOptions] does.
func NewSession(cfgs ...*aws.Config) (*Session, error) {
	var opts Options
	opts.Config.MergeIn(cfgs...)
	return NewSessionWithOptions(opts)
}

// NewSessionWithOptions makes a session, as the SDK's function of that name does.
// If monitoring is configured, the session's clients send their events through
// the process-wide reporter, or another one if that was started differently; see
// [core.Config.Start].
//
// The profile and the shared config files that count are those of the options, if
// they name any; with [SharedConfigDisable] and no files, the environment alone
// counts.
//
// A wrong setting is an error that wraps a [*core.ConfigError], and there is no
// session then. The other errors are the SDK's.
func NewSessionWithOptions(opts Options) (*Session, error) {
	sdkClient.RLock()
	config, err := core.ConfigFromEnvironment(func(o *core.ConfigOptions) {
		o.Profile = opts.Profile
		o.Files = opts.SharedConfigFiles
		if o.Files == nil && opts.SharedConfigState == SharedConfigDisable {
			o.Files = []string{}
		}
	})
	sdkClient.RUnlock()
	if err != nil {
		return nil, fmt.Errorf("aws session: %w", err)
	}
	reporter, err := config.Start()
	if err != nil {
		return nil, fmt.Errorf("aws session: %w", err)
	}

	ownHandlers := !opts.Handlers.IsEmpty()
	sess, err := newSDKSession(opts)
	if err != nil {
		return nil, err
	}
	if !ownHandlers { // those that the SDK's own package has put in
		sess.Handlers.Complete.RemoveByName(csm.APICallMetricHandlerName)
		sess.Handlers.CompleteAttempt.RemoveByName(csm.APICallAttemptMetricHandlerName)
	}
	csm.FromReporter(reporter).InjectHandlers(&sess.Handlers)
	return sess, nil
}

// Must gives the session, or panics if err is not nil.
func Must(sess *Session, err error) *Session {
	return session.Must(sess, err)
}
