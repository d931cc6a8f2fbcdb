package sdkv2_test

import (
	"net"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/go-csm/csm"
)

// maxAllocations is how many allocations monitoring may add to a call of one
// attempt.
const maxAllocations = 25

func TestMonitoringAddsFewAllocationsToACall(t *testing.T) {
	if raceDetector() {
		t.Skip("with the race detector, pools lose things on purpose")
	}
	without := allocations(t, nil)
	with := allocations(t, unreadReporter(t))
	t.Logf("%v allocations a call without monitoring, %v with it", without, with)
	if with-without > maxAllocations {
		t.Errorf("monitoring adds %v allocations to a call, want at most %d", with-without, maxAllocations)
	}
}

// allocations is the number of allocations of a call, with a reporter or without.
func allocations(t *testing.T, r *csm.Reporter) float64 {
	client := benchmarkClient(t, r)
	return testing.AllocsPerRun(200, func() {
		if _, err := client.GetCallerIdentity(background, nil); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkCall(b *testing.B) {
	for _, bench := range []struct {
		name     string
		reporter *csm.Reporter
	}{
		{"without monitoring", nil},
		{"with monitoring", unreadReporter(b)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			client := benchmarkClient(b, bench.reporter)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.GetCallerIdentity(background, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// raceDetector tells whether the test was built with it.
func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	return info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// unreadReporter is a reporter whose datagrams the kernel takes, and nobody reads:
// an agent in this process would be measured with it.
func unreadReporter(t testing.TB) *csm.Reporter {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r, err := csm.New(csm.Options{Address: conn.LocalAddr().String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.Close()
		_ = conn.Close()
	})
	return r
}

func benchmarkClient(t testing.TB, r *csm.Reporter) *sts.Client {
	cfg, _ := scriptedConfig(responds(200, stsOK, "X-Amzn-Requestid", "r-1"))
	if r != nil {
		instrumentFor(t, &cfg, r)
	}
	return sts.NewFromConfig(cfg)
}
