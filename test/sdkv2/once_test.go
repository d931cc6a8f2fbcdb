package sdkv2_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
	"github.com/go-csm/csm/sdkv2"
)

func TestEachEventIsSentOnce(t *testing.T) {
	tests := []struct {
		name  string
		setUp func(t *testing.T, cfg *aws.Config, r *csm.Reporter) []func(*s3.Options)
	}{
		{
			"instrumented twice",
			func(t *testing.T, cfg *aws.Config, r *csm.Reporter) []func(*s3.Options) {
				instrumentFor(t, cfg, r)
				instrumentFor(t, cfg, r)
				return nil
			},
		},
		{
			"a copy instrumented again",
			func(t *testing.T, cfg *aws.Config, r *csm.Reporter) []func(*s3.Options) {
				instrumentFor(t, cfg, r)
				*cfg = cfg.Copy()
				instrumentFor(t, cfg, r)
				return nil
			},
		},
		{
			"the client after the config",
			func(t *testing.T, cfg *aws.Config, r *csm.Reporter) []func(*s3.Options) {
				instrumentFor(t, cfg, r)
				return []func(*s3.Options){func(o *s3.Options) {
					if err := sdkv2.AppendMiddlewares(&o.APIOptions, func(o *sdkv2.Options) { o.Reporter = r }); err != nil {
						t.Error(err)
					}
				}}
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, _ := scriptedConfig(responds(503, slowDown), responds(200, ""))
			agent := csmtest.Start(t)
			optFns := test.setUp(t, &cfg, agent.Reporter())
			client := s3.NewFromConfig(cfg, optFns...)
			if _, err := client.ListBuckets(background, nil); err != nil {
				t.Fatal(err)
			}
			wantEvents(t, agent, 3)
		})
	}
}

func TestTheReporterThatWasGivenLastGetsTheEvents(t *testing.T) {
	cfg, _ := scriptedConfig(responds(200, ""))
	first := instrument(t, &cfg)
	second := instrument(t, &cfg)
	third := csmtest.Start(t)
	r := third.Reporter()

	client := s3.NewFromConfig(cfg)
	if _, err := client.ListBuckets(background, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ListBuckets(background, nil, func(o *s3.Options) {
		if err := sdkv2.AppendMiddlewares(&o.APIOptions, func(o *sdkv2.Options) { o.Reporter = r }); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	wantEvents(t, first, 0)
	wantEvents(t, second, 2)
	wantEvents(t, third, 2)
}

func TestCopiesOfAConfigCanBeInstrumentedAtTheSameTime(t *testing.T) {
	base, _ := scriptedConfig(responds(200, ""))
	// Room behind the slice, which all copies share.
	base.APIOptions = make([]func(*middleware.Stack) error, 0, 8)
	const n = 16
	agents := make([]*csmtest.Agent, n)
	reporters := make([]*csm.Reporter, n)
	for i := range agents {
		agents[i] = csmtest.Start(t)
		reporters[i] = agents[i].Reporter()
	}
	var wg sync.WaitGroup
	for i := range n {
		cfg := base
		wg.Go(func() {
			instrumentFor(t, &cfg, reporters[i])
			if _, err := s3.NewFromConfig(cfg).ListBuckets(background, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, agent := range agents {
		wantEvents(t, agent, 2)
	}
	if len(base.APIOptions) != 0 {
		t.Error("the config that was copied has changed")
	}
}

func TestNoEventOfManyGoroutinesIsLostOrOutOfOrder(t *testing.T) {
	const goroutines, calls = 64, 20
	cfg, _ := scriptedConfig()
	var sent atomic.Int64
	cfg.HTTPClient = smithyhttp.ClientDoFunc(func(r *http.Request) (*http.Response, error) {
		if sent.Add(1)%3 == 0 {
			return responds(503, slowDown)(r)
		}
		return responds(200, stsOK)(r)
	})
	agent := instrument(t, &cfg)
	clients := []*sts.Client{sts.NewFromConfig(cfg), sts.NewFromConfig(cfg)}
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range calls {
				client := clients[(g+i)%len(clients)]
				// The user agent tells the goroutine.
				_, _ = client.GetCallerIdentity(background, nil, func(o *sts.Options) { o.AppID = fmt.Sprintf("g%02d", g) })
			}
		})
	}
	wg.Wait()

	ended := 0
	attempts := make(map[string]int64) // of the call that has not ended, by goroutine
	for _, e := range waitCalls(agent, goroutines*calls) {
		switch e.Type {
		case csm.APICallAttempt:
			attempts[e.UserAgent]++
		case csm.APICall:
			ended++
			if got := e.AttemptCount.Or(-1); got != attempts[e.UserAgent] || got < 1 {
				t.Errorf("AttemptCount is %d after %d events of attempts", got, attempts[e.UserAgent])
			}
			attempts[e.UserAgent] = 0
		}
	}
	if ended != goroutines*calls {
		t.Errorf("%d calls were told of, want %d", ended, goroutines*calls)
	}
}

// waitCalls waits until n calls have ended, and gives all events that have come.
func waitCalls(agent *csmtest.Agent, n int) []csm.Event {
	agent.WaitCalls(n)
	return agent.Events()
}
