package session

import (
	"errors"
	"os"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/session"
)

const enabledVariable = "AWS_CSM_ENABLED"

// sdkClient is about the SDK's own client for monitoring. If the environment or the
// shared config file enables monitoring the SDK starts it, whoever makes a session.
// It stays idle, since no session has its handlers, but the SDK panics when it is
// to be started with other settings than the first time.
var sdkClient sync.RWMutex // held for writing while the environment is not the user's

// newSDKSession makes a session, without a word of the SDK's own client. That is
// turned off for the moment if it would panic, or if it has failed: programs do not
// change their environment, but tests do, in which each has an agent of its own,
// and the agent's host name need not resolve yet.
func newSDKSession(opts Options) (*Session, error) {
	logger := opts.Config.Logger
	if logger == nil {
		logger = aws.NewDefaultLogger()
	}
	opts.Config.Logger = quiet{logger}

	sess, err := unlessItPanics(opts)
	var failed awserr.Error
	if sess == nil && (err == nil || errors.As(err, &failed) && failed.Code() == "UDPError") {
		sess, err = newWithoutSDKClient(opts)
	}
	if err != nil {
		return nil, err
	}
	sess.Config.Logger = logger
	return sess, nil
}

// unlessItPanics makes a session. Where the SDK's client was started with other
// settings before, which makes it panic, there is neither a session nor an error.
func unlessItPanics(opts Options) (sess *Session, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case error:
			if !strings.HasPrefix(p.Error(), "inconsistent ") {
				panic(p)
			}
			sess, err = nil, nil
		default:
			panic(p)
		}
	}()
	return session.NewSessionWithOptions(opts)
}

// newWithoutSDKClient makes a session while the environment does not enable
// monitoring.
func newWithoutSDKClient(opts Options) (*Session, error) {
	sdkClient.Lock()
	defer sdkClient.Unlock()
	enabled := os.Getenv(enabledVariable)
	_ = os.Setenv(enabledVariable, "false")
	defer func() { _ = os.Setenv(enabledVariable, enabled) }()
	return session.NewSessionWithOptions(opts)
}

// quiet is the logger of a session while it is made. It leaves out what the SDK
// says of its own client, on standard output.
type quiet struct{ aws.Logger }

// Log logs the values, unless they are that.
func (q quiet) Log(values ...any) {
	if len(values) == 1 {
		if s, ok := values[0].(string); ok &&
			(s == "Enabling CSM" || strings.HasPrefix(s, "ERROR: failed to load CSM configuration")) {
			return
		}
	}
	q.Logger.Log(values...)
}
