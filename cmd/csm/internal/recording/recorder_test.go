package recording

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-csm/csm"
)

// numbered is the nth event of a test. Its number is its latency.
func numbered(n int) *csm.Event {
	return &csm.Event{
		Type: csm.APICall, ClientID: "app", Service: "S3", API: "GetObject", Region: "eu-central-1",
		Timestamp: time.UnixMilli(1700000000000 + int64(n)), Latency: csm.Known(n), AttemptCount: csm.Known(1),
	}
}

// mustOpen begins to record as host web-1.
func mustOpen(t *testing.T, o Options) *Recorder {
	t.Helper()
	o.Host = "web-1"
	r, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close(t.Context()) })
	return r
}

// writeNumbered records the events from first up to, and without, end.
func writeNumbered(r *Recorder, first, end int) {
	for n := first; n < end; n++ {
		r.Write(numbered(n))
	}
}

func mustClose(t *testing.T, r *Recorder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// numbers are the numbers of the events in files, which must have been recorded on
// web-1, and of nothing else.
func numbers(t *testing.T, files ...string) []int {
	t.Helper()
	var numbers []int
	counts, err := Reader{Problem: func(p Problem) { t.Errorf("%+v", p) }}.Read(files, func(e *Entry) bool {
		if e.Host != "web-1" {
			t.Errorf("recorded on %q", e.Host)
		}
		numbers = append(numbers, int(e.Event.Latency.Or(-1)))
		return true
	})
	if err != nil || counts.Torn > 0 {
		t.Fatalf("%+v, error %v", counts, err)
	}
	return numbers
}

// wantNumbers wants the events from first up to, and without, end.
func wantNumbers(t *testing.T, got []int, first, end int) {
	t.Helper()
	if len(got) != end-first {
		t.Errorf("%d events, want %d", len(got), end-first)
	}
	for i, n := range got {
		if n != first+i {
			t.Fatalf("event %d is number %d, want %d", i, n, first+i)
		}
	}
}

// recordings are the files of a directory, rotated ones first, as they were written.
func recordings(t *testing.T, path string) []string {
	t.Helper()
	stem, extensions := splitName(path)
	files, err := filepath.Glob(stem + "-*" + extensions)
	if err != nil {
		t.Fatal(err)
	}
	return append(files, path)
}

// names are those of a recording that is plain, and of one that is compressed.
var names = []string{"csm.jsonl", "csm.jsonl.zst"}

func TestALineIsAnEventWithItsHost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "csm.jsonl")
	r := mustOpen(t, Options{Path: path})
	e := numbered(12)
	e.SessionToken = "secret"
	r.Write(e)
	r.Write(&csm.Event{Type: csm.APICallAttempt, AccessKey: "AKIA…MPLE"})
	mustClose(t, r)
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Host":"web-1","Version":1,"Type":"ApiCall","ClientId":"app","Service":"S3","Api":"GetObject",` +
		`"Timestamp":1700000000012,"Region":"eu-central-1","Latency":12,"AttemptCount":1}` + "\n" +
		`{"Host":"web-1","Version":1,"Type":"ApiCallAttempt","ClientId":"","AccessKey":"AKIA…MPLE"}` + "\n"
	if string(got) != want {
		t.Errorf("recorded\n%swant\n%s", got, want)
	}
	if e.SessionToken != "secret" {
		t.Error("the caller's event was changed")
	}
	if h := r.Health(); h != (Health{Events: 2, Bytes: uint64(len(want))}) {
		t.Errorf("%+v", h)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %o, want 600", mode)
	}
}

func TestTheHostIsThisOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "csm.jsonl")
	r, err := Open(Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	r.Write(numbered(0))
	mustClose(t, r)
	want, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Reader{}).Read([]string{path}, func(e *Entry) bool {
		if e.Host != want {
			t.Errorf("host %q, want %q", e.Host, want)
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
}

func TestARestartAppends(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			for n := range 3 {
				r := mustOpen(t, Options{Path: path})
				writeNumbered(r, 100*n, 100*(n+1))
				mustClose(t, r)
			}
			wantNumbers(t, numbers(t, path), 0, 300)
			if files := recordings(t, path); len(files) != 1 {
				t.Errorf("files %q, want one", files)
			}
		})
	}
}

