package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// A limited writer notes the limits that it is given.
type limited struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (l *limited) SetWriteDeadline(t time.Time) error {
	l.until = t
	return nil
}

func TestAClientThatStopsReadingHoldsUpOthersForSeconds(t *testing.T) {
	for _, path := range []string{pathStats, pathMetrics} {
		synctest.Test(t, func(t *testing.T) {
			w := &limited{ResponseRecorder: httptest.NewRecorder()}
			handler(t, options()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:31080"+path, nil))
			if w.Body.Len() == 0 || !w.until.Equal(time.Now().Add(partWrite)) {
				t.Errorf("%s: %d bytes, with a limit of %v", path, w.Body.Len(), time.Until(w.until))
			}
		})
	}
}

func TestAClientThatReadsSlowlyHasTheLimitOfTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &limited{ResponseRecorder: httptest.NewRecorder()}
		steady, end := newSteadyWriter(w), time.Now().Add(writeResponse)
		for range 20 {
			if _, err := steady.Write([]byte("part")); err != nil {
				t.Fatal(err)
			}
			time.Sleep(partWrite - 1)
		}
		if !w.until.Equal(end) {
			t.Errorf("the limit is %v after the end", w.until.Sub(end))
		}
	})
}
