//go:build unix

package csm

import (
	"errors"
	"net"
	"syscall"
)

// A socket is a connected UDP socket.
type socket struct {
	net.Conn
	raw syscall.RawConn
}

func newSocket(conn net.Conn) (*socket, error) {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return nil, errors.New("no system socket")
	}
	raw, err := c.SyscallConn()
	return &socket{conn, raw}, err
}

// socketWrite is the part of a datagram that writes it: a function made once, and
// its result.
type socketWrite struct {
	write func(fd uintptr) (done bool)
	err   error
}

func newDatagram() *datagram {
	d := &datagram{bytes: make([]byte, 0, bufferToStart)}
	d.write = func(fd uintptr) bool {
		_, d.err = syscall.Write(int(fd), d.bytes)
		return true // done, also if the socket is full: never wait for it
	}
	return d
}

// write makes one write, which does not wait: the net package's sockets are
// non-blocking. [net.Conn.Write] would wait until the socket has room.
func (s *socket) write(d *datagram) error {
	if err := s.raw.Write(d.write); err != nil {
		return err
	}
	return d.err
}