func TestATornLineIsEnded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "csm.jsonl")
	r := mustOpen(t, Options{Path: path})
	writeNumbered(r, 0, 10)
	mustClose(t, r)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data[:len(data)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	r = mustOpen(t, Options{Path: path})
	writeNumbered(r, 10, 20)
	mustClose(t, r)
	var problems []Problem
	events := 0
	if _, err := (Reader{Problem: func(p Problem) { problems = append(problems, p) }}).Read([]string{path}, func(*Entry) bool {
		events++
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if events != 19 || len(problems) != 1 || problems[0].Line != 10 {
		t.Errorf("%d events, problems %+v", events, problems)
	}
}

func TestATornFrameIsSetAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "csm.jsonl.zst")
	for n := range 2 {
		r := mustOpen(t, Options{Path: path})
		writeNumbered(r, 100*n, 100*(n+1))
		mustClose(t, r)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, whole[:len(whole)-7], 0o600); err != nil {
		t.Fatal(err)
	}
	r := mustOpen(t, Options{Path: path})
	writeNumbered(r, 200, 300)
	mustClose(t, r)
	files := recordings(t, path)
	if len(files) != 2 {
		t.Fatalf("files %q, want two", files)
	}
	var got []int
	counts, err := Reader{Problem: func(p Problem) { t.Errorf("%+v", p) }}.Read(files, func(e *Entry) bool {
		got = append(got, int(e.Event.Latency.Or(-1)))
		return true
	})
	if err != nil || counts.Torn != 1 {
		t.Errorf("%+v, error %v", counts, err)
	}
	if len(got) != 200 {
		t.Fatalf("%d events, want 200", len(got))
	}
	wantNumbers(t, got[:100], 0, 100)
	wantNumbers(t, got[100:], 200, 300)
}

func TestEventsThatNoDatagramHoldsAreCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "csm.jsonl")
	r := mustOpen(t, Options{Path: path})
	long := numbered(0)
	long.XAmznRequestID = strings.Repeat("é", 5000)
	r.Write(long)
	hostile := numbered(2)
	hostile.Service = strings.Repeat("\x00", 9000)
	hostile.API, hostile.Region, hostile.FQDN, hostile.XAmzID2 = hostile.Service, hostile.Service, hostile.Service, hostile.Service
	hostile.ClientID, hostile.UserAgent = hostile.Service, hostile.Service
	r.Write(hostile)
	r.Write(&csm.Event{Type: "no type"})
	writeNumbered(r, 1, 2)
	mustClose(t, r)
	wantNumbers(t, numbers(t, path), 0, 2)
	if len(long.XAmznRequestID) != 10_000 {
		t.Error("the caller's event was changed")
	}
	if l := r.Losses(); l != (Losses{TooLarge: 2}) {
		t.Errorf("%+v", l)
	}
	if h := r.Health(); h.Lost != 2 {
		t.Errorf("%+v", h)
	}
}

func TestManyWritersAndOneClose(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			r := mustOpen(t, Options{Path: path, MaxBytes: 50_000})
			const writers, each = 4, 1000
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					writeNumbered(r, w*each, (w+1)*each)
					r.Health()
				})
			}
			wg.Wait()
			var closers sync.WaitGroup
			for range 3 {
				closers.Go(func() { mustClose(t, r) })
			}
			closers.Wait()
			got := numbers(t, recordings(t, path)...)
			slices.Sort(got)
			wantNumbers(t, got, 0, writers*each)
			if h := r.Health(); h.Events != writers*each || h.Lost != 0 {
				t.Errorf("%+v", h)
			}
			r.Write(numbered(0))
			if l := r.Losses(); l != (Losses{Closed: 1}) {
				t.Errorf("%+v", l)
			}
		})
	}
}

func TestOpenSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, test := range []struct{ name, path, want string }{
		{"a directory", dir, "it is a directory; name a file in it, such as " + filepath.Join(dir, "csm.jsonl")},
		{"no directory", filepath.Join(dir, "none", "csm.jsonl"), "make it first: mkdir -p " + filepath.Join(dir, "none")},
		{"another file", write("notes.txt", "buy milk\n"), "it holds something that is no recording; name another file"},
		{"not compressed", write("plain.zst", "{}\n"), "it holds something that is no recording; name another file"},
		{"short", write("short.zst", "hi"), "it holds something that is no recording; name another file"},
		{"no name", "", "cannot record to : "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Open(Options{Path: test.path})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "csm: cannot record to ") {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
	for name, content := range map[string]string{"notes.txt": "buy milk\n", "plain.zst": "{}\n", "short.zst": "hi"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != content {
			t.Errorf("%s is %q now, error %v", name, got, err)
		}
	}
	link := filepath.Join(dir, "link.jsonl")
	if err := os.Symlink(write("target.jsonl", ""), link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if _, err := Open(Options{Path: link}); err == nil || !strings.Contains(err.Error(), "symbolic link; name the file that it points to") {
		t.Errorf("error %v", err)
	}
}

func TestTwoRecordersDoNotShareAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "csm.jsonl")
	r := mustOpen(t, Options{Path: path})
	_, err := Open(Options{Path: path})
	if runtime.GOOS == "windows" {
		t.Skip("no locks")
	}
	if err == nil || !strings.Contains(err.Error(), "another csm records to it") {
		t.Errorf("error %v", err)
	}
	mustClose(t, r)
	mustClose(t, mustOpen(t, Options{Path: path}))
}

func TestWriteAllocatesLittle(t *testing.T) {
	q := newQueue(1 << 30)
	e := numbered(0)
	var events []*csm.Event
	n := testing.AllocsPerRun(100, func() {
		for range 100 {
			q.put(e)
		}
		events = q.take(events)
	})
	if n > 0 {
		t.Errorf("%v allocations for 100 events, want none", n)
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	q := newQueue(10 * footprint(numbered(0)))
	for n := range 10 {
		if f := q.put(numbered(n)); f != queued {
			t.Fatalf("event %d: %v", n, f)
		}
	}
	if f := q.put(numbered(10)); f != refusedFull {
		t.Errorf("event 10: %v", f)
	}
	events := q.take(nil)
	if f := q.put(numbered(10)); f != refusedFull {
		t.Errorf("taken events count no more: %v", f)
	}
	q.release(footprint(events[0]))
	if f := q.put(numbered(10)); f != queued {
		t.Errorf("with room again: %v", f)
	}
	long := numbered(0)
	long.AWSExceptionMessage = strings.Repeat("x", 60_000)
	if f := q.put(long); f != refusedFull {
		t.Errorf("a long event: %v", f)
	}
}

// A blockedFile is on a disk that does not answer.
type blockedFile struct {
	file
	answer chan struct{}
}

func (f blockedFile) Write(p []byte) (int, error) {
	<-f.answer
	return f.file.Write(p)
}

func TestCloseGivesUpWhenItsContextIsDone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "csm.jsonl")
	answer := make(chan struct{})
	r, err := start(Options{Path: path, Host: "web-1"}, func(path string) (file, error) {
		f, err := open(path)
		return blockedFile{f, answer}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	writeNumbered(r, 0, 10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	close(answer)
	mustClose(t, r)
	wantNumbers(t, numbers(t, path), 0, 10)
}

func TestAHostCanHaveAnyName(t *testing.T) {
	for _, host := range []string{"a\"b\\c", "<web>\n\x1b[31m", strings.Repeat("é", 200)} {
		prefix, err := linePrefix(host)
		if err != nil {
			t.Fatal(err)
		}
		line, err := appendLine(nil, prefix, numbered(0))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ToValidUTF8(host[:min(len(host), maxHost)], "")
		if got := hostOf(bytes.TrimSpace(line), make(hostNames)); got != want {
			t.Errorf("host %q of %s, want %q", got, line, want)
		}
	}
}

func ExampleRecorder() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "csm.jsonl.zst")
	r, err := Open(Options{Path: path, MaxBytes: 100 << 20, Keep: 10, Host: "web-1"})
	if err != nil {
		panic(err)
	}
	r.Write(&csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject"})
	if err := r.Close(context.Background()); err != nil {
		panic(err)
	}
	counts, err := Reader{}.Read([]string{path}, func(e *Entry) bool {
		fmt.Println(e.Host, e.Event.Service, e.Event.API)
		return true
	})
	fmt.Println(counts.Events, err)
	// Output:
	// web-1 S3 GetObject
	// 1 <nil>
}
