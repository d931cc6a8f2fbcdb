package daemon

import (
	"errors"
	"runtime"
	"syscall"

	"github.com/go-csm/csm/agent"
)

// maxSockets is how many sockets there are at most for one address.
const maxSockets = 4

// listen binds the addresses to receive at. With an error, none is left bound.
func listen(c Config) (listeners []*agent.Listener, err error) {
	var missing error
	for _, address := range c.Listen {
		shared, err := agent.ListenShared(address, min(runtime.GOMAXPROCS(0), maxSockets), agent.Options{
			Allow:          c.Allow,
			KeepAccessKeys: c.KeepAccessKeys,
			Logger:         c.Logger,
		})
		switch {
		case err == nil:
			listeners = append(listeners, shared...)
		case c.AnyOfListen && isMissing(err):
			c.Logger.Info("csm: an address is left out, which this machine does not have", "address", address)
			missing = errors.Join(missing, err)
		default:
			for _, l := range listeners {
				err = errors.Join(err, l.Close())
			}
			return nil, err
		}
	}
	if len(listeners) == 0 {
		return nil, missing
	}
	return listeners, nil
}

// isMissing tells whether the machine does not have an address, or not its kind.
func isMissing(err error) bool {
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}
