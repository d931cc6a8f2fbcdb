package agent

import (
	"net"
	"testing"
)

// BenchmarkRead is what reading one datagram takes, of 50 that have come at once:
// with a system call for each, and in batches.
func BenchmarkRead(b *testing.B) {
	const burst = 50
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	to, err := net.Dial("udp", conn.LocalAddr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = to.Close() }()
	batch, err := newBatch(conn)
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, maxDatagram)
	for name, read := range map[string]func() (n int, err error){
		"one": func() (int, error) {
			_, _, err := conn.ReadFromUDPAddrPort(buf)
			return 1, err
		},
		"batch": batch.next,
	} {
		b.Run(name, func(b *testing.B) {
			for left := 0; b.Loop(); left-- {
				if left > 0 {
					continue
				}
				b.StopTimer()
				for range burst {
					if _, err := to.Write(buf[:430]); err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
				for left < burst {
					n, err := read()
					if err != nil {
						b.Fatal(err)
					}
					left += n
				}
			}
		})
	}
}
