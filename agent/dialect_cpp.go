package agent

import "strings"

// normalizeCPP gives a name to what C++ sends without one: that there was no
// response. The names are those of its enumeration CoreErrors; for a time-out, which
// it holds for any other trouble of the connection, too.
func (f failure) normalizeCPP(answered bool) {
	if answered || *f.awsCode != "" || *f.sdkCode != "" {
		return
	}
	number, isCurl := strings.CutPrefix(*f.sdkMessage, "curlCode: ")
	switch {
	case isCurl && strings.HasPrefix(number, "28,"): // CURLE_OPERATION_TIMEDOUT
		*f.sdkCode = "REQUEST_TIMEOUT"
	case isCurl, strings.HasPrefix(*f.sdkMessage, "Encountered network error"): // of Windows
		*f.sdkCode = "NETWORK_CONNECTION"
	case strings.Contains(*f.sdkMessage, "cancelled by user"):
		*f.sdkCode = "USER_CANCELLED"
	}
}
