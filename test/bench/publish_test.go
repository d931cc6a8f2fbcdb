//go:build linux

package bench

import (
	"net"
	"testing"

	"github.com/go-csm/csm"
)

// BenchmarkPublish compares what a reporter does with a bare write of the same
// bytes to the same socket, whose datagrams another process reads.
func BenchmarkPublish(b *testing.B) {
	all := events()
	bytes := datagrams(b, all)
	to := receive(b)
	b.Run("write", func(b *testing.B) {
		conn, err := net.Dial("udp", to.address)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		cost(b, func(i int) error {
			_, err := conn.Write(bytes[i%len(bytes)])
			return err
		})
	})
	b.Run("csm", func(b *testing.B) {
		r, err := csm.New(csm.Options{Address: to.address})
		if err != nil {
			b.Fatal(err)
		}
		defer r.Close()
		cost(b, func(i int) error {
			r.Publish(&all[i%len(all)])
			return nil
		})
		if s := r.Stats(); s != (csm.Stats{Sent: s.Sent}) {
			b.Errorf("events were lost: %+v", s)
		}
	})
}
