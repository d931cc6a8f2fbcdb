package session

import (
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go/aws"
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

// newSDKSession makes a session, without a word of the SDK's own client. If that
// would panic, it is turned off for the moment: programs do not change their
// environment, but tests do, in which each has an agent of its own.
func newSDKSession(opts Options) (*Session, error) {
	logger := opts.Config.Logger
	if logger == nil {
		logger = aws.NewDefaultLogger()
	}
	opts.Config.Logger = quiet{logger}

	variable := os.Getenv(enabledVariable)
	enabled, _ := strconv.ParseBool(variable) // as the SDK reads it
	settings := sdkSettings{os.Getenv("AWS_CSM_HOST"), os.Getenv("AWS_CSM_PORT"), os.Getenv("AWS_CSM_CLIENT_ID")}
	if enabled {
		sdkClient.firstOnce.Do(func() { sdkClient.first = settings })
	}
	if enabled && settings != sdkClient.first {
		sdkClient.Lock()
		defer sdkClient.Unlock()
		_ = os.Setenv(enabledVariable, "false")
		defer func() { _ = os.Setenv(enabledVariable, variable) }()
	}
	sess, err := session.NewSessionWithOptions(opts)
	if err != nil {
		return nil, err
	}
	sess.Config.Logger = logger
	return sess, nil
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
