package agent

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

func prefixes(t *testing.T, texts ...string) (list []netip.Prefix) {
	t.Helper()
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

func TestAllowList(t *testing.T) {
	for _, test := range []struct {
		allow, from string
		want        bool
	}{
		{"10.0.0.0/8", "10.1.2.3", true},
		{"10.1.2.3/8", "10.9.9.9", true}, // bits behind the prefix mean nothing
		{"10.0.0.0/8", "11.0.0.1", false},
		{"10.0.0.0/8", "127.0.0.1", false},
		{"10.0.0.0/8", "::ffff:10.1.2.3", true},
		{"::ffff:10.0.0.0/104", "10.1.2.3", true},
		{"::ffff:10.0.0.0/104", "::ffff:11.0.0.1", false},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "2001:db8::1", true},
		{"fe80::/10", "fe80::1%eth0", true},
		{"2001:db8::/32", "2001:db9::1", false},
	} {
		list, err := newAllowList(prefixes(t, test.allow))
		if err != nil {
			t.Fatal(err)
		}
		if got := list.allows(netip.MustParseAddr(test.from)); got != test.want {
			t.Errorf("%s from %s: allowed is %v, want %v", test.allow, test.from, got, test.want)
		}
	}
	list, err := newAllowList(prefixes(t, "10.0.0.0/8", "192.0.2.0/24"))
	if err != nil || !list.allows(netip.MustParseAddr("192.0.2.1")) {
		t.Errorf("the second prefix does not count: %v", err)
	}
}

func TestSendersThatAreNotAllowedAreCounted(t *testing.T) {
	const event = `{"Type":"ApiCall"}`
	r := listen(t, Options{Allow: prefixes(t, "192.0.2.0/24")})
	for range 3 {
		r.send(t, []byte(event))
	}
	want := Stats{Datagrams: 3, Bytes: 3 * uint64(len(event)), NotAllowed: 3}
	if got := r.settle(t, 3); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	r = listen(t, Options{Allow: prefixes(t, "192.0.2.0/24", "127.0.0.0/8")})
	r.send(t, []byte(event))
	if got := r.settle(t, 1); got.Events != 1 || got.NotAllowed != 0 {
		t.Errorf("an allowed sender: %+v", got)
	}
}

// An IPv6 socket that takes IPv4 too sees IPv4 senders as IPv6 addresses.
func TestMappedSendersAreThemselves(t *testing.T) {
	l, err := Listen("[::]:0", Options{Allow: prefixes(t, "127.0.0.0/8")})
	if err != nil {
		t.Skip("there is no IPv6 here: ", err)
	}
	r := serve(t, l, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), l.Addr().Port()).String())
	r.send(t, []byte(`{"Type":"ApiCall"}`))
	if got := r.settle(t, 1); got.Taken != 1 {
		t.Errorf("%+v", got)
	}
}

func TestAddressesForOthersNeedAnAllowList(t *testing.T) {
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0"} {
		if l, err := Listen(address, Options{}); !errors.Is(err, ErrAllowNeeded) {
			t.Errorf("%s: error %v, want %v", address, err, ErrAllowNeeded)
			if err == nil {
				_ = l.Close()
			}
		}
	}
	for _, address := range []string{"127.0.0.1:0", "localhost:0"} {
		l, err := Listen(address, Options{})
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		_ = l.Close()
	}
	l, err := Listen("0.0.0.0:0", Options{Allow: prefixes(t, "10.0.0.0/8")})
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if _, err := Listen("127.0.0.1:0", Options{Allow: []netip.Prefix{{}}}); err == nil {
		t.Error("a prefix that is none is taken")
	}
	var opErr *net.OpError
	if _, err := Listen("192.0.2.1:0", Options{Allow: prefixes(t, "10.0.0.0/8")}); !errors.As(err, &opErr) {
		t.Errorf("an address of another machine: error %v", err)
	}
}
