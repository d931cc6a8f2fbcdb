package report

import (
	"strings"

	"github.com/go-csm/csm/agent"
)

// Losses says what of the datagrams could not be taken, by cause. It is empty if
// nothing was lost.
func Losses(s agent.Stats) string {
	var causes []string
	add := func(n uint64, what, cause string) {
		if n > 0 {
			causes = append(causes, Number(n, what)+cause)
		}
	}
	add(s.LostInKernel, "datagram", " dropped by the kernel for want of room")
	add(s.NotAllowed, "datagram", " of senders that are not allowed")
	add(s.NotJSON, "piece", " of data, not JSON")
	add(s.NotEvent, "JSON value", " not of an event")
	add(s.Empty, "empty datagram", "")
	add(s.ReadErrors, "read error", "")
	return strings.Join(causes, "; ")
}
