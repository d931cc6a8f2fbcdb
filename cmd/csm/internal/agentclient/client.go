// Package agentclient reads the HTTP API of an agent: statistics, and events as they
// come.
package agentclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/api"
)

// DefaultURL is where an agent serves its API unless it was told otherwise.
const DefaultURL = "http://127.0.0.1:31080"

const (
	connectLimit = 5 * time.Second  // for a connection, with TLS
	headerLimit  = 30 * time.Second // until an answer begins
	answerLimit  = time.Minute      // until it ends

	maxAnswer = 256 << 20 // bytes; the statistics of 10,000 series are a seventh
)

// Options say which agent to ask, and what to show it. The zero value is for the
// agent of this machine.
type Options struct {
	// URL is where the agent serves, such as https://host:31080. Without a scheme it
	// is http. Empty is [DefaultURL].
	URL string

	// TokenFile has the token that the agent demands. Empty means that it demands none.
	TokenFile string

	// CAFile are the authorities, in PEM, of which the agent's certificate has to be.
	// Empty means the system's.
	CAFile string

	// CertFile and KeyFile are the client's certificate and its key, in PEM, if the
	// agent demands one.
	CertFile, KeyFile string
}

// A Client asks one agent. Its methods can be called from any goroutine.
type Client struct {
	base  string // without a slash at the end
	token string
	http  *http.Client
}

// New makes a client. It reads the files, and asks nothing yet. An error is an [*Error].
func New(o Options) (*Client, error) {
	base, err := baseURL(o.URL)
	if err != nil {
		return nil, &Error{Err: err, Hint: "an agent is named so: --agent " + DefaultURL}
	}
	c := &Client{base: base}
	if c.token, err = o.token(); err != nil {
		return nil, &Error{Err: fmt.Errorf("csm: the agent's token: %w", err), Hint: nameToken}
	}
	config, err := o.tlsConfig()
	if err != nil {
		return nil, &Error{Err: err, Hint: "name files in PEM: --cacert, or --cert with --key"}
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: connectLimit}).DialContext,
			TLSClientConfig:       config,
			TLSHandshakeTimeout:   connectLimit,
			ResponseHeaderTimeout: headerLimit,
			IdleConnTimeout:       time.Minute,
		},
		// The token is for the agent, not for where it may point to.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// baseURL is where the paths of the API begin.
func baseURL(s string) (string, error) {
	if s == "" {
		s = DefaultURL
	}
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("csm: %q is not where an agent can be: that is written as %s", s, DefaultURL)
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.Path, "/"), nil
}

// token reads the token, if the agent demands one.
func (o Options) token() (string, error) {
	if o.TokenFile == "" {
		return "", nil
	}
	b, err := os.ReadFile(o.TokenFile)
	if err != nil {
		return "", err
	}
	token := strings.TrimRight(string(b), "\r\n")
	switch {
	case token == "":
		return "", fmt.Errorf("%s is empty", o.TokenFile)
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", fmt.Errorf("%s holds something else, or more: a token has no spaces, no line breaks, and nothing but ASCII", o.TokenFile)
	}
	return token, nil
}

func (o Options) tlsConfig() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("csm: the agent's authorities: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("csm: there is no certificate in %s: authorities are in PEM", o.CAFile)
		}
	}
	if (o.CertFile == "") != (o.KeyFile == "") {
		return nil, errors.New("csm: a client certificate and its key go together: give both, or neither")
	}
	if o.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("csm: cannot read the client certificate and its key: %w", err)
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return c, nil
}

// URL is where the agent is asked.
func (c *Client) URL() string { return c.base }

// Check tells why the agent cannot be asked, or nil if it can: [ErrNoAgent] is that
// there is none.
func (c *Client) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	resp, err := c.do(ctx, http.MethodHead, api.PathStats, nil)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Operations gives the numbers of all operations, merged over clients and regions,
// and brief.
func (c *Client) Operations(ctx context.Context) (api.Statistics, error) {
	return c.stats(ctx, url.Values{"by": {"operation"}, "brief": {"true"}})
}

// Operation gives all numbers of one operation and its errors, merged over clients
// and regions. There are none if the agent does not know it, and there can be more
// than one: names that differ by upper and lower case.
func (c *Client) Operation(ctx context.Context, service, operation string) (api.Statistics, error) {
	return c.stats(ctx, url.Values{"by": {"operation"}, "service": {service}, "operation": {operation}})
}

func (c *Client) stats(ctx context.Context, query url.Values) (s api.Statistics, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	resp, err := c.do(ctx, http.MethodGet, api.PathStats, query)
	if err != nil {
		return s, err
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&s); err != nil {
		return s, c.failed(fmt.Errorf("the answer cannot be read: %w", err))
	}
	return s, nil
}

// do makes a request. The response, whose body the caller closes, is one of success.
func (c *Client) do(ctx context.Context, method, path string, query url.Values) (*http.Response, error) {
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return nil, c.failed(err)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, c.failed(err)
	}
	if resp.StatusCode != http.StatusOK {
		defer func() { _ = resp.Body.Close() }() // it was only read
		return nil, c.refused(resp)
	}
	return resp, nil
}
