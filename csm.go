package csm

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Where an agent listens unless configured otherwise.
const (
	DefaultHost = "127.0.0.1"
	DefaultPort = "31000"
)

// AddressWithDefaults is the address of a host and a port, as [Start] takes it.
// An empty host and "localhost", in any case, mean [DefaultHost]; an empty port
// means [DefaultPort]. A host with a colon is an IPv6 address and gets brackets.
func AddressWithDefaults(host, port string) string {
	if host == "" || strings.EqualFold(host, "localhost") {
		host = DefaultHost
	}
	if port == "" {
		port = DefaultPort
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]:" + port
	}
	return host + ":" + port
}

// The reporters that the whole process shares.
var process struct {
	sync.Mutex
	reporter atomic.Pointer[Reporter] // that of Start; Get reads it without the lock, under which a name is looked up
	others   []*Reporter              // those of Config.Start that differ from it
}

// Start starts the process-wide reporter and gives it; [Get] gives it from then
// on. The client ID is the application's name, and may be empty; url is the
// agent's address, host and port, as [AddressWithDefaults] makes it. An empty url
// means [DefaultHost] and [DefaultPort].
//
// Start again with the same arguments gives the same reporter. With another
// client ID or address it panics, as in aws-sdk-go: two parts of a program
// disagree about where its events go. After the reporter's Close, Start begins
// anew.
//
// The errors are those of [New]. With an error, nothing is started.
func Start(clientID, url string) (*Reporter, error) {
	process.Lock()
	defer process.Unlock()
	if r := process.reporter.Load(); r.open() {
		if r.clientID != clientID {
			panic(fmt.Errorf("csm: inconsistent client IDs: started with %q, and now %q", r.clientID, clientID))
		}
		if r.address != url {
			panic(fmt.Errorf("csm: inconsistent addresses: started with %q, and now %q", r.address, url))
		}
		return r, nil
	}
	r, err := New(Options{ClientID: clientID, Address: url})
	if err == nil {
		process.reporter.Store(r)
	}
	return r, err
}

// Get is the process-wide reporter, or nil before [Start] and after the
// reporter's Close. A nil reporter can be used; it does nothing.
func Get() *Reporter {
	if r := process.reporter.Load(); r.open() {
		return r
	}
	return nil
}

// Start gives the reporter that c asks for; it is what SDK adapters call. If c is
// not enabled that is nil. Otherwise it is the process-wide reporter, which is
// started if there is none. If that one differs from c, as when two profiles of
// one program do, it is a further reporter, the same one for the same settings as
// long as it is open; unlike the function [Start], it does not panic.
//
// The errors are those of [New].
func (c Config) Start() (*Reporter, error) {
	if !c.Enabled {
		return nil, nil
	}
	process.Lock()
	defer process.Unlock()
	o := Options{ClientID: c.ClientID, Address: c.Address(), SendSessionToken: c.SendSessionToken}
	process.others = slices.DeleteFunc(process.others, func(r *Reporter) bool { return !r.open() })
	for _, r := range append([]*Reporter{process.reporter.Load()}, process.others...) {
		if r.open() && r.clientID == o.ClientID && r.address == o.Address && r.sendSessionToken == o.SendSessionToken {
			return r, nil
		}
	}
	r, err := New(o)
	if err != nil {
		return nil, err
	}
	if process.reporter.Load().open() {
		process.others = append(process.others, r)
	} else {
		process.reporter.Store(r)
	}
	return r, nil
}
