//go:build unix

package agent

import (
	"net"
	"syscall"
	"time"
)

// closeIdle need not be long where what waits can be seen: it is for what a system
// that is busy has taken from its sender, but has not brought to the socket yet.
const closeIdle = 5 * time.Millisecond

// waiting tells whether there are datagrams at the socket that were not read yet.
func waiting(conn *net.UDPConn) (some bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	_ = raw.Control(func(fd uintptr) {
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK) // the socket does not block
		some = err == nil
	})
	return some
}
