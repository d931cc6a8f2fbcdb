package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAnAddressThatOthersCanReachNeedsAToken(t *testing.T) {
	tls := Access{CertFile: "c", KeyFile: "k"}
	mutual := Access{CertFile: "c", KeyFile: "k", ClientCAFile: "ca"}
	for _, test := range []struct {
		address string
		access  Access
		wrong   string // what the error has to say, or nothing if all is well
	}{
		{"127.0.0.1:31080", Access{}, ""},
		{"127.1.2.3:0", Access{}, ""},
		{"[::1]:31080", Access{}, ""},
		{"localhost:31080", Access{}, ""},
		{"0.0.0.0:31080", Access{Token: token}, ""},
		{"0.0.0.0:31080", mutual, ""},
		{":31080", Access{}, "token"},
		{"0.0.0.0:31080", Access{}, "token"},
		{"[::]:31080", Access{}, "token"},
		{"10.1.2.3:31080", tls, "token"},
		{"agent.example:31080", Access{}, "token"},
		{"localhost.example:31080", Access{}, "token"},
		{"127.0.0.1", Access{}, "host:port"},
		{"127.0.0.1:http", Access{}, "65535"},
		{"127.0.0.1:65536", Access{}, "65535"},
		{"127.0.0.1:31080", Access{Token: "short"}, "guessed"},
		{"127.0.0.1:31080", Access{Token: token + "\n"}, "header"},
		{"127.0.0.1:31080", Access{Token: token + "é"}, "header"},
		{"127.0.0.1:31080", Access{CertFile: "c"}, "both"},
		{"127.0.0.1:31080", Access{KeyFile: "k"}, "both"},
		{"127.0.0.1:31080", Access{ClientCAFile: "ca"}, "HTTPS"},
	} {
		err := test.access.Check(test.address)
		switch {
		case test.wrong == "" && err != nil:
			t.Errorf("%s: %v", test.address, err)
		case test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)):
			t.Errorf("%s with %+v: %v, want an error with %q", test.address, test.access, err, test.wrong)
		case err != nil && test.access.Token != "" && strings.Contains(err.Error(), test.access.Token):
			t.Errorf("the token is in the error: %v", err)
		}
	}
}

func TestHTTPSWithClientCertificates(t *testing.T) {
	dir := t.TempDir()
	a := Access{
		CertFile:     filepath.Join(dir, "cert.pem"),
		KeyFile:      filepath.Join(dir, "key.pem"),
		ClientCAFile: filepath.Join(dir, "cert.pem"),
	}
	if _, err := a.TLSConfig(); err == nil {
		t.Fatal("no error without the files")
	}
	known, pool := certificate(t, a.CertFile, a.KeyFile)
	stranger, _ := certificate(t, filepath.Join(dir, "other.pem"), filepath.Join(dir, "otherkey.pem"))
	o := options()
	o.Access = a
	h := handler(t, o)
	s := NewServer(h, nil)
	s.TLSConfig = h.TLSConfig()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	go func() { _ = s.ServeTLS(l, "", "") }()

	get := func(path string, certs ...tls.Certificate) int {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certs}}
		defer transport.CloseIdleConnections()
		resp, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Get("https://" + l.Addr().String() + path)
		if err != nil {
			return 0
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	for _, test := range []struct {
		name, path string
		certs      []tls.Certificate
		want       int
	}{
		{"known", pathStats, []tls.Certificate{known}, http.StatusOK},
		{"none", pathStats, nil, http.StatusForbidden},
		{"none, for the health", pathHealth, nil, http.StatusOK},
	} {
		if got := get(test.path, test.certs...); got != test.want {
			t.Errorf("with the certificate %s: status %d, want %d", test.name, got, test.want)
		}
	}
	// A client keeps a certificate to itself that the server's authorities did not
	// make, so it is forced on the server here.
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &stranger, nil }}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Get("https://" + l.Addr().String() + pathHealth)
	if err == nil {
		resp.Body.Close()
		t.Errorf("with a stranger's certificate: status %d, want none", resp.StatusCode)
	}
}

func TestTLSConfigSaysWhatIsWrongWithItsFiles(t *testing.T) {
	dir := t.TempDir()
	a := Access{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	certificate(t, a.CertFile, a.KeyFile)
	a.ClientCAFile = a.KeyFile
	if _, err := a.TLSConfig(); err == nil || !strings.Contains(err.Error(), "no certificate in") {
		t.Errorf("a key as authority: %v", err)
	}
	if c, err := (Access{}).TLSConfig(); c != nil || err != nil {
		t.Errorf("for HTTP: %v, %v, want nothing", c, err)
	}
}

// certificate writes a certificate for 127.0.0.1 that is its own authority.
func certificate(t *testing.T, certFile, keyFile string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: filepath.Base(certFile)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	for name, data := range map[string][]byte{certFile: certPEM, keyFile: keyPEM} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return cert, pool
}
