// Package interop runs real, unmodified senders of several languages against the
// built command, and holds what the agent tells of them against what they did:
//
//	make interop
//
// Each sender makes the calls of each scenario, at an endpoint on this machine that
// counts the requests it gets. What the senders send goes through a tap, which
// keeps it, to an agent, whose statistics, recording and report have to have
// exactly the figures of the scenario. The tables in docs/sdks.md are made of what
// the tap saw; make interop UPDATE=-update writes them.
package interop
