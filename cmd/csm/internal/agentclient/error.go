package agentclient

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// ErrNoAgent is that nothing answers where an agent should be, or what answers is
// none.
var ErrNoAgent = errors.New("csm: no agent")

// An Error is why an agent did not give what it was asked for.
type Error struct {
	Err    error
	Hint   string // what to do; empty if there is nothing that is known to help
	Status int    // of the HTTP answer, or 0 if there was none

	noAgent bool
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is tells whether the error is [ErrNoAgent].
func (e *Error) Is(target error) bool { return target == ErrNoAgent && e.noAgent }

// passes tells whether it is worth to ask again.
func (e *Error) passes() bool { return e.Status == 0 || e.Status >= http.StatusInternalServerError }

// Hints that are given more than once.
const (
	startOne  = "start one: csm agent; or say where it serves: --agent URL"
	nameToken = "name the file with the token: --token-file FILE"
)

// failed is the error of a request that got no answer.
func (c *Client) failed(err error) *Error {
	if e := new(url.Error); errors.As(err, &e) {
		err = e.Err // without the address once more
	}
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &authority):
		return &Error{Err: c.says(err), Hint: "name the file with its authority: --cacert FILE"}
	case errors.As(err, &name):
		return &Error{Err: c.says(err), Hint: "use a name that is in the agent's certificate"}
	case errors.Is(err, http.ErrSchemeMismatch):
		return &Error{Err: c.says(errors.New("it does not speak TLS")), Hint: "use http:// for an agent without --http-cert", noAgent: true}
	}
	return &Error{Err: fmt.Errorf("csm: no agent answers at %s: %w", c.base, err), Hint: startOne, noAgent: true}
}

func (c *Client) says(err error) error { return fmt.Errorf("csm: the agent at %s: %w", c.base, err) }

// refused is the error of an answer that is none of success.
func (c *Client) refused(resp *http.Response) *Error {
	var told struct{ Error, Hint string }
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // what is missing is not told
	_ = json.Unmarshal(body, &told)                          // nor what is no JSON
	e := &Error{Status: resp.StatusCode, Hint: told.Hint}
	what := told.Error
	switch {
	case resp.StatusCode == http.StatusUnauthorized && strings.Contains(resp.Header.Get("WWW-Authenticate"), `realm="csm agent"`):
		what, e.Hint = "it demands a token", nameToken
		if c.token != "" {
			what, e.Hint = "it does not take the token", "use the token that the agent was given with --http-token-file"
		}
	case resp.StatusCode == http.StatusForbidden:
		what, e.Hint = "it demands a client certificate", "name the files with one and its key: --cert FILE --key FILE"
	case resp.StatusCode == http.StatusMisdirectedRequest:
		what, e.Hint = "it does not go by that name", "start it with --http-name NAME, or use its address"
	case strings.Contains(string(body), "HTTP request to an HTTPS server"):
		what, e.Hint = "it speaks HTTPS", "use https://"
	case what == "":
		e.Err = fmt.Errorf("csm: what answers at %s is no agent: HTTP status %d", c.base, resp.StatusCode)
		e.Hint, e.noAgent = startOne, true
		return e
	}
	e.Err = c.says(errors.New(what))
	return e
}
