package agent

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// ErrAllowNeeded says that an address is no loopback address, and nobody was said
// to be allowed to send to it.
var ErrAllowNeeded = errors.New("csm: an address that is not loopback needs a list of who may send to it")

// An allowList are the addresses that may send. Nil allows all.
type allowList []netip.Prefix

// newAllowList makes a list of prefixes, those of IPv4 addresses as such.
func newAllowList(prefixes []netip.Prefix) (allowList, error) {
	list := allowList(slices.Clone(prefixes))
	if len(list) == 0 {
		return nil, nil
	}
	for i, p := range list {
		if !p.IsValid() {
			return nil, fmt.Errorf("csm: the list of who may send has a prefix that is none: %v", p)
		}
		const mapped = 128 - 32 // bits before the IPv4 address
		if p.Addr().Is4In6() && p.Bits() >= mapped {
			list[i] = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
		}
	}
	return list, nil
}

// allows tells whether an address may send.
func (l allowList) allows(a netip.Addr) bool {
	if l == nil {
		return true
	}
	a = a.Unmap().WithZone("")
	for _, p := range l {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
