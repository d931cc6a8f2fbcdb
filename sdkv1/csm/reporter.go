package csm

import (
	"github.com/aws/aws-sdk-go/aws/request"

	core "github.com/go-csm/csm"
)

// The names of the handlers that [Reporter.InjectHandlers] puts in, so that a
// program can find and remove them.
const (
	APICallMetricHandlerName        = "awscsm.SendAPICallMetric"
	APICallAttemptMetricHandlerName = "awscsm.SendAPICallAttemptMetric"

	traceHandlerName = "awscsm.TraceAttempt"
)

// A Reporter sends the events of the sessions and clients into whose handlers it
// was injected. Its methods can be called from any goroutine, in any order, any
// number of times, but for InjectHandlers. A nil Reporter does nothing.
type Reporter struct {
	core *core.Reporter
}

// FromReporter is the Reporter that sends through r: one with options of its own,
// or one for tests. It is nil if r is. The SDK's own package has no such function.
func FromReporter(r *core.Reporter) *Reporter {
	if r == nil {
		return nil
	}
	return &Reporter{r}
}

// Pause makes the reporter lose all events, until [Reporter.Continue].
func (rep *Reporter) Pause() {
	if rep != nil {
		rep.core.Pause()
	}
}

// Continue ends what [Reporter.Pause] began. It does nothing if the reporter is
// not paused.
func (rep *Reporter) Continue() {
	if rep != nil {
		rep.core.Continue()
	}
}

// InjectHandlers makes the requests that are made with these handlers send their
// events through the reporter. Give it the handlers of a session before clients
// are made of it, or those of a client, before requests are.
//
// Handlers of the same names, whether ours or the SDK's own, are replaced, so that
// each event is sent once, by the reporter that was injected last. Handlers are
// not safe to change while they are used, and so neither is this to call.
func (rep *Reporter) InjectHandlers(handlers *request.Handlers) {
	if rep == nil {
		return
	}
	inject(&handlers.Send, traceHandlerName, rep.traceAttempt)
	inject(&handlers.CompleteAttempt, APICallAttemptMetricHandlerName, rep.sendAttempt)
	inject(&handlers.Complete, APICallMetricHandlerName, rep.sendCall)
}

// inject makes fn the first handler of a list, and the only one of that name.
func inject(list *request.HandlerList, name string, fn func(*request.Request)) {
	list.RemoveByName(name)
	list.PushFrontNamed(request.NamedHandler{Name: name, Fn: fn})
}
