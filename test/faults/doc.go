// Package faults tests the built agent and the clients together while things go
// wrong around them: every event that was sent has to be accounted for.
package faults
