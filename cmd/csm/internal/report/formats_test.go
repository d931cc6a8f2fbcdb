package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
	"github.com/go-csm/csm/cmd/csm/internal/timeline"
)

// evil are texts that mean something where they are shown.
var evil = []string{
	"</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", `"><svg/onload=alert(1)>`,
	`=cmd|"/c calc"!A1`, "+1+2", "-2+3", "@SUM(1)", "\t=1", "\x1b[31mred\x07", "a|b`c``d\n| x |", "{{.Title}} ${x}",
	"\u202eright", "</title></style><b>", "]]>--><!--", "' onmouseover='x", `back\|slash`, "`", "[a](javascript:x)",
	"rgb(1,1,3)", strings.Repeat("long", 1000),
}

// recordedOf counts events, of which there is at least one.
func recordedOf(t *testing.T, by string, events ...*csm.Event) (Recorded, *timeline.Timeline) {
	t.Helper()
	grouping, err := ParseGrouping(by)
	if err != nil {
		t.Fatal(err)
	}
	r := Recorded{By: grouping, Files: []string{"csm.jsonl"}}
	a, over := statistics.New(statistics.Limits{}), new(timeline.Timeline)
	for _, e := range events {
		over.Add(e, a.Add(e))
		r.Events++
		if r.First.IsZero() || e.Timestamp.Before(r.First) {
			r.First = e.Timestamp
		}
		if e.Timestamp.After(r.Last) {
			r.Last = e.Timestamp
		}
	}
	r.Statistics = a.Snapshot()
	return r, over
}

// hostile are events with evil texts wherever there is one.
func hostile() (events []*csm.Event) {
	for i, text := range evil {
		events = append(events, &csm.Event{
			Type: csm.APICall, ClientID: text, Service: text, API: text, Region: text,
			Timestamp: time.UnixMilli(1_791_799_200_000 + int64(i)*1000), Latency: csm.Known(5 * i),
			AttemptCount: csm.Known(2), FinalHTTPStatusCode: csm.Known(500),
			FinalAWSException: text, FinalAWSExceptionMessage: text,
		})
	}
	return events
}

// a day of two applications, the same each time.
func day() (events []*csm.Event) {
	for i := range 600 {
		e := &csm.Event{
			Type: csm.APICall, ClientID: []string{"shop", "billing"}[i%2], Service: "S3", API: []string{"GetObject", "PutObject", "ListObjectsV2"}[i%3],
			Region:    []string{"eu-central-1", "us-east-1"}[i/300],
			Timestamp: time.UnixMilli(1_791_799_200_000 + int64(i)*144_000), Latency: csm.Known(3 + i*i%97*(1+i%3)),
			AttemptCount: csm.Known(1), FinalHTTPStatusCode: csm.Known(200),
		}
		if i%40 == 7 {
			e.FinalHTTPStatusCode, e.FinalAWSException = csm.Known(404), "NoSuchKey"
			e.FinalAWSExceptionMessage = "The specified key does not exist."
		}
		attempt := &csm.Event{
			Type: csm.APICallAttempt, ClientID: e.ClientID, Service: e.Service, API: e.API, Region: e.Region, Timestamp: e.Timestamp,
			AttemptLatency: e.Latency, HTTPStatusCode: e.FinalHTTPStatusCode,
			AWSException: e.FinalAWSException, AWSExceptionMessage: e.FinalAWSExceptionMessage,
		}
		if i%50 == 9 {
			slow := *attempt
			slow.HTTPStatusCode, slow.AWSException = csm.Known(503), "SlowDown"
			events = append(events, &slow)
			e.AttemptCount = csm.Known(2)
		}
		events = append(events, attempt, e)
	}
	return events
}

func inUTC(t *testing.T) {
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	time.Local = time.UTC
}

func TestGoldenFormats(t *testing.T) {
	inUTC(t)
	for _, test := range []struct {
		golden, by string
		events     []*csm.Event
		write      func(Recorded, io.Writer) error
	}{
		{"by-service.txt", "service", day(), Recorded.Write},
		{"by-client-operation.txt", "client,operation", day(), Recorded.Write},
		{"by-region.txt", "region", day(), Recorded.Write},
		{"by-error.txt", "error", day(), Recorded.Write},
		{"by-error-none.txt", "error", day()[:2], Recorded.Write},
		{"by-region-error.txt", "region,error", day(), Recorded.Write},
		{"by-client.json", "client", day(), Recorded.WriteJSON},
		{"by-error.json", "error", day(), Recorded.WriteJSON},
		{"operations.csv", "operation", day(), Recorded.WriteCSV},
		{"errors.csv", "region,error", day(), Recorded.WriteCSV},
		{"hostile.csv", "client,region", hostile(), Recorded.WriteCSV},
		{"operations.md", "operation", day(), Recorded.WriteMarkdown},
		{"errors.md", "error", day(), Recorded.WriteMarkdown},
		{"hostile.md", "operation", hostile(), Recorded.WriteMarkdown},
	} {
		t.Run(test.golden, func(t *testing.T) {
			r, _ := recordedOf(t, test.by, test.events...)
			var b bytes.Buffer
			if err := test.write(r, &b); err != nil {
				t.Fatal(err)
			}
			compare(t, test.golden, b.Bytes())
		})
	}
}

