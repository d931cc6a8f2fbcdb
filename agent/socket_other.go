//go:build !linux || 386 || mips || mipsle || mips64 || mips64le

package agent

import (
	"net"
	"syscall"
)

// growReadBuffer asks for a large receive buffer and gives the size that was
// asked for last: what the system made of it cannot be told.
func growReadBuffer(conn *net.UDPConn) (size int) {
	for size = readBuffer; size > 64<<10; size /= 2 { // systems refuse what is too much
		if conn.SetReadBuffer(size) == nil {
			break
		}
	}
	return size
}

// lostInKernel cannot be told here.
func lostInKernel(*net.UDPConn) uint64 { return 0 }

// canShare tells whether several sockets can have one address.
const canShare = false

// share is not called.
func share(string, string, syscall.RawConn) error { return nil }
