package sdkv2_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
	"github.com/go-csm/csm/sdkv2"
)

func TestWhatCannotBeInstrumentedIsAnError(t *testing.T) {
	r, err := csm.New(csm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	both := func(o *sdkv2.Options) { o.Reporter, o.SendSessionToken = r, true }
	var cfg aws.Config
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"no config", sdkv2.Instrument(nil), "csm: no aws.Config"},
		{"no APIOptions", sdkv2.AppendMiddlewares(nil), "csm: no APIOptions"},
		{"session tokens of another's reporter", sdkv2.Instrument(&cfg, both), "csm.New(csm.Options{SendSessionToken: true})"},
		{"the same for a client", sdkv2.AppendMiddlewares(&cfg.APIOptions, both), "csm.New(csm.Options{SendSessionToken: true})"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
				t.Errorf("error is %v, want … %s …", test.err, test.want)
			}
		})
	}
	if len(cfg.APIOptions) != 0 {
		t.Error("something was appended")
	}
}

func TestNothingChangesWhileMonitoringIsOff(t *testing.T) {
	t.Setenv("AWS_CSM_ENABLED", "false")
	options := make([]func(*middleware.Stack) error, 1, 4)
	cfg := aws.Config{APIOptions: options}
	if err := sdkv2.Instrument(&cfg); err != nil {
		t.Fatal(err)
	}
	if err := sdkv2.AppendMiddlewares(&cfg.APIOptions); err != nil {
		t.Fatal(err)
	}
	if len(cfg.APIOptions) != 1 || cap(cfg.APIOptions) != 4 {
		t.Errorf("APIOptions has length %d and capacity %d, had 1 and 4", len(cfg.APIOptions), cap(cfg.APIOptions))
	}
}

func TestTheEnvironmentTurnsMonitoringOn(t *testing.T) {
	agent := csmtest.Start(t)
	agent.Setenv()
	t.Cleanup(func() { csm.Get().Close() })
	cfg := config(answers(200, ""))
	if err := sdkv2.Instrument(&cfg); err != nil {
		t.Fatal(err)
	}
	if err := newOperation(cfg).call(context.Background()); err != nil {
		t.Fatal(err)
	}
	agent.WantCalls("Thing Store.GetThing")
	if csm.Get() == nil {
		t.Error("the reporter is not the process-wide one")
	}
}

func TestEachEventIsSentOnceByTheReporterThatWasGivenLast(t *testing.T) {
	cfg := config(answers(200, ""))
	first := instrument(t, &cfg)
	second := instrument(t, &cfg)
	if err := newOperation(cfg).call(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantEvents(t, first, 0)
	wantEvents(t, second, 2)
}

func TestTheArrayBehindAPIOptionsIsNotWrittenTo(t *testing.T) {
	shared := make([]func(*middleware.Stack) error, 2)
	cfg := aws.Config{APIOptions: shared[:1]}
	instrument(t, &cfg)
	if shared[1] != nil {
		t.Error("it was")
	}
}
