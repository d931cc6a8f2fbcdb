package report

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm"
)

// release are the calls of a program before or after a change: in "Slower" each call
// takes longer, "Failing" fails more often, "Same" is the same but for noise.
func release(after int) (events []*csm.Event) {
	add := func(api string, i, ms int, failed bool) {
		e := &csm.Event{
			Type: csm.APICall, Service: "S3", API: api, Timestamp: time.UnixMilli(1_791_799_200_000 + int64(i)*100),
			Latency: csm.Known(ms), AttemptCount: csm.Known(1), FinalHTTPStatusCode: csm.Known(200),
		}
		if failed {
			e.FinalHTTPStatusCode, e.FinalAWSException = csm.Known(503), "ServiceUnavailable"
		}
		events = append(events, e)
	}
	chance := rand.New(rand.NewPCG(1, uint64(after)))
	for i := range 500 {
		add("Slower", i, (10+i*i%31)*(10+after*5)/10, false)
		add("Failing", i, 10+i*i%31, i%(50-after*40) == 0)
		add("Same", i, 10+chance.IntN(31), i%100 == after)
		add([]string{"Old", "New"}[after], i, 10, false)
		if i < 5 {
			add("Rare", i, 10+990*after, after == 1)
		}
	}
	return events
}

func released(t *testing.T, by string) Difference {
	before, _ := recordedOf(t, by, release(0)...)
	after, _ := recordedOf(t, by, release(1)...)
	before.Files, after.Files = []string{"before.jsonl"}, []string{"after.jsonl"}
	return Difference{Before: before, After: after, By: before.By}
}

func TestGoldenDifferences(t *testing.T) {
	inUTC(t)
	d := released(t, "operation")
	narrow := d
	narrow.Width = 90
	same := d
	same.After = same.Before
	evilBefore, _ := recordedOf(t, "client", hostile()...)
	for _, test := range []struct {
		golden string
		d      Difference
		write  func(Difference, io.Writer) error
	}{
		{"diff.txt", d, Difference.Write},
		{"diff90.txt", narrow, Difference.Write},
		{"diff-same.txt", same, Difference.Write},
		{"diff-service.txt", released(t, "service"), Difference.Write},
		{"diff.md", d, Difference.WriteMarkdown},
		{"diff.csv", d, Difference.WriteCSV},
		{"diff.json", d, Difference.WriteJSON},
		{"diff-hostile.txt", Difference{Before: evilBefore, After: d.After, By: evilBefore.By}, Difference.Write},
		{"diff-hostile.md", Difference{Before: evilBefore, After: d.After, By: evilBefore.By}, Difference.WriteMarkdown},
	} {
		t.Run(test.golden, func(t *testing.T) {
			var b bytes.Buffer
			if err := test.write(test.d, &b); err != nil {
				t.Fatal(err)
			}
			compare(t, test.golden, b.Bytes())
		})
	}
}

func TestWhatDiffersIsTold(t *testing.T) {
	_, groups := released(t, "operation").compare()
	got := make(map[string]string)
	for _, c := range groups {
		var verdicts []string
		for _, f := range c.figures {
			verdicts = append(verdicts, f.name+" "+f.verdict())
		}
		got[c.key.Operation] = fmt.Sprintf("%t %t %s", c.before, c.after, strings.Join(verdicts, ", "))
	}
	for operation, want := range map[string]string{
		"Slower":  "true true errors too few, throttled too few, retries too few, p50 slower, p90 slower, p99 slower",
		"Failing": "true true errors more, throttled too few, retries too few, p50 ~, p90 ~, p99 ~",
		"Same":    "true true errors ~, throttled too few, retries too few, p50 ~, p90 ~, p99 ~",
		"Rare":    "true true errors ~, throttled too few, retries too few, p50 too few, p90 too few, p99 too few",
		"Old":     "true false ",
		"New":     "false true ",
	} {
		if got[operation] != want {
			t.Errorf("%s: %s, want %s", operation, got[operation], want)
		}
	}
}
