package eventline

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
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
