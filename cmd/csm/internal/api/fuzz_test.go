package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// FuzzRequest holds that any request gets an answer, with the headers that every
// answer has; that only one to the agent's own names, with the token, gets more than
// a refusal; and that what is JSON by its type is JSON.
func FuzzRequest(f *testing.F) {
	const token = "a-token-that-is-long"
	authorized := "\r\nAuthorization: Bearer " + token
	for _, request := range []string{
		"GET /api/v1/stats?service=S3&region=eu-west-1 HTTP/1.1\r\nHost: localhost" + authorized,
		"GET /api/v1/stats?service=%zz&;=%00 HTTP/1.1\r\nHost: 127.0.0.1:31080" + authorized,
		"GET /api/v1/events?errors=true&api=Get HTTP/1.1\r\nHost: [::1]:1" + authorized,
		"HEAD /metrics HTTP/1.0\r\nHost: 127.0.0.1" + authorized,
		"POST //../api/v1/stats HTTP/1.1\r\nHost: localhost.:80\r\nContent-Length: 0" + authorized,
		"GET /healthz HTTP/1.1\r\nHost: attacker.example" + authorized,
		"GET http://attacker.example/readyz HTTP/1.1\r\nHost: localhost\r\nAuthorization: bearer x",
		"GET /api/v1/stats HTTP/1.1\r\nHost: 127.0.0.1.attacker.example\r\nOrigin: http://localhost" + authorized,
	} {
		f.Add(request)
	}
	o := options()
	o.Access = Access{Token: token, Hosts: []string{"agent.example"}}
	h := handler(f, o)
	local := context.WithValue(context.Background(), http.LocalAddrContextKey,
		&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 31080})
	gone, leave := context.WithCancel(local)
	leave()
	f.Fuzz(func(t *testing.T, request string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request + "\r\n\r\n")))
		if err != nil {
			return
		}
		ctx := local
		if r.URL.Path == pathEvents { // which would not end
			ctx = gone
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(ctx))
		answer := w.Result()
		defer answer.Body.Close()
		for _, name := range []string{"X-Content-Type-Options", "Content-Security-Policy", "Cache-Control"} {
			if answer.Header.Get(name) == "" {
				t.Errorf("no %s", name)
			}
		}
		for name := range answer.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: %s", name, answer.Header.Get(name))
			}
		}
		isJSON := strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json")
		if isJSON && r.Method != http.MethodHead && !json.Valid(w.Body.Bytes()) {
			t.Errorf("not JSON: %q", w.Body)
		}
		host := strings.ToLower(r.Host)
		ours := slices.ContainsFunc([]string{"localhost", "127.", "agent.example", "::1", "::ffff:", "0:"}, func(name string) bool {
			return strings.HasPrefix(strings.TrimPrefix(host, "["), name)
		})
		health := r.URL.Path == pathHealth || r.URL.Path == pathReady
		switch status := answer.StatusCode; {
		case !ours && status != http.StatusMisdirectedRequest:
			t.Errorf("an answer to the name %q: %d", r.Host, status)
		case status == http.StatusMisdirectedRequest, health:
		case !strings.Contains(r.Header.Get("Authorization"), token) && status != http.StatusUnauthorized:
			t.Errorf("an answer without the token: %d", status)
		case !slices.Contains([]int{200, 400, 401, 404, 405}, status):
			t.Errorf("the status is %d", status)
		}
	})
}
