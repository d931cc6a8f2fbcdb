package sdkv2_test

import (
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/sdkv2"
)

func Example() {
	// A program has it from config.LoadDefaultConfig.
	cfg := aws.Config{Region: "eu-west-1"}

	if err := sdkv2.Instrument(&cfg); err != nil {
		log.Fatal(err) // a setting that cannot be used
	}

	// Clients that are made from cfg now are monitored if the user wants it.
	fmt.Println("region", cfg.Region)
	// Output: region eu-west-1
}

// ExampleInstrument_reporter sends the events to an agent that the program
// chooses, whatever the user's configuration says.
func ExampleInstrument_reporter() {
	reporter, err := csm.New(csm.Options{ClientID: "my-app", Address: "127.0.0.1:31000"})
	if err != nil {
		log.Fatal(err)
	}
	defer reporter.Close()

	cfg := aws.Config{Region: "eu-west-1"}
	err = sdkv2.Instrument(&cfg, func(o *sdkv2.Options) { o.Reporter = reporter })
	fmt.Println(err)
	// Output: <nil>
}
