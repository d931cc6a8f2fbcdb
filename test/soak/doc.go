// Package soak runs the built agent for long, with senders, readers and faults, and
// holds that nothing is lost without a cause, and that nothing grows.
package soak
