//go:build !unix

package agent

import (
	"net"
	"time"
)

// closeIdle is long enough for a goroutine that waits for a core.
const closeIdle = 50 * time.Millisecond

// waiting cannot be told here.
func waiting(*net.UDPConn) bool { return false }
