//go:build linux

package faults

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

// Programs that make one call and end lose none of their events. make faults runs a
// thousand of them.
func TestShortLivedPrograms(t *testing.T) {
	programs := 100
	if all() {
		programs = 1000
	}
	onecall := filepath.Join(t.TempDir(), "onecall")
	if out, err := exec.Command("go", "build", "-o", onecall, "./onecall").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s3 := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s3.Close)
	a := realagent.Start(t, realagent.Options{})
	host, port, err := net.SplitHostPort(a.Events)
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	next := make(chan string)
	for range 8 {
		running.Go(func() {
			for sdk := range next {
				cmd := exec.Command(onecall, sdk, s3.URL)
				cmd.Env = []string{"HOME=" + os.TempDir(), "AWS_CSM_ENABLED=true", "AWS_CSM_HOST=" + host, "AWS_CSM_PORT=" + port, "AWS_CSM_CLIENT_ID=" + sdk}
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			}
		})
	}
	for i := range programs {
		next <- []string{"v1", "v2"}[i%2]
	}
	close(next)
	running.Wait()
	want := float64(2 * programs) // a call and its attempt each
	m := a.WaitForMetrics("all events", func(m realagent.Metrics) bool { return m.Come() >= want })
	if m.Taken() != want || m.Sum("csm_calls_total") != want/2 || m.Sum("csm_attempts_total") != want/2 {
		t.Errorf("%d programs ended: taken %v, calls %v, attempts %v, lost %v", programs, m.Taken(),
			m.Sum("csm_calls_total"), m.Sum("csm_attempts_total"), m.Lost())
	}
	for _, sdk := range []string{"v1", "v2"} {
		series := `csm_calls_total{cloud_region="eu-central-1",csm_client_id="` + sdk + `",csm_result="ok",error_type="",rpc_method="S3/HeadBucket"}`
		if m[series] != want/4 {
			t.Errorf("%s is %v, want %v", series, m[series], want/4)
		}
	}
	a.End()
}
