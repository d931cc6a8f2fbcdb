package agent

import (
	"strings"
	"unicode/utf8"

	"github.com/go-csm/csm"
)

const (
	// maxEvent is the size in bytes of the largest event that is handed on as it is.
	// The largest that an SDK was seen to send has 9,299.
	maxEvent = 2 * csm.MaxDatagram

	// What is kept of the texts of a larger one, in bytes; of messages, maxMessage.
	maxText = 256
)

// bound cuts the texts of an event, so that whoever keeps some events in a queue
// keeps no more than that many datagrams' worth of memory.
func bound(e *csm.Event) {
	for _, text := range []*string{
		&e.ClientID, &e.Service, &e.API, &e.Region, &e.UserAgent, &e.FinalAWSException, &e.FinalSDKException,
		&e.FQDN, &e.AccessKey, &e.XAmznRequestID, &e.XAmzRequestID, &e.XAmzID2,
		&e.AWSException, &e.SDKException, &e.DestinationIP,
	} {
		*text = cut(*text, maxText)
	}
	for _, text := range []*string{
		&e.FinalAWSExceptionMessage, &e.FinalSDKExceptionMessage, &e.AWSExceptionMessage, &e.SDKExceptionMessage,
	} {
		*text = cut(*text, maxMessage)
	}
}

// cut is what is within the first n bytes of s, up to a rune's edge, in memory of
// its own: the texts of an event share what their datagram took.
func cut(s string, n int) string {
	if len(s) > n {
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	return strings.Clone(s)
}
