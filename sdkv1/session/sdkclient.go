package session

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/session"
)

const enabledVariable = "AWS_CSM_ENABLED"

// sdkClient is about the SDK's own client for monitoring. If the environment
// enables monitoring the SDK starts it, whoever makes a session. It stays idle,
// since no session has its handlers, but the SDK panics when it is to be started
// with other settings than the first time.
var sdkClient struct {
	sync.RWMutex // held for writing while the environment is not the user's
	firstOnce    sync.Once
	first        sdkSettings
}

// sdkSettings are what the SDK starts its client with.
type sdkSettings struct{ host, port, clientID string }

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

	var sess *Session
	var err error
	if startsAsBefore() {
		sess, err = session.NewSessionWithOptions(opts)
	}
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

// startsAsBefore tells whether the SDK can start its client: it is to be the first
// time, or with the same settings as then, or not at all.
func startsAsBefore() bool {
	if enabled, _ := strconv.ParseBool(os.Getenv(enabledVariable)); !enabled { // as the SDK reads it
		return true
	}
	settings := sdkSettings{os.Getenv("AWS_CSM_HOST"), os.Getenv("AWS_CSM_PORT"), os.Getenv("AWS_CSM_CLIENT_ID")}
	sdkClient.firstOnce.Do(func() { sdkClient.first = settings })
	return settings == sdkClient.first
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
