//go:build linux

package bench

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/credentials"
	sdkcsm "github.com/aws/aws-sdk-go/aws/csm"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"

	"github.com/go-csm/csm"
	v1csm "github.com/go-csm/csm/sdkv1/csm"
)

// BenchmarkV1Call are 100,000 calls of aws-sdk-go v1 from eight goroutines: what
// they cost, and how many of their 200,000 events come to the agent.
func BenchmarkV1Call(b *testing.B) {
	const goroutines, calls = 8, 100_000
	for _, kind := range []struct {
		name   string
		inject func(testing.TB, *session.Session, string)
	}{
		{"none", func(testing.TB, *session.Session, string) {}},
		{"csm", func(t testing.TB, s *session.Session, agent string) {
			r, err := csm.New(csm.Options{Address: agent, ClientID: "shop"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = r.Close() })
			v1csm.FromReporter(r).InjectHandlers(&s.Handlers)
		}},
		{"sdk", func(t testing.TB, s *session.Session, agent string) {
			r, err := sdkcsm.Start("shop", agent)
			if err != nil {
				t.Fatal(err)
			}
			r.InjectHandlers(&s.Handlers)
		}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			to := receive(b)
			s, err := session.NewSession(&aws.Config{
				Region:      aws.String("eu-central-1"),
				Credentials: credentials.NewStaticCredentials("AKIAIOSFODNN7EXAMPLE", "secret", ""),
			})
			if err != nil {
				b.Fatal(err)
			}
			kind.inject(b, s, to.address)
			client := sts.New(s, &aws.Config{HTTPClient: &http.Client{Transport: service{}}})
			rounds := 0
			cost(b, func(int) error {
				rounds++
				var calling sync.WaitGroup
				for range goroutines {
					calling.Go(func() {
						for range calls / goroutines {
							if _, err := client.GetCallerIdentity(nil); err != nil {
								b.Error(err)
							}
						}
					})
				}
				calling.Wait()
				return nil
			})
			if kind.name == "sdk" {
				time.Sleep(time.Second) // it still sends what its channel holds
			}
			came, _ := to.end(b)
			b.ReportMetric(float64(came)/float64(rounds), "events-delivered/op")
		})
	}
}
