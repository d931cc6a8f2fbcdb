package agent

import (
	"strings"

	"github.com/go-csm/csm"
)

// Normalize makes an event as this project's own senders would have sent it, where
// the sender's SDK is known to do otherwise; docs/protocol.md lists the rules. An
// event that is as it should be stays as it is, and so does what no rule knows.
// Codes and numbers are never changed, but for the name of a Ruby class, of which
// the service's code is left, and for what C++ leaves without a code.
//
// A [Listener] does so with each event before it hands it on, unless it is told to
// keep the dialect. What was normalized can be normalized again: a test holds that
// for what real senders sent.
func Normalize(e *csm.Event) {
	status, f := e.HTTPStatusCode, failure{&e.AWSException, &e.AWSExceptionMessage, &e.SDKException, &e.SDKExceptionMessage}
	if e.Type == csm.APICall {
		status, f = e.FinalHTTPStatusCode, failure{
			&e.FinalAWSException, &e.FinalAWSExceptionMessage, &e.FinalSDKException, &e.FinalSDKExceptionMessage,
		}
		e.XAmznRequestID, e.XAmzRequestID, e.XAmzID2 = "", "", ""
	}
	answered := status.Or(0) != 0
	sender := senderOf(e.UserAgent)
	f.normalizeRuby()
	if sender == cPlusPlus {
		f.normalizeCPP(answered)
	}
	if isLocal(*f.awsCode, sender, answered) {
		f.toSDK()
	}
	if sender == goV1 || sender == unknownSender {
		*f.awsMessage = messageOfGoV1(*f.awsCode, *f.awsMessage, false)
		*f.sdkMessage = messageOfGoV1(*f.sdkCode, *f.sdkMessage, true)
	}
	if sender == goV1 && e.Service == "S3" && e.FQDN == "" && e.XAmzRequestID == "" { // its own client sends no host
		e.XAmzRequestID, e.XAmznRequestID = e.XAmznRequestID, ""
	}
}

// A sender is an SDK that has a dialect.
type sender int

const (
	unknownSender sender = iota // it does not say
	goV1
	javaScript
	cPlusPlus
	otherSender
)

// senderOf is the SDK that a User-Agent header names.
func senderOf(userAgent string) sender {
	const product = "aws-sdk-"
	if userAgent == "" {
		return unknownSender
	}
	// A program may have put products of its own before it.
	for rest := userAgent; ; {
		i := strings.Index(rest, product)
		if i < 0 {
			return otherSender
		}
		begins := i == 0 && len(rest) == len(userAgent) || i > 0 && rest[i-1] == ' '
		rest = rest[i+len(product):]
		switch {
		case !begins:
		case strings.HasPrefix(rest, "go/"): // v2 says aws-sdk-go-v2/
			return goV1
		case strings.HasPrefix(rest, "nodejs/"), strings.HasPrefix(rest, "js/"):
			return javaScript
		case strings.HasPrefix(rest, "cpp/"):
			return cPlusPlus
		}
	}
}

// A failure is the exception fields of an event: those of the call, or those of
// the attempt.
type failure struct{ awsCode, awsMessage, sdkCode, sdkMessage *string }

// toSDK files the service's exception as the SDK's.
func (f failure) toSDK() {
	*f.sdkCode, *f.sdkMessage = *f.awsCode, *f.awsMessage
	*f.awsCode, *f.awsMessage = "", ""
}

// normalizeRuby files Ruby's classes where they belong: those of a service's
// module, Aws::KMS::Errors::NotFoundException, are the service's codes; all others,
// such as Seahorse::Client::NetworkingError, are the SDK's. No code of a service
// has two colons in it.
func (f failure) normalizeRuby() {
	if code, ok := codeOfRuby(*f.sdkCode); ok {
		if *f.awsCode == "" {
			*f.awsCode, *f.awsMessage = code, *f.sdkMessage
		}
		*f.sdkCode, *f.sdkMessage = "", ""
	}
	code, ok := codeOfRuby(*f.awsCode)
	switch {
	case ok:
		*f.awsCode = code
	case !strings.Contains(*f.awsCode, "::"):
	case *f.sdkCode == "":
		f.toSDK()
	default: // what was made of it, such as Aws::Errors::NoSuchEndpointError
		*f.awsCode, *f.awsMessage = "", ""
	}
}

// codeOfRuby is the service's code in the name of a Ruby class, and whether it is
// one. The modules of the gem that look like a service's are none.
func codeOfRuby(class string) (code string, ok bool) {
	service, code, ok := strings.Cut(strings.TrimPrefix(class, "Aws::"), "::Errors::")
	switch {
	case !ok, !strings.HasPrefix(class, "Aws::"), code == "", strings.Contains(service+code, ":"):
		return "", false
	case service == "Sigv4", service == "Waiters", service == "Plugins":
		return "", false
	}
	return code, true
}
