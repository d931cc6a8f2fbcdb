// Package api is the agent's HTTP API: what was counted, the events as they come,
// and whether the agent is well. The file openapi.yaml, which it serves, describes
// it; a test holds the two together.
//
// It is made for one machine. It listens to loopback addresses unless it is given
// a token or client certificates ([Access.Check]); it answers to its own names
// alone, so that a page in a browser cannot reach it through a name of its own; it
// permits no other origin anything.
package api
