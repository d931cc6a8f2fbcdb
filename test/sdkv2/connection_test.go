package sdkv2_test

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/go-csm/csm"
)

// serve starts a server on a loopback port, and gives a config for it.
func serve(t *testing.T, handler http.Handler, start func(*httptest.Server)) aws.Config {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	start(server)
	t.Cleanup(server.Close)
	return aws.Config{
		Region:       "eu-central-1",
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, "secret", ""),
		BaseEndpoint: aws.String(server.URL),
		Retryer:      func() aws.Retryer { return fastRetryer() },
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) {
			tr.Proxy = nil
			if server.Certificate() != nil {
				roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
				tr.TLSClientConfig = &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}
			}
		}),
	}
}

func TestAnAttemptTellsOfItsConnection(t *testing.T) {
	answerOK := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, stsOK) })
	for name, start := range map[string]func(*httptest.Server){"HTTP": (*httptest.Server).Start, "HTTPS": (*httptest.Server).StartTLS} {
		t.Run(name, func(t *testing.T) {
			cfg := serve(t, answerOK, start)
			agent := instrument(t, &cfg)
			client := sts.NewFromConfig(cfg)
			call := func(n int) csm.Event {
				if _, err := client.GetCallerIdentity(background, nil); err != nil {
					t.Fatal(err)
				}
				return agent.Wait(2 * n)[2*n-2]
			}
			fresh := call(1)
			reused := call(2)
			// On a busy machine, a connection can be back in the pool too late.
			for n := 3; n < 20 && reused.ConnectionReused != csm.Known(1); n++ {
				reused = call(n)
			}

			if _, host, _ := strings.Cut(*cfg.BaseEndpoint, "://"); fresh.FQDN != host || fresh.DestinationIP != "127.0.0.1" {
				t.Errorf("attempt went to %s at %s, want %s at 127.0.0.1", fresh.FQDN, fresh.DestinationIP, host)
			}
			if fresh.ConnectionReused != csm.Known(0) || reused.ConnectionReused != csm.Known(1) {
				t.Errorf("ConnectionReused is %v, then %v", fresh.ConnectionReused, reused.ConnectionReused)
			}
			wantKnown(t, "new", fresh, map[string]bool{"acquire": true, "connect": true, "dns": false, "tcp": true, "ssl": name == "HTTPS", "request": true})
			wantKnown(t, "reused", reused, map[string]bool{"acquire": true, "connect": false, "dns": false, "tcp": false, "ssl": false, "request": true})
		})
	}
}

// wantKnown checks which latencies of an attempt's connection are known.
func wantKnown(t *testing.T, what string, e csm.Event, want map[string]bool) {
	t.Helper()
	for name, n := range map[string]csm.Int{
		"acquire": e.AcquireConnectionLatency,
		"connect": e.ConnectLatency,
		"dns":     e.DNSLatency,
		"tcp":     e.TCPLatency,
		"ssl":     e.SSLLatency,
		"request": e.RequestLatency,
	} {
		if _, known := n.Get(); known != want[name] {
			t.Errorf("%s latency of a %s connection is %v", name, what, n)
		}
	}
}

func TestAConnectionThatIsRefusedIsRetried(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	cfg := serve(t, http.NotFoundHandler(), (*httptest.Server).Start)
	cfg.BaseEndpoint = aws.String(server.URL)
	server.Close()
	agent := instrument(t, &cfg)
	_, err := sts.NewFromConfig(cfg).GetCallerIdentity(background, nil)
	mustFail(t, err)
	events := wantEvents(t, agent, 4)
	for _, e := range events[:3] {
		if e.SDKException != "RequestSendError" || e.DestinationIP != "" {
			t.Errorf("attempt is %+v", e)
		}
	}
	if got := events[3].MaxRetriesExceeded.Or(-1); got != 1 {
		t.Errorf("MaxRetriesExceeded is %d, want 1", got)
	}
}

func TestACertificateThatIsNotTrustedIsNamed(t *testing.T) {
	cfg := serve(t, http.NotFoundHandler(), (*httptest.Server).StartTLS)
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) { tr.Proxy = nil })
	agent := instrument(t, &cfg)
	_, err := sts.NewFromConfig(cfg).GetCallerIdentity(background, nil)
	mustFail(t, err)
	if got := agent.WaitCalls(1)[0].FinalSDKException; got != "UnknownAuthorityError" {
		t.Errorf("exception is %s, want UnknownAuthorityError", got)
	}
}
