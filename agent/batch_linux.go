package agent

import (
	"net"
	"net/netip"
	"os"
	"syscall"
	"unsafe"
)

// batchSize is how many datagrams one system call reads at most. More of them do
// not make it cheaper.
const batchSize = 16

// A batch reads datagrams, as many with one system call as there are. It is for one
// goroutine.
type batch struct {
	raw      syscall.RawConn
	read     func(fd uintptr) bool // one for all calls
	messages [batchSize]message
	vectors  [batchSize]syscall.Iovec
	senders  [batchSize]syscall.RawSockaddrInet6 // or Inet4, which is smaller
	buffers  []byte

	came  int // how many datagrams the last call has read
	errno syscall.Errno
}

// A message is a struct mmsghdr of the kernel.
type message struct {
	header syscall.Msghdr
	size   uint32
}

func newBatch(conn *net.UDPConn) (*batch, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	b := &batch{raw: raw, buffers: make([]byte, batchSize*maxDatagram)}
	for i := range b.messages {
		b.vectors[i].Base = &b.buffers[i*maxDatagram]
		b.vectors[i].SetLen(maxDatagram)
		h := &b.messages[i].header
		h.Iov, h.Iovlen = &b.vectors[i], 1
		h.Name = (*byte)(unsafe.Pointer(&b.senders[i]))
	}
	b.read = func(fd uintptr) (done bool) {
		for i := range b.messages {
			b.messages[i].header.Namelen = uint32(unsafe.Sizeof(b.senders[i]))
		}
		n, _, errno := syscall.Syscall6(syscall.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&b.messages)), batchSize,
			syscall.MSG_DONTWAIT, 0, 0)
		if errno == syscall.EAGAIN {
			return false
		}
		b.came, b.errno = int(n), errno
		return true
	}
	return b, nil
}

// next waits for datagrams, until the socket's deadline, and tells how many came.
func (b *batch) next() (n int, err error) {
	if err := b.raw.Read(b.read); err != nil {
		return 0, err
	}
	if b.errno != 0 {
		return 0, os.NewSyscallError("recvmmsg", b.errno)
	}
	return b.came, nil
}

// datagram is the datagram i of those that came, until the next come, and the
// address of its sender.
func (b *batch) datagram(i int) ([]byte, netip.Addr) {
	start := i * maxDatagram
	data := b.buffers[start : start+int(b.messages[i].size)]
	switch from := &b.senders[i]; from.Family {
	case syscall.AF_INET:
		return data, netip.AddrFrom4((*syscall.RawSockaddrInet4)(unsafe.Pointer(from)).Addr)
	case syscall.AF_INET6:
		return data, netip.AddrFrom16(from.Addr)
	}
	return data, netip.Addr{}
}
