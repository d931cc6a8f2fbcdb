package agent

import "strings"

// What aws-sdk-go v1 puts behind the message of an error.
const (
	goStatus   = "\n\tstatus code: "
	goCause    = "\ncaused by: "
	goResponse = "\n{\n  RespMetadata: {" // the error as a Go struct
)

// Where senders cut codes and messages, in bytes.
const (
	maxCode    = 128
	maxMessage = 512
)

// messageOfGoV1 is the message in the text of an error of aws-sdk-go v1, which is
//
//	Code: message
//		status code: 400, request id: X, host id: Y
//	caused by: another error
//
// or, for errors that the service's model has, a dump of a struct behind the
// message. The cause is kept where it is asked for: in an error of the SDK it
// tells what happened. Texts without the code before them stay as they are. The
// end of the text may have been cut off.
func messageOfGoV1(code, text string, keepCause bool) string {
	message, ok := withoutCode(code, text)
	if !ok {
		return text
	}
	message, _, _ = strings.Cut(message, goResponse)
	rest := ""
	if before, after, found := strings.Cut(message, goStatus); found {
		message = before
		if _, cause, found := strings.Cut(after, goCause); found {
			rest = goCause + cause
		}
	} else if before, cause, found := strings.Cut(message, goCause); found {
		message, rest = before, goCause+cause
	} else if len(text) > maxMessage-len("\uFFFD") {
		message = withoutCutEnd(message)
	}
	if keepCause {
		message += rest
	}
	return message
}

// withoutCode is the text behind the code and a colon. A code that was cut stands
// in the text as it was before.
func withoutCode(code, text string) (string, bool) {
	if code == "" || !strings.HasPrefix(text, code) {
		return "", false
	}
	text = text[len(code):]
	if len(code) > maxCode-len("\uFFFD") {
		_, message, found := strings.Cut(text, ": ")
		return message, found
	}
	return strings.CutPrefix(text, ": ")
}

// withoutCutEnd is a message without the beginning of what the SDK puts behind it.
func withoutCutEnd(message string) string {
	for _, end := range []string{goStatus, goCause, goResponse} {
		for n := len(end) - 1; n > 1; n-- {
			if before, found := strings.CutSuffix(message, end[:n]); found {
				return before
			}
		}
	}
	return message
}
