//go:build linux

package security

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

// Session tokens do not get behind the agent's decoder, wherever in a datagram they
// are, and access keys are masked.
func TestSecretsAreInNoView(t *testing.T) {
	const token, key, masked = "FwoGZXIvYXdzEXAMPLETOKEN", "AKIAIOSFODNN7EXAMPLE", "AKIA…MPLE"
	const member = `"SessionToken":"` + token + `"`
	event := func(kind, members string) []byte {
		return fmt.Appendf(nil, `{"Type":%q,"ClientId":"app","Service":"S3","Api":"GetObject","AccessKey":%q,%s}`, kind, key, members)
	}
	var datagrams [][]byte
	for _, kind := range []string{"ApiCall", "ApiCallAttempt"} {
		datagrams = append(datagrams,
			event(kind, member),
			event(kind, member+","+member+`,"HttpStatusCode":500,"AwsException":"Internal","FinalHttpStatusCode":500,"FinalAwsException":"Internal"`),
			event(kind, `"Session\u0054oken":"`+token+`"`),
			event(kind, `"sessiontoken":"`+token+`","SESSIONTOKEN":"`+token+`"`),
			event(kind, `"Other":{`+member+`},"More":[`+`{`+member+`}]`),
		)
	}
	showsKeys := 0
	for _, v := range views(t, datagrams) {
		for _, secret := range []string{token, key} {
			if strings.Contains(v.output, secret) {
				t.Errorf("%s is in %s:\n%s", secret, v.name, v.output)
			}
		}
		if strings.Contains(v.output, masked) {
			showsKeys++
		}
	}
	if showsKeys < 3 { // the recording, csm tail --json and /api/v1/events
		t.Errorf("%d views show masked keys: there is nothing to see in the others", showsKeys)
	}
}

// What a datagram holds that is no event is not repeated in the log.
func TestTheLogRepeatsNoDatagram(t *testing.T) {
	const secret = "FwoGZXIvYXdzEXAMPLETOKEN"
	a := realagent.Start(t, realagent.Options{Arguments: []string{"--log-level", "debug"}})
	datagrams := [][]byte{
		[]byte(`{"SessionToken":"` + secret + `"`),
		[]byte(`{"SessionToken":"` + secret + `"}`),
		[]byte(secret),
		[]byte(`{"Type":"` + secret + `"}`),
	}
	send(t, a.Events, datagrams)
	a.WaitForMetrics("datagrams", func(m realagent.Metrics) bool { return m.Rejected() == float64(len(datagrams)) })
	a.End()
	log := strings.Join(a.Log(), "\n")
	if strings.Contains(log, secret) || !strings.Contains(log, "datagrams were rejected") {
		t.Errorf("the log is\n%s", log)
	}
}
