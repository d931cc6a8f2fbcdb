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
		events int // one each 40 ms
		waited time.Duration
	}{
		{"none", 0, 50 * time.Millisecond},
		{"some", 5, 250 * time.Millisecond},
		{"without an end", 1000, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &collector{statistics: statistics.New(statistics.Limits{}), came: make(chan struct{}, 1)}
				stop := make(chan struct{})
				go func() {
					for range test.events {
						select {
						case <-time.After(40 * time.Millisecond):
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
