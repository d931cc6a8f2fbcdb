package statistics

import "github.com/go-csm/csm"

// A Phase is a part of an attempt's time that some SDKs tell.
type Phase uint8

// The phases. DNS, TCP and TLS are parts of Connect.
const (
	Acquire Phase = iota // from asking the pool for a connection to having one
	Connect              // a new connection in all
	DNS                  // the name look-up
	TCP                  // the TCP handshake
	TLS                  // the TLS handshake
	Request              // from having the connection to the response's last byte
)

// NumPhases is how many phases there are.
const NumPhases = 6

var phaseNames = [NumPhases]string{"acquire", "connect", "dns", "tcp", "tls", "request"}

// String is the phase's name, such as "acquire".
func (p Phase) String() string {
	if int(p) < len(phaseNames) {
		return phaseNames[p]
	}
	return "unknown"
}

// of is how long the phase took in an attempt, in milliseconds.
func (p Phase) of(e *csm.Event) csm.Int {
	switch p {
	case Acquire:
		return e.AcquireConnectionLatency
	case Connect:
		return e.ConnectLatency
	case DNS:
		return e.DNSLatency
	case TCP:
		return e.TCPLatency
	case TLS:
		return e.SSLLatency
	default:
		return e.RequestLatency
	}
}
