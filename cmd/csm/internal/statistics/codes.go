package statistics

import "strings"

// throttlingCodes are the codes that the SDKs take for throttling: the lists of
// aws-sdk-go v1 (request/retryer.go), aws-sdk-go-v2 (retry/standard.go), botocore
// (retries/standard.py), JavaScript v2, Java v1 and Ruby together.
var throttlingCodes = setOf(
	"BandwidthLimitExceeded",
	"EC2ThrottledException",
	"LimitExceededException",
	"PriorRequestNotComplete",
	"ProvisionedThroughputExceededException",
	"RequestLimitExceeded",
	"RequestThrottled",
	"RequestThrottledException",
	"SlowDown",
	"ThrottledException",
	"Throttling",
	"ThrottlingException",
	"TooManyRequestsException",
	"TransactionInProgressException",
)

// resultCodes are the codes that say more than a status does: those that the SDKs
// give to what is not the service's answer, and the service's own for a time-out.
var resultCodes = func() map[string]Result {
	m := make(map[string]Result)
	for result, codes := range map[Result][]string{
		Timeout: {
			"RequestTimeout", "RequestTimeoutException", // of services
			"ConnectTimeoutError", "ReadTimeoutError", // Python
			"ResponseTimeout",                                                   // Go v1
			"DeadlineExceeded", "DeadlineExceededError", "ResponseTimeoutError", // Go v2
			"TimeoutError", // JavaScript, and its time-outs while connecting
			"ClientExecutionTimeoutException", "ConnectTimeoutException", "ConnectionPoolTimeoutException",
			"HttpRequestTimeoutException", "SocketTimeoutException", // Java
			"OpenTimeout", "ReadTimeout", // Ruby, in Net::
			"REQUEST_TIMEOUT", // C++
		},
		Cancelled: {
			"RequestCanceled",                                   // Go v1
			"Canceled", "CanceledError", "RequestCanceledError", // Go v2
			"AbortError", "AbortedError", "RequestAbortedError", // JavaScript
			"AbortedException", "SdkInterruptedException", // Java
			"USER_CANCELLED", // C++
		},
		ConnectionError: {
			"ConnectionClosedError", "ConnectionError", "EndpointConnectionError", "HTTPClientError",
			"IncompleteReadError", "ProxyConnectionError", "ResponseStreamingError", "SSLError", // Python
			"ReadError", "RequestError", // Go v1
			"ConnectionResetError", "DNSError", "RequestSendError", // Go v2
			"NetworkingError", "UnknownEndpoint", // JavaScript, and Ruby's in Seahorse::Client::
			"NoSuchEndpointError", // Ruby, of a host without an address
			"ConnectException", "HttpHostConnectException", "NoHttpResponseException", "NoRouteToHostException",
			"SdkClientException", "SSLException", "SSLHandshakeException", "SocketException", "UnknownHostException", // Java
			"NETWORK_CONNECTION", // C++
		},
	} {
		for _, code := range codes {
			m[code] = result
		}
	}
	return m
}()

// resultOfCode is the result that a code stands for, whatever the status. Of a
// name with its package or module before it, as Java and Ruby have them, the last
// part counts.
func resultOfCode(code string) (r Result, listed bool) {
	if i := strings.LastIndexAny(code, ".:\\"); i >= 0 {
		code = code[i+1:]
	}
	r, listed = resultCodes[code]
	return r, listed
}

func setOf(codes ...string) map[string]bool {
	set := make(map[string]bool, len(codes))
	for _, code := range codes {
		set[code] = true
	}
	return set
}
