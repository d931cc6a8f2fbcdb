//go:build !linux

package agent

import (
	"net"
	"net/netip"
)

// A batch reads datagrams, here one with each system call. It is for one goroutine.
type batch struct {
	conn   *net.UDPConn
	buffer []byte
	size   int
	from   netip.Addr
}

func newBatch(conn *net.UDPConn) (*batch, error) {
	return &batch{conn: conn, buffer: make([]byte, maxDatagram)}, nil
}

// next waits for datagrams, until the socket's deadline, and tells how many came.
func (b *batch) next() (n int, err error) {
	size, from, err := b.conn.ReadFromUDPAddrPort(b.buffer)
	if err != nil {
		return 0, err
	}
	b.size, b.from = size, from.Addr()
	return 1, nil
}

// datagram is the datagram i of those that came, until the next come, and the
// address of its sender.
func (b *batch) datagram(int) ([]byte, netip.Addr) { return b.buffer[:b.size], b.from }
