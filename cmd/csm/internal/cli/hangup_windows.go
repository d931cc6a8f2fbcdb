package cli

// onHangup does nothing: there is no such signal.
func onHangup(func()) (end func()) { return func() {} }

// reloading is never needed.
func reloading() string { return "RELOADING=1" }
