package cli

// Hangups never come: there is no such signal.
type hangups struct{}

func catchHangups() *hangups { return new(hangups) }
func (*hangups) call(func()) {}
func (*hangups) end()        {}

// reloading is never needed.
func reloading() string { return "RELOADING=1" }
