//go:build linux

package security

import (
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

func TestMain(m *testing.M) {
	if file := os.Getenv("CSM_SECURITY_SEND"); file != "" { // a program for csm run
		if err := sendFile(net.JoinHostPort(os.Getenv("AWS_CSM_HOST"), os.Getenv("AWS_CSM_PORT")), file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(realagent.Main(m))
}
