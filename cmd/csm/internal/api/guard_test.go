package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"path/filepath"
	"testing"
)

const token = "0123456789abcdef0123"

func TestTheHostHeaderIsOneOfTheAgentsNames(t *testing.T) {
	o := options()
	o.Access.Hosts = []string{"agent.example", "fd00::7", "[fd00::8]"}
	h := handler(t, o)
	for _, test := range []struct {
		host  string
		known bool
	}{
		{"127.0.0.1:31080", true},
		{"127.0.0.1", true},
		{"127.8.8.8:1", true},
		{"localhost:31080", true},
		{"LOCALHOST.", true},
		{"[::1]:31080", true},
		{"[::1]", true},
		{"[::ffff:127.0.0.1]:80", true},
		{"agent.example:31080", true},
		{"Agent.Example.", true},
		{"[fd00::7]:31080", true},
		{"[fd00::8]:31080", true},
		{"10.1.2.3:31080", true}, // the address that the request came to
		{"10.1.2.4:31080", false},
		{"evil.example", false},
		{"localhost.evil.example", false},
		{"127.0.0.1.evil.example", false},
		{"agent.example.evil.example", false},
		{"", false},
		{":31080", false},
	} {
		for _, path := range []string{pathStats, pathHealth, pathMetrics} {
			w := ask(h, http.MethodGet, path, func(r *http.Request) {
				r.Host = test.host
				local := &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 31080}
				*r = *r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
			})
			if test.known && w.Code != http.StatusOK {
				t.Errorf("%s of %q: status %d", path, test.host, w.Code)
			}
			if !test.known {
				wantFailure(t, w, http.StatusMisdirectedRequest)
			}
		}
	}
}

func TestTheTokenIsNeededForAllButTheHealth(t *testing.T) {
	o := options()
	o.Access.Token = token
	h := handler(t, o)
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer " + token[1:], "Bearer " + token + "x", "Basic " + token, token} {
		for _, path := range []string{pathStats, pathEvents, pathOpenAPI, pathMetrics, "/nothing"} {
			w := ask(h, http.MethodGet, path, func(r *http.Request) { r.Header.Set("Authorization", header) })
			wantFailure(t, w, http.StatusUnauthorized)
			if w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s: nothing says how to show the token", path)
			}
		}
	}
	for _, path := range []string{pathHealth, pathReady} {
		if w := ask(h, http.MethodGet, path); w.Code != http.StatusOK {
			t.Errorf("%s without a token: status %d", path, w.Code)
		}
	}
	for _, scheme := range []string{"Bearer ", "bearer "} {
		w := ask(h, http.MethodGet, pathStats, func(r *http.Request) { r.Header.Set("Authorization", scheme+token) })
		if w.Code != http.StatusOK {
			t.Errorf("with the token: status %d", w.Code)
		}
	}
}

func TestAClientCertificateIsNeededForAllButTheHealth(t *testing.T) {
	dir := t.TempDir()
	a := Access{Token: token, CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	a.ClientCAFile = a.CertFile
	known, _ := certificate(t, a.CertFile, a.KeyFile)
	stranger, _ := certificate(t, filepath.Join(dir, "other.pem"), filepath.Join(dir, "otherkey.pem"))
	o := options()
	o.Access = a
	h := handler(t, o)
	withToken := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	withCert := func(r *http.Request) {
		r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{known.Leaf}}
	}
	wantFailure(t, ask(h, http.MethodGet, pathStats, withToken), http.StatusForbidden)
	wantFailure(t, ask(h, http.MethodGet, pathStats, withToken, func(r *http.Request) {
		r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{stranger.Leaf}}
	}), http.StatusForbidden)
	wantFailure(t, ask(h, http.MethodGet, pathStats, withCert), http.StatusUnauthorized)
	if w := ask(h, http.MethodGet, pathStats, withCert, withToken); w.Code != http.StatusOK {
		t.Errorf("with both: status %d", w.Code)
	}
	if w := ask(h, http.MethodGet, pathHealth); w.Code != http.StatusOK {
		t.Errorf("the health with neither: status %d", w.Code)
	}

	a.ClientCAFile = filepath.Join(dir, "other.pem")
	if err := h.SetAccess(a); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, ask(h, http.MethodGet, pathStats, withCert, withToken), http.StatusForbidden) // on the same connection
	a.ClientCAFile = filepath.Join(dir, "none.pem")
	if err := h.SetAccess(a); err == nil {
		t.Error("no error for a file that is not there")
	}
	wantFailure(t, ask(h, http.MethodGet, pathStats, withCert, withToken), http.StatusForbidden)
}
