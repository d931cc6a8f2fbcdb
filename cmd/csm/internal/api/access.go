package api

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// minToken is the length of the shortest token that cannot be guessed.
const minToken = 16

// Access says who may use the API. The zero value is for loopback addresses.
type Access struct {
	// Token is what clients have to show: "Authorization: Bearer " and the token.
	// Empty means that they need none.
	Token string

	// CertFile and KeyFile are the server's certificate and its key, in PEM, for
	// HTTPS. Empty means HTTP.
	CertFile, KeyFile string

	// ClientCAFile are the authorities, in PEM, of which clients have to show a
	// certificate. Empty means that they need none. With a token as well, they need
	// both.
	ClientCAFile string

	// Hosts are the names and addresses, without ports, under which clients know
	// the API, besides the loopback ones and the address that they connected to.
	Hosts []string
}

// Check says what is wrong with an address to listen to, such as
// "127.0.0.1:31080", and who may use it: an address that is not of loopback needs a
// token or client certificates. It looks into no file; [Access.TLSConfig] does.
func (a Access) Check(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("csm: the API cannot listen to %q: an address is host:port, such as 127.0.0.1:31080", address)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("csm: the API cannot listen to %q: a port is a number from 0 to 65535", address)
	}
	switch {
	case a.Token != "" && len(a.Token) < minToken:
		return fmt.Errorf("csm: the API's token has %d characters, which can be guessed: take %d or more, "+
			"such as from: openssl rand -hex 32", len(a.Token), minToken)
	case strings.ContainsFunc(a.Token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("csm: the API's token has characters that a header cannot carry: take letters and digits; " +
			"a line break at the end of its file is one too")
	case (a.CertFile == "") != (a.KeyFile == ""):
		return errors.New("csm: the API's certificate and its key go together: give both, or neither")
	case a.ClientCAFile != "" && a.CertFile == "":
		return errors.New("csm: client certificates need HTTPS: give the API's certificate and its key too")
	case !isLoopback(host) && a.Token == "" && a.ClientCAFile == "":
		return fmt.Errorf("csm: the API at %s could be read by other machines: "+
			"listen to 127.0.0.1, or give a token or a file of client authorities", address)
	}
	return nil
}

// TLSConfig is how to serve HTTPS, or nil if Access is for HTTP. Clients that show
// no certificate can connect, for the paths that tell whether the agent is well;
// the [Handler] turns them away from all others.
func (a Access) TLSConfig() (*tls.Config, error) {
	if a.CertFile == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(a.CertFile, a.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("csm: cannot read the API's certificate and key: %w", err)
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}
	if a.ClientCAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(a.ClientCAFile)
	if err != nil {
		return nil, fmt.Errorf("csm: cannot read the client authorities: %w", err)
	}
	c.ClientCAs = x509.NewCertPool()
	if !c.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("csm: there is no certificate in %s: client authorities are in PEM", a.ClientCAFile)
	}
	c.ClientAuth = tls.VerifyClientCertIfGiven
	return c, nil
}

// isLoopback tells whether a host is this machine to itself. Names that have to be
// looked up are not.
func isLoopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
