package agent

// isLocal tells whether a code that was filed as the service's is the SDK's own.
//
// A service cannot fail without a response, so what Go v1 files as a service's
// error without a status is not one. Of a sender that does not say who it is, the
// codes that are known to be an SDK's own are; Go v1 does not say so when it fails
// before it has made a request. JavaScript gives time-outs the status of the
// attempt before: there the code alone tells.
func isLocal(code string, s sender, answered bool) bool {
	switch {
	case code == "":
		return false
	case s == javaScript && connectionCodes[code]:
		return true
	case answered:
		return false
	case s == goV1:
		return true
	}
	return connectionCodes[code] || s == unknownSender && localCodes[code]
}

// connectionCodes are what JavaScript calls errors for which there was no response.
// No service has them.
var connectionCodes = map[string]bool{
	"NetworkingError":     true,
	"RequestAbortedError": true,
	"TimeoutError":        true,
	"UnknownEndpoint":     true,
}

// localCodes are what aws-sdk-go v1 calls errors that it found itself. All of them
// are filed as the service's, but RequestError, RequestCanceled and
// SerializationError. Some are names that services use too, with a status.
var localCodes = map[string]bool{
	// parameters
	"ConfigurationError":        true,
	"ContentMD5":                true,
	"InvalidARNError":           true,
	"InvalidParameter":          true,
	"InvalidPresignExpireError": true,
	"ParamFormatInvalidError":   true,
	"ParamMaxLenError":          true,
	"ParamMinLenError":          true,
	"ParamMinValueError":        true,
	"ParamRequiredError":        true,

	// region and endpoint
	"InvalidEndpointURL":       true,
	"MinimumHTTPProtocolError": true,
	"MissingEndpoint":          true,
	"MissingRegion":            true,
	"UnknownEndpointError":     true,
	"UnknownServiceError":      true,

	// credentials
	"AssumeRoleTokenNotAvailable":   true,
	"CredentialsEndpointError":      true,
	"EC2MetadataError":              true,
	"EC2MetadataRequestError":       true,
	"EC2RoleRequestError":           true,
	"EmptyEC2RoleList":              true,
	"EmptyStaticCreds":              true,
	"EnvAccessKeyNotFound":          true,
	"EnvSecretNotFound":             true,
	"NoCredentialProviders":         true,
	"PluginProviderRetrieveError":   true,
	"PluginRetrieveNilError":        true,
	"ProcessProviderExecutionError": true,
	"ProcessProviderParseError":     true,
	"ProcessProviderRequiredError":  true,
	"ProcessProviderVersionError":   true,
	"SSOProviderInvalidToken":       true,
	"SharedConfigErr":               true,
	"SharedCredsAccessKey":          true,
	"SharedCredsLoad":               true,
	"SharedCredsSecret":             true,
	"UserHomeNotFound":              true,
	"WebIdentityErr":                true,

	// the response
	"ReadError":       true,
	"ResponseTimeout": true,
}
