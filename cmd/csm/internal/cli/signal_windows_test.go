package cli

// askSignal has nothing to ask for here.
func askSignal() {}

// notIgnored has nothing to do: there are no signals.
func notIgnored() {}
