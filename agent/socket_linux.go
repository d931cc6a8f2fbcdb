//go:build !386 && !mips && !mipsle && !mips64 && !mips64le

package agent

import (
	"errors"
	"net"
	"syscall"
	"unsafe"
)

// growReadBuffer asks for a large receive buffer and gives the size that the
// system set. With CAP_NET_ADMIN that is what was asked for; otherwise the limit
// in net.core.rmem_max holds.
func growReadBuffer(conn *net.UDPConn) (size int) {
	control(conn, func(fd int) {
		err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, readBuffer)
		if err != nil {
			_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, readBuffer)
		}
		size, _ = syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF)
	})
	return size
}

// lostInKernel is how many datagrams were dropped at the socket, or 0 if that
// cannot be told (before Linux 4.12, or when the socket is closed).
func lostInKernel(conn *net.UDPConn) (drops uint64) {
	const (
		soMemInfo = 55 // SO_MEMINFO
		dropsAt   = 8  // SK_MEMINFO_DROPS
	)
	control(conn, func(fd int) {
		var info [dropsAt + 1]uint32
		size := uint32(unsafe.Sizeof(info))
		_, _, errno := syscall.Syscall6(syscall.SYS_GETSOCKOPT, uintptr(fd), syscall.SOL_SOCKET, soMemInfo,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
		if errno == 0 && size == uint32(unsafe.Sizeof(info)) {
			drops = uint64(info[dropsAt])
		}
	})
	return drops
}

// control calls f with the socket, unless it is closed.
func control(conn *net.UDPConn, f func(fd int)) {
	if raw, err := conn.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { f(int(fd)) })
	}
}

// canShare tells whether several sockets can have one address.
const canShare = true

// share makes a socket share its address with those that do so too.
func share(_, _ string, conn syscall.RawConn) error {
	const soReusePort = 15 // SO_REUSEPORT
	var refused error
	err := conn.Control(func(fd uintptr) {
		refused = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, soReusePort, 1)
	})
	return errors.Join(err, refused)
}
