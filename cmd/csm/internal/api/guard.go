package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// A permit is who may use the API, until another one takes its place.
type permit struct {
	access Access
	token  [sha256.Size]byte
	tls    *tls.Config // nil for HTTP

	valid context.Context // done when another one takes its place
	end   context.CancelFunc
}

// SetAccess changes who may use the API. Streams of events that clients read under
// the rules before it end; they can ask again. With an error, which is one of a file
// that a names, nothing has changed.
func (h *Handler) SetAccess(a Access) error {
	config, err := a.TLSConfig()
	if err != nil {
		return err
	}
	p := &permit{access: a, token: sha256.Sum256([]byte(a.Token)), tls: config}
	p.valid, p.end = context.WithCancel(context.Background())
	if old := h.permit.Swap(p); old != nil {
		old.end()
	}
	return nil
}

// TLSConfig is how to serve HTTPS under the rules of now, or nil for HTTP.
func (h *Handler) TLSConfig() *tls.Config { return h.permit.Load().tls }

// ServeHTTP answers what is permitted, and sets the headers that every answer has.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")

	p := h.permit.Load()
	if !p.access.knows(r) {
		fail(w, http.StatusMisdirectedRequest, "the agent does not go by the name in the Host header",
			"use 127.0.0.1 or localhost, or tell the agent the names that it goes by")
		return
	}
	if r.URL.Path == pathHealth || r.URL.Path == pathReady {
		h.routes.ServeHTTP(w, r)
		return
	}
	if !p.certified(r) {
		fail(w, http.StatusForbidden, "a client certificate is needed",
			"connect with a certificate of one of the authorities that the agent was given")
		return
	}
	if !p.shows(r) {
		header.Set("WWW-Authenticate", `Bearer realm="csm agent"`)
		fail(w, http.StatusUnauthorized, "the agent's token is needed, and was not shown",
			"send the header: Authorization: Bearer TOKEN")
		return
	}
	if r.URL.Path == pathEvents { // it can last for days
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(p.valid, cancel)()
		r = r.WithContext(ctx)
	}
	h.routes.ServeHTTP(w, r)
}

// certified tells whether a request came with a certificate of an authority that
// counts now. The handshake may have been under other rules.
func (p *permit) certified(r *http.Request) bool {
	if p.access.ClientCAFile == "" {
		return true
	}
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return false
	}
	o := x509.VerifyOptions{
		Roots: p.tls.ClientCAs, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, c := range r.TLS.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := r.TLS.PeerCertificates[0].Verify(o)
	return err == nil
}

// shows tells whether a request shows the token.
func (p *permit) shows(r *http.Request) bool {
	if p.access.Token == "" {
		return true
	}
	scheme, shown, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sum := sha256.Sum256([]byte(shown)) // of equal length, whatever is shown
	return subtle.ConstantTimeCompare(sum[:], p.token[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// knows tells whether a request is to a name that is the agent's own. A page in a
// browser can make its own name mean this machine (DNS rebinding), but it cannot
// keep that name out of the Host header.
func (a Access) knows(r *http.Request) bool {
	host := hostname(r.Host)
	if isLoopback(host) {
		return true
	}
	if slices.ContainsFunc(a.Hosts, func(name string) bool { return host != "" && strings.EqualFold(hostname(name), host) }) {
		return true
	}
	// An address that is not a name cannot be made to mean another one.
	ip, err := netip.ParseAddr(host)
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return err == nil && ok && local.AddrPort().Addr().Unmap().WithZone("") == ip.Unmap().WithZone("")
}

// hostname is a host without its port, the brackets of an IPv6 address, and the dot
// at the end of a name.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.TrimSuffix(host, ".")
}
