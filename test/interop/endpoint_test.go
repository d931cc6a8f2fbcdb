//go:build interop

package interop

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// startMoto starts moto, which stands in for AWS, and gives its URL.
func startMoto(t *testing.T, cache string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(cache, "python", "bin", "python"), "-m", "moto.server", "-H", "127.0.0.1", "-p", "0")
	cmd.Env = environment(t.TempDir())
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	timeout := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer timeout.Stop()
	running := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)
	var seen []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if found := running.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return found[1]
		}
		seen = append(seen, lines.Text())
	}
	t.Fatalf("moto does not run:\n%s", strings.Join(seen, "\n"))
	return ""
}

// An endpoint is where a sender sends its requests in one scenario. It counts them.
type endpoint struct {
	url    string
	bucket string // has key-0 to key-4, but in the scenario that makes it

	mu       sync.Mutex
	requests map[string]uint64 // by operation, such as "S3.GetObject"
}

var buckets atomic.Int64

func newEndpoint(t *testing.T, s sender, scenario, moto string) *endpoint {
	t.Helper()
	e := &endpoint{bucket: fmt.Sprintf("bucket-%d", buckets.Add(1)), requests: make(map[string]uint64)}
	var handler http.Handler
	switch scenario {
	case "refused":
		e.url = "http://" + refusedAddress(t)
		return e
	case "throttled", "exhausted", "timeout", "threads":
		handler = faults(scenario)
	default:
		if s.fakePages && scenario == "paginator" {
			handler = faults(scenario)
			break
		}
		to, err := url.Parse(moto)
		if err != nil {
			t.Fatal(err)
		}
		handler = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
		}}
		if scenario != "s3" {
			e.fill(t, moto)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the sender has gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		operation := operationOf(r, body)
		e.mu.Lock()
		e.requests[operation]++
		e.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.CloseClientConnections) // before Close, which waits for what hangs
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

// fill makes the bucket and its objects.
func (e *endpoint) fill(t *testing.T, moto string) {
	t.Helper()
	paths := []string{""}
	for i := range 5 {
		paths = append(paths, fmt.Sprintf("/key-%d", i))
	}
	for _, path := range paths {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, moto+"/"+e.bucket+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: %s", r.Method, r.URL, response.Status)
		}
	}
}

// checkRequests holds the requests that came against the attempts that the sender
// should have made.
func (e *endpoint) checkRequests(t *testing.T, want figures) {
	t.Helper()
	if e.url == "" || strings.HasSuffix(t.Name(), "/refused") {
		return // nobody has counted
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	attempts := make(map[string]uint64)
	for name, o := range want {
		attempts[name] = o.Attempts
	}
	if !maps.Equal(e.requests, attempts) {
		t.Errorf("the endpoint got the requests %v, want %v", e.requests, attempts)
	}
}

// waitFor waits until as many requests have come as there are attempts. If they do
// not come in time, the figures will tell.
func (e *endpoint) waitFor(want figures) {
	for deadline := time.Now().Add(limit / 4); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		e.mu.Lock()
		missing := false
		for name, o := range want {
			missing = missing || e.requests[name] < o.Attempts
		}
		e.mu.Unlock()
		if !missing {
			return
		}
	}
}

