package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// guard lets through to next what Access permits, and sets the headers that every
// answer has.
func guard(a Access, next http.Handler) http.Handler {
	token := sha256.Sum256([]byte(a.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")

		if !a.knows(r) {
			fail(w, http.StatusMisdirectedRequest, "the agent does not go by the name in the Host header",
				"use 127.0.0.1 or localhost, or tell the agent the names that it goes by")
			return
		}
		if r.URL.Path == pathHealth || r.URL.Path == pathReady {
			next.ServeHTTP(w, r)
			return
		}
		if a.ClientCAFile != "" && (r.TLS == nil || len(r.TLS.VerifiedChains) == 0) {
			fail(w, http.StatusForbidden, "a client certificate is needed",
				"connect with a certificate of one of the authorities that the agent was given")
			return
		}
		if a.Token != "" {
			scheme, shown, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			sum := sha256.Sum256([]byte(shown)) // of equal length, whatever is shown
			if subtle.ConstantTimeCompare(sum[:], token[:]) != 1 || !strings.EqualFold(scheme, "Bearer") {
				h.Set("WWW-Authenticate", `Bearer realm="csm agent"`)
				fail(w, http.StatusUnauthorized, "the agent's token is needed, and was not shown",
					"send the header: Authorization: Bearer TOKEN")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
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
