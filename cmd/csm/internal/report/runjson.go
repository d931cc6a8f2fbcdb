package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/threshold"
)

// WriteJSON writes the figures of a run as one JSON document on one line: those of
// [Recorded.WriteJSON], and what there is to tell of the run instead of files.
// docs/cli.md describes it.
func (r Run) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(harmless.JSON(w))
	encoder.SetEscapeHTML(false) // a threshold is to be read
	return encoder.Encode(struct {
		ClientID   string `json:"ClientId"`
		ExitCode   int
		Began      time.Time
		Elapsed    float64 // seconds
		Events     uint64
		Lost       lost
		Thresholds []threshold.Verdict
		counted
	}{
		r.ClientID, r.ExitCode, r.Began.UTC().Truncate(time.Millisecond), toMicros(r.Elapsed.Seconds()), r.Received.Events,
		lost{r.Received.LostInKernel, r.Received.NotJSON, r.Received.NotEvent, r.Received.Empty, r.Received.ReadErrors},
		append([]threshold.Verdict{}, r.Verdicts...), countedOf(r.Statistics),
	})
}

// lost is what [Losses] tells, by cause.
type lost struct {
	InKernel, NotJSON, NotEvent, Empty, ReadErrors uint64
}
