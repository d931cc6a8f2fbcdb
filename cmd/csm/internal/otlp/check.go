package otlp

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"os"
	"strings"
)

// checkRequests checks the variables that say what a request of a signal is like.
func (env *environment) checkRequests(signal string) {
	if name, v := lookup(signal, "COMPRESSION"); v != "" && v != "gzip" && v != "none" {
		env.wrong("%s is %q: write gzip or none", name, v)
	}
	if name, v := lookup(signal, "INSECURE"); v != "" && !strings.EqualFold(v, "true") && !strings.EqualFold(v, "false") {
		env.wrong("%s is %q: write true or false", name, v)
	}
	if name, _ := lookup(signal, "TIMEOUT"); name != "" {
		env.number(name, 0)
	}
	name, headers := lookup(signal, "HEADERS")
	if headers == "" {
		return
	}
	for header := range strings.SplitSeq(headers, ",") {
		key, value, found := strings.Cut(header, "=")
		if _, err := url.PathUnescape(value); !found || err != nil || !isToken(strings.TrimSpace(key)) {
			env.wrong("%s is malformed: write name=value,name=value, with special characters in a value as %%XX", name)
			return
		}
	}
}

// isToken tells whether a text can be the name of a header.
func isToken(s string) bool {
	for _, r := range s {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) {
			return false
		}
	}
	return s != ""
}

// checkTLS checks that the files which a connection of a signal needs can be read.
func (env *environment) checkTLS(signal string) {
	if name, file := lookup(signal, "CERTIFICATE"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			env.wrong("%s: %w", name, err)
		} else if !x509.NewCertPool().AppendCertsFromPEM(pem) {
			env.wrong("%s: %s holds no certificate: write the path of a PEM file", name, file)
		}
	}
	name, certificate := lookup(signal, "CLIENT_CERTIFICATE")
	keyName, key := lookup(signal, "CLIENT_KEY")
	switch {
	case certificate == "" && key == "":
	case certificate == "":
		env.wrong("%s is set, but not the certificate of that key: set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", keyName)
	case key == "":
		env.wrong("%s is set, but not the key of that certificate: set OTEL_EXPORTER_OTLP_CLIENT_KEY", name)
	default:
		if _, err := tls.LoadX509KeyPair(certificate, key); err != nil {
			env.wrong("%s, %s: %w", name, keyName, err)
		}
	}
}
