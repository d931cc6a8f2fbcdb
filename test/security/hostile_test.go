//go:build linux

package security

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/go-csm/csm"
)

// hostile is text that would rename a terminal's window, colour it, forge a line,
// turn the direction of writing around, and run a script in a page.
const hostile = "\x1b]0;owned\x07\x1b[2J\u009b31m\x7f\r\nforged: line\u202e<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{.}}`|"

// codeSpan is what Markdown shows as it is: text between backticks, or with backticks
// in it, between pairs of them.
var codeSpan = regexp.MustCompile("``(?:[^`\n]|`[^`\n])*``|`[^`\n]*`")

// hostileEvents are events of which one string field is hostile, by the name of that
// field, and then one of which all are.
func hostileEvents(t *testing.T) (datagrams [][]byte, fields []string) {
	t.Helper()
	kinds := []csm.Event{
		{Type: csm.APICall, ClientID: "app", Service: "S3", API: "GetObject", FinalHTTPStatusCode: csm.Known(500), AttemptCount: csm.Known(1)},
		{Type: csm.APICallAttempt, ClientID: "app", Service: "S3", API: "GetObject", HTTPStatusCode: csm.Known(500)},
	}
	add := func(e csm.Event) {
		b, err := e.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		datagrams = append(datagrams, b)
	}
	for _, e := range kinds {
		all := e
		for i := range reflect.TypeFor[csm.Event]().NumField() {
			name := reflect.TypeFor[csm.Event]().Field(i).Name
			one := e
			if s, ok := reflect.ValueOf(&one).Elem().Field(i).Addr().Interface().(*string); ok {
				*s = name + hostile
				add(one)
				reflect.ValueOf(&all).Elem().Field(i).SetString("all" + hostile)
				fields = append(fields, name)
			}
		}
		add(all)
	}
	return datagrams, fields
}

func TestHostileTextInEveryFieldAndView(t *testing.T) {
	datagrams, fields := hostileEvents(t)
	if len(fields) != 2*20 {
		t.Errorf("%d fields of text", len(fields))
	}
	for _, v := range views(t, datagrams) {
		t.Run(strings.NewReplacer("/", "_").Replace(v.name), func(t *testing.T) {
			switch v.kind {
			case terminal:
				harmlessLines(t, v.output)
				shows(t, v.output, "Service", "ClientID", "AWSException") // some views have one of them
			case jsonText:
				harmlessJSON(t, v.output)
				shows(t, v.output, "Service")
			case markup:
				harmlessLines(t, v.output)
				output := v.output
				if strings.Contains(v.name, "--markdown") {
					output = codeSpan.ReplaceAllString(output, "")
				}
				if strings.Contains(output, "<script>alert") || strings.Contains(output, "<img src=x") {
					t.Errorf("markup of an event is in\n%s", v.output)
				}
				shows(t, v.output, "Service", "ClientID")
			case metrics:
				harmlessLines(t, v.output)
				shows(t, v.output, "Service", "AWSException")
			case binary:
				shows(t, v.output, "Service", "UserAgent")
			case logText:
				harmlessJSON(t, v.output)
				for _, name := range append(fields, "all") {
					if strings.Contains(v.output, name+"\\u001b") || strings.Contains(v.output, "owned") {
						t.Errorf("%s is in the log:\n%s", name, v.output)
					}
				}
			}
		})
	}
}

// A recording can come from anybody, and name any host.
func TestHostileHostsOfARecording(t *testing.T) {
	host, err := json.Marshal("host" + hostile)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "events.jsonl")
	line := fmt.Sprintf(`{"Host":%s,"Type":"ApiCall","Service":"S3","Api":"GetObject","Latency":1}`+"\n", host)
	if err := os.WriteFile(file, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	text := command(t, "report", file)
	harmlessLines(t, text)
	document := command(t, "report", "--json", file)
	harmlessJSON(t, document)
	shows(t, document, "host")
}

// shows holds that the view has one of the fields at all.
func shows(t *testing.T, output string, fields ...string) {
	t.Helper()
	for _, name := range fields {
		if strings.Contains(output, name) {
			return
		}
	}
	t.Errorf("none of %v is shown:\n%s", fields, output)
}

// harmlessLines holds that nothing but printable characters is in lines, and that
// none of them begins where an event wanted it to.
func harmlessLines(t *testing.T, output string) {
	t.Helper()
	for line := range strings.Lines(output) {
		if i := strings.IndexFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("not printable: %q", line)
		}
		if strings.HasPrefix(line, "forged") {
			t.Errorf("a forged line: %q", line)
		}
	}
}

// harmlessJSON holds that each line, or all of it, is JSON, and that no control
// character is in it as it is.
func harmlessJSON(t *testing.T, output string) {
	t.Helper()
	for line := range strings.Lines(output) {
		if !json.Valid([]byte(line)) && !json.Valid([]byte(output)) {
			t.Errorf("not JSON: %q", line)
		}
		if i := strings.IndexFunc(strings.TrimSuffix(line, "\n"), unicode.IsControl); i >= 0 {
			t.Errorf("a control character: %q", line[max(0, i-20):i+10])
		}
	}
}
