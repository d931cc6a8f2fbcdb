package prometheus

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"

	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A family that is written in parts is what the library makes of it in one piece.
func TestAFamilyIsWrittenAsTheLibraryDoes(t *testing.T) {
	for _, n := range []int{0, 1, part - 1, part, part + 1, 3 * part} {
		var s statistics.Snapshot
		for i := range n {
			s.Series = append(s.Series, series(statistics.Key{Service: "S3", Operation: fmt.Sprint("Operation", i)}))
		}
		c := newCalls(s, true)
		for _, f := range callFamilies {
			whole := f.head()
			for m := range f.metrics(c) {
				whole.Metric = append(whole.Metric, m)
			}
			for format, write := range map[expfmt.FormatType]func(*strings.Builder) error{
				expfmt.TypeTextPlain:  func(b *strings.Builder) error { return f.writeText(b, c) },
				expfmt.TypeProtoDelim: func(b *strings.Builder) error { return f.writeProto(b, c) },
			} {
				var want, got strings.Builder
				if err := write(&got); err != nil {
					t.Fatal(err)
				}
				if len(whole.Metric) > 0 {
					if err := expfmt.NewEncoder(&want, expfmt.NewFormat(format)).Encode(whole); err != nil {
						t.Fatal(err)
					}
				}
				if got.String() != want.String() {
					t.Errorf("%s of %d series in format %d: %d bytes, the library has %d", f.name, n, format, got.Len(), want.Len())
				}
			}
		}
	}
}
