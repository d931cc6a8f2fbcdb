package agent

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-csm/csm"
)

// corpusFile are the events of one file, as they were sent.
func corpusFile(t *testing.T, name string) (events []csm.Event) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "corpus", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var e csm.Event
		if err := e.UnmarshalJSON(line); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

var corpusFiles = []string{
	"aws-sdk-go-1.55.8", "aws-sdk-js-2.1693.0", "awscli-v2-2.9.19", "boto3-1.43.11",
	"aws-sdk-cpp-1.11.900", "aws-sdk-java-1.11.400", "aws-sdk-java-1.12.797", "aws-sdk-ruby3-3.168.1",
}

// Whose exception each is was counted by testdata/exceptions.py, which knows
// nothing of the rules.
func TestCorpusExceptions(t *testing.T) {
	counts := make(map[string]int)
	for _, file := range corpusFiles {
		for _, e := range corpusFile(t, file) {
			Normalize(&e)
			x, status := exceptionsOf(e), cmp.Or(e.HTTPStatusCode, e.FinalHTTPStatusCode)
			if x.aws != "" && x.sdk != "" {
				t.Errorf("%s: two exceptions: %+v", file, e)
			}
			whose := "AWS"
			if x.sdk != "" {
				whose = "SDK"
			}
			if code := x.aws + x.sdk; code != "" {
				counts[fmt.Sprint(file, " ", e.Type, " ", whose, " ", code, " ", strings.Replace(status.String(), "unknown", "-", 1))]++
			}
		}
	}
	var lines []string
	for line, n := range counts {
		lines = append(lines, fmt.Sprint(line, " ", n))
	}
	want, err := os.ReadFile(filepath.Join("testdata", "exceptions.txt"))
	if err != nil {
		t.Fatal(err)
	}
	expected := strings.Split(strings.TrimSpace(string(want)), "\n")
	for _, line := range lines {
		if !slices.Contains(expected, line) {
			t.Errorf("not expected: %s", line)
		}
	}
	for _, line := range expected {
		if !slices.Contains(lines, line) {
			t.Errorf("missing: %s", line)
		}
	}
}

// Of real events the rules change what they are for, and nothing else.
func TestCorpusIsNormalized(t *testing.T) {
	for _, want := range []struct {
		file                      string
		moved, messages, ids, all int // events that change: class, message, request ids; any of it
	}{
		{"awscli-v2-2.9.19", 0, 0, 0, 0},
		{"boto3-1.43.11", 0, 0, 0, 0},
		{"aws-sdk-js-2.1693.0", 0, 0, 0, 0},
		{"aws-sdk-go-1.55.8", 2, 103, 128, 197},
		{"aws-sdk-java-1.11.400", 0, 0, 0, 0},
		{"aws-sdk-java-1.12.797", 0, 0, 0, 0},
	} {
		var moved, messages, ids, all int
		for _, before := range corpusFile(t, want.file) {
			e := before
			Normalize(&e)
			if e != before {
				all++
			}
			if e.XAmznRequestID != before.XAmznRequestID || e.XAmzRequestID != before.XAmzRequestID {
				ids++
			}
			b, a := exceptionsOf(before), exceptionsOf(e)
			if b.aws != a.aws {
				moved++
			}
			if b.awsMessage+b.sdkMessage != a.awsMessage+a.sdkMessage {
				messages++
			}
			if b.aws+b.sdk != a.aws+a.sdk {
				t.Errorf("%s: a code has changed: %+v, now %+v", want.file, b, a)
			}
			// What is allowed to change, and nothing else.
			e.XAmznRequestID, e.XAmzRequestID, e.XAmzID2 = before.XAmznRequestID, before.XAmzRequestID, before.XAmzID2
			e = withExceptions(e, b)
			if e != before {
				t.Errorf("%s: %+v\nis now %+v", want.file, before, e)
			}
		}
		if moved != want.moved || messages != want.messages || ids != want.ids || all != want.all {
			t.Errorf("%s: %d classes, %d messages and %d ids of %d events, want %d, %d, %d of %d", want.file,
				moved, messages, ids, all, want.moved, want.messages, want.ids, want.all)
		}
	}
}

func TestNormalizingAgainChangesNothing(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "corpus", "*.jsonl"))
	if err != nil || len(files) < 8 {
		t.Fatalf("files %q, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var e csm.Event
			if err := e.UnmarshalJSON(line); err != nil {
				t.Fatal(err)
			}
			Normalize(&e)
			once := e
			if Normalize(&e); e != once {
				t.Errorf("%s: %+v, and then %+v", file, once, e)
			}
		}
	}
}
