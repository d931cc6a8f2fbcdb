package eventline

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
)

var update = flag.Bool("update", false, "write the golden file")

func TestGolden(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })

	rest, err := os.ReadFile(filepath.Join("testdata", "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	for len(bytes.TrimSpace(rest)) > 0 {
		var e csm.Event
		if rest, err = csm.DecodeNext(rest, &e); err != nil {
			t.Fatal(err)
		}
		agent.Normalize(&e)
		got = append(append(got, Line(&e)...), '\n')
	}
	golden := filepath.Join("testdata", "lines.txt")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the lines are\n%s\nwant\n%s", got, want)
	}
}

func TestColours(t *testing.T) {
	for name, test := range map[string]struct {
		event csm.Event
		want  string
	}{
		"a call":               {csm.Event{Type: csm.APICall, FinalHTTPStatusCode: csm.Known(200)}, ""},
		"an attempt":           {csm.Event{Type: csm.APICallAttempt, HTTPStatusCode: csm.Known(200)}, faint},
		"a failure":            {csm.Event{Type: csm.APICall, FinalAWSException: "NoSuchKey"}, red + "NoSuchKey" + reset},
		"throttling":           {csm.Event{Type: csm.APICall, FinalAWSException: "SlowDown\x1b[2J"}, red + "SlowDown\ufffd[2J" + reset},
		"throttling by status": {csm.Event{Type: csm.APICall, FinalHTTPStatusCode: csm.Known(429)}, yellow},
		"throttling by code":   {csm.Event{Type: csm.APICallAttempt, AWSException: "SlowDown"}, yellow + "SlowDown" + reset},
	} {
		got := Coloured(&test.event)
		if !strings.Contains(got, test.want) || test.want == "" && strings.Contains(got, "\x1b") {
			t.Errorf("%s: %q, want %q in it", name, got, test.want)
		}
		if plain := ansi.ReplaceAllString(got, ""); strings.TrimRight(plain, " ") != Line(&test.event) {
			t.Errorf("%s: without colours it is %q, want %q", name, plain, Line(&test.event))
		}
	}
}

func TestWithoutName(t *testing.T) {
	e := csm.Event{
		Type: csm.APICall, ClientID: "shop", Service: "S3", API: "GetObject", Region: "eu-west-1", Latency: csm.Known(12),
		FinalHTTPStatusCode: csm.Known(404), FinalAWSException: "NoSuchKey",
	}
	if got, want := WithoutName(&e), "--:--:--.---  call     shop          404      12 ms  NoSuchKey"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// ansi finds escape sequences of colours.
var ansi = regexp.MustCompile(`\x1b\[[0-9]*m`)
