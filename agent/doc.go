// Package agent receives the events of client-side monitoring, of every SDK that
// sends them.
//
//	l, err := agent.Listen("127.0.0.1:31000", agent.Options{})
//	if err != nil {
//		return err
//	}
//	defer l.Close()
//	return l.Serve(func(e *csm.Event) {
//		fmt.Println(e.Service, e.API)
//	})
//
// Whatever comes in is hostile until it is decoded, and no datagram stops the
// [Listener]. What it could not take it counts, by cause: see [Stats].
package agent
