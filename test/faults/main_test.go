//go:build linux

package faults

import (
	"fmt"
	"os"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

func TestMain(m *testing.M) {
	if address := os.Getenv("CSM_FAULTS_PUBLISH"); address != "" { // see startPublisher
		if err := publisher(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(realagent.Main(m))
}
