package quietlog

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestOneLineAPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(New(slog.NewTextHandler(&out, &slog.HandlerOptions{
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		}), 10*time.Second))
		for range 25 { // a line a second
			log.Warn("disk full", "path", "x")
			log.With("collector", "y").Error("disk full")
			time.Sleep(time.Second)
		}
		log.Info("started")
		log.Info("started")
		log.ErrorContext(Always(t.Context()), "disk full")
		want := strings.Join([]string{
			`level=WARN msg="disk full" path=x`,
			`level=ERROR msg="disk full" collector=y`,
			`level=WARN msg="disk full" path=x suppressed=9`,
			`level=ERROR msg="disk full" collector=y suppressed=9`,
			`level=WARN msg="disk full" path=x suppressed=9`,
			`level=ERROR msg="disk full" collector=y suppressed=9`,
			`level=INFO msg=started`,
			`level=INFO msg=started`,
			`level=ERROR msg="disk full"`,
			``,
		}, "\n")
		if out.String() != want {
			t.Errorf("got\n%s\nwant\n%s", &out, want)
		}
	})
}
