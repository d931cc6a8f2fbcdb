package csm_test

import (
	"fmt"
	"net"
	"time"

	"github.com/go-csm/csm"
)

func ExampleNew() {
	agent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer agent.Close()

	r, err := csm.New(csm.Options{ClientID: "my-app", Address: agent.LocalAddr().String()})
	if err != nil {
		panic(err)
	}
	defer r.Close()
	r.Publish(&csm.Event{
		Type:                csm.APICall,
		Service:             "S3",
		API:                 "GetObject",
		Timestamp:           time.UnixMilli(1795342930218),
		Latency:             csm.Millis(25 * time.Millisecond),
		AttemptCount:        csm.Known(1),
		MaxRetriesExceeded:  csm.Flag(false),
		FinalHTTPStatusCode: csm.Known(200),
	})

	datagram := make([]byte, csm.MaxDatagram)
	n, _, err := agent.ReadFrom(datagram)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(datagram[:n]))
	fmt.Println("sent", r.Stats().Sent, "lost", r.Stats().Lost())
	// Output:
	// {"Version":1,"Type":"ApiCall","ClientId":"my-app","Service":"S3","Api":"GetObject","Timestamp":1795342930218,"Latency":25,"AttemptCount":1,"MaxRetriesExceeded":0,"FinalHttpStatusCode":200}
	// sent 1 lost 0
}

func ExampleConfigFromEnvironment() {
	config, err := csm.ConfigFromEnvironment()
	if err != nil {
		panic(err) // a port that is none
	}
	if !config.Enabled {
		fmt.Println("monitoring is off")
		return
	}
	fmt.Printf("events go to %s, because of %s\n", config.Address(), config.EnabledBy)
}

func ExampleEvent_UnmarshalJSON() {
	var e csm.Event
	err := e.UnmarshalJSON([]byte(`{"Type":"ApiCall","Service":"S3","Api":"HeadObject","FinalAwsException":404,"Region":null}`))
	if err != nil {
		panic(err)
	}
	_, known := e.Latency.Get()
	fmt.Println(e.API, e.FinalAWSException, known)
	// Output: HeadObject 404 false
}
