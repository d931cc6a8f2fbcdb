package attempt

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-csm/csm"
)

// Request fills what an attempt's request tells, as it was sent: user agent, host,
// and from its signature the access key, the session token and the region. The
// region of e stays as it is if the request was not signed for one. A nil request
// tells nothing.
func Request(e *csm.Event, r *http.Request) {
	if r == nil {
		return
	}
	e.UserAgent = r.Header.Get("User-Agent")
	e.FQDN = host(r.URL)
	s := signatureOf(r)
	e.AccessKey = s.accessKey
	if s.region != "" {
		e.Region = s.region
	}
	if s.accessKey != "" {
		e.SessionToken = r.Header.Get("X-Amz-Security-Token")
		if e.SessionToken == "" {
			e.SessionToken = r.Header.Get("X-Amz-S3session-Token") // S3 Express
		}
	}
}

// SigningRegion is the region that a request was signed for, empty if it was not
// signed or its signature has none, as those of several regions have not.
func SigningRegion(r *http.Request) string {
	if r == nil {
		return ""
	}
	return signatureOf(r).region
}

// Response fills what the response's header tells: the status code and the
// request IDs. A nil response, or one with status 0, which SDKs put where there
// was none, tells nothing.
func Response(e *csm.Event, r *http.Response) {
	if r == nil || r.StatusCode == 0 {
		return
	}
	e.HTTPStatusCode = csm.Known(r.StatusCode)
	e.XAmznRequestID = r.Header.Get("X-Amzn-Requestid")
	e.XAmzRequestID = r.Header.Get("X-Amz-Request-Id")
	e.XAmzID2 = r.Header.Get("X-Amz-Id-2")
}

// host is the host of a URL, without the port if that is the scheme's own.
func host(u *url.URL) string {
	if u == nil {
		return ""
	}
	port := u.Port()
	if u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		return strings.TrimSuffix(u.Host, ":"+port)
	}
	return u.Host
}

// A signature is what a request's signature says of its signer.
type signature struct{ accessKey, region string }

// signatureOf reads the signature from a request's Authorization header, or from
// its query if it was signed there.
func signatureOf(r *http.Request) signature {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch scheme {
	case "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256":
		_, rest, _ = strings.Cut(rest, "Credential=")
		scope, _, _ := strings.Cut(rest, ",")
		return credentialScope(scheme, strings.TrimSpace(scope))
	case "AWS": // version 2 of the signature: AWS key:signature
		key, _, _ := strings.Cut(rest, ":")
		return signature{accessKey: key}
	}
	if r.URL == nil || !strings.Contains(r.URL.RawQuery, "AWSAccessKeyId=") && !strings.Contains(r.URL.RawQuery, "X-Amz-Credential=") {
		return signature{}
	}
	query := r.URL.Query()
	if scope := query.Get("X-Amz-Credential"); scope != "" {
		return credentialScope(query.Get("X-Amz-Algorithm"), scope)
	}
	return signature{accessKey: query.Get("AWSAccessKeyId")}
}

// credentialScope reads key/date/region/service/aws4_request, and the form without
// a region that signatures for several regions have.
func credentialScope(algorithm, scope string) signature {
	key, rest, _ := strings.Cut(scope, "/")
	_, rest, _ = strings.Cut(rest, "/")
	region, _, _ := strings.Cut(rest, "/")
	if algorithm == "AWS4-ECDSA-P256-SHA256" {
		region = ""
	}
	return signature{key, region}
}
