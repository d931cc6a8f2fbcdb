package agentclient

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/live"
)

const (
	// silence is after how long without a byte a connection counts as broken. The agent
	// writes each 15 seconds.
	silence = 45 * time.Second

	// A stream that broke is begun again after firstPause, and after twice as long each
	// time that fails, up to lastPause.
	firstPause = 250 * time.Millisecond
	lastPause  = 5 * time.Second

	maxLine = 256 << 10
)

// A Follower is told what comes, by one goroutine. All functions are needed.
type Follower struct {
	Event func(data []byte)  // one event, in JSON; valid until it returns
	Lost  func(n uint64)     // so many more were lost between the agent and here
	Away  func(reason error) // the stream broke; what comes from now on is not seen
	Back  func()             // it is whole again
}

// Follow tells of the events that come from now on and that a filter lets through,
// until ctx is done. A stream that breaks is begun again. The error is that the first
// one could not be begun, or that the agent gives no more.
func (c *Client) Follow(ctx context.Context, wanted live.Filter, to Follower) error {
	began := false
	pause := firstPause
	for {
		err := c.stream(ctx, wanted, to, func() {
			if began {
				to.Back()
			}
			began, pause = true, firstPause
		})
		select {
		case <-ctx.Done():
			return nil
		default:
		}
		var refused *Error
		if !began || errors.As(err, &refused) && !refused.passes() {
			return err
		}
		if pause == firstPause {
			to.Away(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, lastPause)
	}
}

// stream reads one stream to its end, and gives the reason for it.
func (c *Client) stream(ctx context.Context, wanted live.Filter, to Follower, begun func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	resp, err := c.do(ctx, http.MethodGet, api.PathEvents, queryOf(wanted))
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	begun()
	silent := time.AfterFunc(silence, func() { cancel(fmt.Errorf("nothing came for %v", silence)) })
	defer silent.Stop()
	err = readStream(readerFunc(func(p []byte) (int, error) {
		silent.Reset(silence)
		return resp.Body.Read(p)
	}), to)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("it has ended")
	}
	return c.says(err)
}

// readStream reads server-sent events to their end.
func readStream(from io.Reader, to Follower) error {
	in := bufio.NewReaderSize(from, maxLine)
	kind := ""
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			kind = ""
			continue
		}
		if name, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
			kind = string(name)
			continue
		}
		data, ok := bytes.CutPrefix(line, []byte("data: "))
		switch {
		case !ok: // a comment
		case kind == "":
			to.Event(data)
		case kind == "lost":
			var told struct{ Lost uint64 }
			if err := json.Unmarshal(data, &told); err != nil {
				return fmt.Errorf("the number of lost events cannot be read: %w", err)
			}
			to.Lost(told.Lost)
		}
	}
}

// queryOf is a filter as the API takes it.
func queryOf(f live.Filter) url.Values {
	q := make(url.Values)
	for name, values := range map[string][]string{
		"service": f.Services, "operation": f.Operations, "client": f.Clients, "region": f.Regions,
	} {
		if len(values) > 0 {
			q[name] = values
		}
	}
	if f.Errors {
		q.Set("errors", "true")
	}
	if f.Slow > 0 {
		q.Set("slow", f.Slow.String())
	}
	return q
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
