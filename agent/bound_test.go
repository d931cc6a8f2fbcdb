package agent

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/go-csm/csm"
)

// What is handed on of an event that no SDK would send is small.
func TestLargeEventsAreCut(t *testing.T) {
	r := listen(t, Options{})
	for name, text := range map[string]string{
		"ASCII": strings.Repeat("x", 20_000), "three bytes": strings.Repeat("…", 7_000),
	} {
		fields := reflect.TypeFor[csm.Event]()
		for i := range fields.NumField() {
			wire, err := json.Marshal(map[string]string{"Type": "ApiCall", wireName(fields.Field(i).Name): text})
			if err != nil {
				t.Fatal(err)
			}
			if fields.Field(i).Name == "Type" {
				continue
			}
			r.send(t, wire)
			e := r.next(t)
			total := 0
			for j := range fields.NumField() {
				if v := reflect.ValueOf(e).Field(j); v.Kind() == reflect.String {
					total += v.Len()
				}
			}
			if total > maxMessage+len(csm.APICall) {
				t.Errorf("%s of %s: %d bytes of text are kept", fields.Field(i).Name, name, total)
			}
		}
	}
	r.send(t, []byte(`{"Type":"ApiCall","Api":"`+strings.Repeat("x", 10_000)+`"}`))
	if n := len(r.next(t).API); n != 10_000 {
		t.Errorf("of an event as large as SDKs send, %d bytes are kept", n)
	}
}

// wireName is the wire's name of a field of an Event.
func wireName(field string) string {
	names := map[string]string{"API": "Api", "FQDN": "Fqdn", "ClientID": "ClientId", "DestinationIP": "DestinationIp",
		"XAmznRequestID": "XAmznRequestId", "XAmzRequestID": "XAmzRequestId", "XAmzID2": "XAmzId2"}
	if name, ok := names[field]; ok {
		return name
	}
	return strings.NewReplacer("AWS", "Aws", "SDK", "Sdk", "HTTP", "Http").Replace(field)
}