func TestParseGrouping(t *testing.T) {
	for _, test := range []struct{ by, err string }{
		{"operation", ""},
		{"client,operation,region", ""},
		{"host,error", ""},
		{"", `cannot group by "": there are operation, service, client, region, error, host`},
		{"api", `cannot group by "api": `},
		{"service,service", "cannot group by service twice"},
		{"client,host", "cannot group by host and client together"},
	} {
		g, err := ParseGrouping(test.by)
		switch {
		case test.err == "" && (err != nil || strings.Join(g.names(), ",") != test.by):
			t.Errorf("%q: %v, error %v", test.by, g.names(), err)
		case test.err != "" && (err == nil || !strings.HasPrefix(err.Error(), test.err)):
			t.Errorf("%q: error %v, want %s", test.by, err, test.err)
		}
	}
}

// What a program reads back is what was there, but for what could do harm.
func TestHostileTextInCSV(t *testing.T) {
	r, _ := recordedOf(t, "client", hostile()...)
	var b bytes.Buffer
	if err := r.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != len(evil)+1 {
		t.Fatalf("%d rows, error %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if strings.ContainsAny(cell, "\x1b\x07\n\r\t\u202e") || cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("a cell is %q", cell)
			}
		}
	}
}

// All text from outside is code, which nothing in it ends.
func TestHostileTextInMarkdown(t *testing.T) {
	r, _ := recordedOf(t, "client", hostile()...)
	var b bytes.Buffer
	if err := r.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		outside := ""
		for rest := strings.TrimSpace(line); rest != ""; {
			start := strings.IndexByte(rest, '`')
			if start < 0 {
				outside += rest
				break
			}
			outside += rest[:start]
			fence := rest[start : start+len(rest[start:])-len(strings.TrimLeft(rest[start:], "`"))]
			rest = rest[start+len(fence):]
			end := -1
			for at := 0; at < len(rest); {
				run := len(rest[at:]) - len(strings.TrimLeft(rest[at:], "`"))
				if run == len(fence) {
					end = at
					break
				}
				at += max(run, 1)
			}
			if end < 0 {
				t.Fatalf("code that does not end: %s", line)
			}
			rest = rest[end+len(fence):]
		}
		if strings.ContainsAny(outside, "<>[]()*_=@$\x1b") {
			t.Errorf("markup outside of code: %q", outside)
		}
	}
}

func TestHostileTextInJSON(t *testing.T) {
	for _, by := range []string{"client,operation,region", "error"} {
		r, _ := recordedOf(t, by, hostile()...)
		var b bytes.Buffer
		if err := r.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(strings.TrimSpace(b.String()), "\x1b\x07\n<") {
			t.Errorf("by %s: %.200s", by, b.String())
		}
		var document struct{ Groups []map[string]any }
		if err := json.Unmarshal(b.Bytes(), &document); err != nil || len(document.Groups) != len(evil) {
			t.Errorf("by %s: %d groups, error %v", by, len(document.Groups), err)
		}
	}
}

func TestManyOperations(t *testing.T) {
	var events []*csm.Event
	for i := range 10_000 {
		events = append(events, &csm.Event{
			Type: csm.APICall, Service: "S3", API: fmt.Sprint("Operation", i), Timestamp: time.UnixMilli(1_791_799_200_000 + int64(i)),
			Latency: csm.Known(i), FinalHTTPStatusCode: csm.Known(500),
		})
	}
	r, over := recordedOf(t, "operation", events...)
	for name, write := range map[string]func(io.Writer) error{
		"text": r.Write, "JSON": r.WriteJSON, "CSV": r.WriteCSV, "Markdown": r.WriteMarkdown,
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "Operation0") || !strings.Contains(b.String(), "Operation9999") {
			t.Errorf("%s has not all", name)
		}
	}
	var b bytes.Buffer
	if err := r.WriteHTML(&b, over); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 2<<20 || !strings.Contains(b.String(), "and 9000 more; csm report --csv has them all") {
		t.Errorf("the page has %d bytes", b.Len())
	}
}
