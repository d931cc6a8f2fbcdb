//go:build !unix

package csm

import "net"

// A socket is a connected UDP socket.
type socket struct{ net.Conn }

func newSocket(conn net.Conn) (*socket, error) { return &socket{conn}, nil }

type socketWrite struct{}

func newDatagram() *datagram {
	return &datagram{bytes: make([]byte, 0, bufferToStart)}
}

// write makes one write. The system takes a datagram, or refuses it, at once.
func (s *socket) write(d *datagram) error {
	_, err := s.Write(d.bytes)
	return err
}
