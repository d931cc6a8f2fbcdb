//go:build linux

package faults

import (
	"os"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

func TestMain(m *testing.M) { os.Exit(realagent.Main(m)) }
