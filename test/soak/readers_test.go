//go:build linux

package soak

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// readers read all that an agent serves, in all ways, until ctx is done. An agent
// that is away is asked again.
type readers struct {
	address  string
	answers  atomic.Int64 // whole ones, to those who scrape
	streamed atomic.Int64 // events that the fast subscriber got
	running  sync.WaitGroup
}

func startReaders(ctx context.Context, address string) *readers {
	r := &readers{address: address}
	ask := func(path, accept string, read func(io.Reader) error) {
		r.running.Go(func() {
			for ctx.Err() == nil {
				if r.get(ctx, path, accept, read) != nil || path != "/api/v1/events" {
					wait(ctx, 300*time.Millisecond)
				}
			}
		})
	}
	whole := func(body io.Reader) error {
		_, err := io.Copy(io.Discard, body)
		if err == nil {
			r.answers.Add(1)
		}
		return err
	}
	ask("/metrics", "text/plain", whole)
	ask("/metrics", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", whole)
	ask("/api/v1/stats", "", whole)
	ask("/api/v1/events", "", func(body io.Reader) error { // fast
		for lines := bufio.NewScanner(body); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "data: {\"Version\"") {
				r.streamed.Add(1)
			}
		}
		return nil
	})
	ask("/api/v1/events", "", func(body io.Reader) error { // slow
		for b := make([]byte, 1000); ; {
			if _, err := body.Read(b); err != nil {
				return err
			}
			wait(ctx, 100*time.Millisecond)
		}
	})
	r.running.Go(func() { // never
		for ctx.Err() == nil {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				_, _ = fmt.Fprintf(conn, "GET /api/v1/events HTTP/1.1\r\nHost: %s\r\n\r\n", address)
			}
			wait(ctx, 15*time.Second)
			if err == nil {
				conn.Close()
			}
		}
	})
	return r
}

func (r *readers) get(ctx context.Context, path, accept string, read func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.address+path, http.NoBody)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return read(response.Body)
}

// wait waits, but no longer than until ctx is done.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
