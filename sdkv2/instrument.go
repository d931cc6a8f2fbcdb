package sdkv2

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"

	"github.com/go-csm/csm"
)

// Options are the settings of [Instrument] and [AppendMiddlewares]. The zero
// value leaves all to the user's configuration.
type Options struct {
	// Reporter gets the events, whatever the configuration says. Nil means that the
	// configuration decides whether there are any, and which agent gets them.
	Reporter *csm.Reporter

	// SendSessionToken makes the reporter that the configuration asks for send the
	// session tokens of the requests' credentials. They are credentials themselves.
	// A reporter that was made in code has a setting of its own for that, so both
	// together are an error.
	SendSessionToken bool
}

// Instrument turns monitoring on for the clients that are made from cfg after it,
// if the user's configuration says so, or if the options have a reporter.
// Otherwise it does nothing: cfg stays as it is, and costs what it did.
//
// The configuration is that of [csm.ConfigFromEnvironment]. A profile and config
// files that the program chose when it loaded cfg are honoured; they are in
// cfg.ConfigSources. The reporter is that of [csm.Config.Start], which the whole
// process shares.
//
// Call it when cfg is loaded, not before: credentials that loading sets up are
// then not monitored. Clients that exist already are not changed. To call it again,
// or on a copy of cfg, is harmless: each event is sent once, by the reporter of the
// last call. Copies of one cfg can be instrumented at the same time.
//
// An error means that cfg is unchanged. It is a [*csm.ConfigError], wrapped, if a
// setting cannot be used, or tells that the options or cfg itself cannot.
func Instrument(cfg *aws.Config, optFns ...func(*Options)) error {
	if cfg == nil {
		return errors.New("csm: no aws.Config to instrument: it is nil")
	}
	r, err := reporterFor(cfg.ConfigSources, optFns)
	if err == nil && r != nil {
		appendMiddlewares(&cfg.APIOptions, r)
	}
	return err
}

// AppendMiddlewares does for a single client, or a single call, what [Instrument]
// does for all clients of a config: it appends to the APIOptions of its options.
//
//	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
//		sdkv2.AppendMiddlewares(&o.APIOptions, withReporter)
//	})
//
// Without a reporter in the options it looks the configuration up each time, from
// the environment alone, and does nothing if monitoring is off. For single calls,
// give it a reporter. Where [Instrument] was called for the config too, the
// reporter given here gets the events, and gets them once.
//
// The errors are those of Instrument; with an error, nothing is appended. There
// is none if the options have a reporter and nothing else.
func AppendMiddlewares(apiOptions *[]func(*middleware.Stack) error, optFns ...func(*Options)) error {
	if apiOptions == nil {
		return errors.New("csm: no APIOptions to append to: the pointer is nil")
	}
	r, err := reporterFor(nil, optFns)
	if err == nil && r != nil {
		appendMiddlewares(apiOptions, r)
	}
	return err
}

// appendMiddlewares appends to a slice of its own: the array behind *apiOptions
// can be that of a copy of the config.
func appendMiddlewares(apiOptions *[]func(*middleware.Stack) error, r *csm.Reporter) {
	*apiOptions = append(slices.Clip(*apiOptions), func(stack *middleware.Stack) error {
		addSteps(stack, r)
		return nil
	})
}

// reporterFor is the reporter that the options or the configuration ask for, nil
// if monitoring is off.
func reporterFor(sources []any, optFns []func(*Options)) (*csm.Reporter, error) {
	var o Options
	for _, fn := range optFns {
		fn(&o)
	}
	if o.Reporter != nil {
		if o.SendSessionToken {
			return nil, errors.New("csm: SendSessionToken has no effect on a reporter made in code: set it there, with csm.New(csm.Options{SendSessionToken: true})")
		}
		return o.Reporter, nil
	}
	c, err := csm.ConfigFromEnvironment(chosenIn(sources))
	if err != nil {
		return nil, fmt.Errorf("csm: cannot monitor the AWS SDK: %w", err)
	}
	c.SendSessionToken = o.SendSessionToken
	r, err := c.Start()
	if err != nil {
		return nil, fmt.Errorf("csm: cannot monitor the AWS SDK: %w", err)
	}
	return r, nil
}
