package cli

// askSignal has nothing to ask for here.
func askSignal() {}
