package cli

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

func TestLateEventsAreWaitedFor(t *testing.T) {
	for _, test := range []struct {
		name   string
		before bool          // one came before the program's end
		first  time.Duration // of the late ones
		events int           // and then one each 40 ms
		waited time.Duration
	}{
		{"none", false, 0, 0, 5 * time.Millisecond},
		{"none but one before", true, 0, 0, 5 * time.Millisecond},
		{"one", false, 4 * time.Millisecond, 1, 54 * time.Millisecond},
		{"too late", false, 6 * time.Millisecond, 1, 5 * time.Millisecond},
		{"some", true, 4 * time.Millisecond, 5, 214 * time.Millisecond},
		{"without an end", false, 4 * time.Millisecond, 1000, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &collector{statistics: statistics.New(statistics.Limits{}), came: make(chan struct{}, 1)}
				stop := make(chan struct{})
				if test.before {
					c.take(&csm.Event{Type: csm.APICall})
				}
				go func() {
					pause := test.first
					for range test.events {
						select {
						case <-time.After(pause):
							pause = 40 * time.Millisecond
							c.take(&csm.Event{Type: csm.APICall})
						case <-stop:
							return
						}
					}
				}()
				began := time.Now()
				c.waitForLate()
				if waited := time.Since(began); waited != test.waited {
					t.Errorf("waited %v, want %v", waited, test.waited)
				}
				close(stop)
			})
		})
	}
}