// operationOf is the operation that a request is for.
func operationOf(r *http.Request, body []byte) string {
	if _, operation, found := strings.Cut(r.Header.Get("X-Amz-Target"), "TrentService."); found {
		return "KMS." + operation
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Has("Action") {
		return "STS." + form.Get("Action")
	}
	_, key, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	target := "Object"
	if key == "" {
		target = "Bucket"
	}
	switch {
	case query.Get("list-type") == "2":
		return "S3.ListObjectsV2"
	case query.Has("uploads"):
		return "S3.CreateMultipartUpload"
	case query.Has("partNumber"):
		return "S3.UploadPart"
	case query.Has("uploadId"):
		return "S3.CompleteMultipartUpload"
	case r.Method == http.MethodPut && key == "":
		return "S3.CreateBucket"
	}
	method := r.Method[:1] + strings.ToLower(r.Method[1:])
	return "S3." + method + target
}

// refusedAddress is an address that refuses connections: its port is taken, and
// nobody listens there.
func refusedAddress(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", bound.(*syscall.SockaddrInet4).Port)
}

// faults is a service that fails as a scenario has it. What it answers otherwise is
// as little as the SDKs take.
func faults(scenario string) http.Handler {
	var mu sync.Mutex
	times := make(map[string]int) // how often something was asked for
	count := func(what string) int {
		mu.Lock()
		defer mu.Unlock()
		times[what]++
		return times[what]
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // it is in memory
		operation := operationOf(r, body)
		switch scenario {
		case "timeout":
			<-r.Context().Done()
		case "exhausted":
			refuse(w, operation)
		case "throttled": // JSON twice, XML once
			if n := count(operation); n == 1 || n == 2 && strings.HasPrefix(operation, "KMS.") {
				refuse(w, operation)
				return
			}
			succeed(w, operation, "")
		case "threads": // the first time, each second key is busy
			key := keyOf(r, body)
			if strings.ContainsAny(key[len(key)-1:], "13579") && count(key) == 1 {
				refuse(w, operation)
				return
			}
			succeed(w, operation, "")
		case "paginator":
			next := ""
			if page := count(operation); page < 3 {
				next = fmt.Sprintf("page-%d", page+1)
			}
			succeed(w, operation, next)
		}
	})
}

// keyOf is the key of an object, or of KMS, that a request is for.
func keyOf(r *http.Request, body []byte) string {
	var parameters struct {
		KeyID string `json:"KeyId"`
	}
	if json.Unmarshal(body, &parameters) == nil && parameters.KeyID != "" {
		return parameters.KeyID
	}
	return r.URL.Path
}

// refuse answers with throttling, and for STS with a failure of the service.
func refuse(w http.ResponseWriter, operation string) {
	switch service, _, _ := strings.Cut(operation, "."); service {
	case "KMS":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("X-Amzn-Requestid", "5d144fc3-782f-214f-ca5e-36608451ff65")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"ThrottlingException","message":"Rate exceeded"}`)
	case "STS":
		w.Header().Set("Content-Type", "text/xml")
		w.Header().Set("X-Amzn-Requestid", "5d144fc3-782f-214f-ca5e-36608451ff65")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Receiver</Type>`+
			`<Code>InternalFailure</Code><Message>It broke.</Message></Error><RequestId>5d144fc3</RequestId></ErrorResponse>`)
	default:
		w.Header().Set("Content-Type", "application/xml")
		w.Header().Set("X-Amz-Request-Id", "ZSXD8EQTC15HK8KJ")
		w.Header().Set("X-Amz-Id-2", "WlNYRDhFUVRDMTVISzhLSg==")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code>`+
			`<Message>Please reduce your request rate.</Message></Error>`)
	}
}

// succeed answers with a success. Of a list, next is the token of the next page.
func succeed(w http.ResponseWriter, operation, next string) {
	switch operation {
	case "KMS.ListKeys":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"Keys":[],"Truncated":false}`)
	case "KMS.DescribeKey":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"KeyMetadata":{"KeyId":"key"}}`)
	case "S3.ListObjectsV2":
		w.Header().Set("Content-Type", "application/xml")
		more := "<IsTruncated>false</IsTruncated>"
		if next != "" {
			more = "<IsTruncated>true</IsTruncated><NextContinuationToken>" + next + "</NextContinuationToken>"
		}
		_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>`+
			`<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix>`+
			`<KeyCount>1</KeyCount><MaxKeys>1</MaxKeys>%s<Contents><Key>key%s</Key><Size>4</Size>`+
			`<LastModified>2026-10-12T10:15:00.000Z</LastModified><ETag>"841a2d689ad86bd1611447453c22c6fc"</ETag>`+
			`</Contents></ListBucketResult>`, more, next)
	default: // an object
		w.Header().Set("ETag", `"841a2d689ad86bd1611447453c22c6fc"`)
	}
}
