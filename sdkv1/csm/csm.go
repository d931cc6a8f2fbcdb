package csm

import (
	"sync"

	core "github.com/go-csm/csm"
)

// Where an agent listens unless configured otherwise.
const (
	DefaultPort = core.DefaultPort
	DefaultHost = core.DefaultHost
)

// MetricsChannelSize is here so that programs which set it compile. There is no
// channel left for it to size: events are sent at once.
var MetricsChannelSize = 100

// AddressWithDefaults is the address of a host and a port, as [Start] takes it.
// An empty host and "localhost" mean [DefaultHost], an empty port [DefaultPort].
func AddressWithDefaults(host, port string) string {
	return core.AddressWithDefaults(host, port)
}

// Start starts the process-wide reporter and gives it. It is the same as that of
// [core.Start], which has the details: programs that use both SDKs have one.
//
// Start again with the same arguments gives the same reporter. It panics if the
// client ID or the address is another one.
func Start(clientID string, url string) (*Reporter, error) {
	r, err := core.Start(clientID, url)
	if err != nil {
		return nil, err
	}
	return processWide(r), nil
}

// Get is the process-wide reporter, or nil if none was started.
func Get() *Reporter {
	return processWide(core.Get())
}

// The Reporter of the process-wide reporter.
var process struct {
	sync.Mutex
	reporter *Reporter
}

// processWide gives the same Reporter for the same core.Reporter.
func processWide(r *core.Reporter) *Reporter {
	process.Lock()
	defer process.Unlock()
	if process.reporter == nil || process.reporter.core != r {
		process.reporter = FromReporter(r)
	}
	return process.reporter
}
