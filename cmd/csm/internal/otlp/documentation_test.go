package otlp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryMetricIsDocumented(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "opentelemetry.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range instruments {
		prometheus := strings.ReplaceAll(in.name, ".", "_")
		switch in.unit {
		case "s":
			prometheus += "_seconds"
		case "By":
			prometheus += "_bytes"
		}
		if in.kind == counter {
			prometheus += "_total"
		}
		kinds := map[kind]string{counter: "counter", upDown: "up-down counter", distribution: "histogram"}
		row := "| `" + in.name + "`<br>`" + prometheus + "` | `" + in.unit + "` | " + kinds[in.kind] + " |"
		if !strings.Contains(string(data), row) {
			t.Errorf("docs/opentelemetry.md has no row that begins with %s", row)
		}
	}
}
