package otlp

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// The protocols that are spoken, as OTEL_EXPORTER_OTLP_PROTOCOL names them.
const (
	protocolHTTP = "http/protobuf"
	protocolGRPC = "grpc"
)

// A target is where and how a signal, metrics or logs, is delivered.
type target struct {
	grpc bool
	url  string // empty if the SDK's exporter is to take it from the environment
}

// An environment reads the variables of the OpenTelemetry specification, and
// gathers what is wrong with them. The SDK's exporters read most of them
// themselves, but go on without those that they do not understand: without the
// certificate whose file cannot be read, or to another endpoint. So all are
// checked before. An error never repeats a header, which can be a secret.
type environment struct {
	errs []error
}

func (env *environment) wrong(format string, args ...any) {
	env.errs = append(env.errs, fmt.Errorf("csm: "+format, args...))
}

// lookup is the variable of a signal, OTEL_EXPORTER_OTLP_METRICS_name, else that
// of all signals, OTEL_EXPORTER_OTLP_name. An empty one counts as not set.
func lookup(signal, name string) (variable, value string) {
	for _, variable := range []string{"OTEL_EXPORTER_OTLP_" + signal + "_" + name, "OTEL_EXPORTER_OTLP_" + name} {
		if v := strings.TrimSpace(os.Getenv(variable)); v != "" {
			return variable, v
		}
	}
	return "", ""
}

// target is where a signal goes. The path is what the signal adds to an endpoint
// for all of them.
func (env *environment) target(o Options, signal, path string) target {
	var t target
	variable, protocol := lookup(signal, "PROTOCOL")
	if o.Protocol != "" {
		variable, protocol = "the OTLP protocol", o.Protocol
	}
	switch cmp.Or(protocol, protocolHTTP) {
	case protocolHTTP:
	case protocolGRPC:
		t.grpc = true
	default:
		env.wrong("%s is %q: write %q or %q", variable, protocol, protocolHTTP, protocolGRPC)
	}

	variable, endpoint := lookup(signal, "ENDPOINT")
	fromEnvironment := endpoint != "" && o.Endpoint == ""
	switch {
	case o.Endpoint != "":
		variable, endpoint = "the OTLP endpoint", o.Endpoint
	case endpoint == "" && t.grpc: // the SDK's own default is not the specification's, but with TLS
		endpoint = "http://localhost:4317"
	case endpoint == "":
		endpoint = "http://localhost:4318"
	}
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		env.wrong("%s is %q, which is no URL: write https://host:port, or http://host:port for a connection without TLS",
			variable, endpoint)
	case !fromEnvironment && t.grpc:
		t.url = u.String()
	case !fromEnvironment:
		t.url = u.JoinPath(path).String()
	}
	env.checkRequests(signal)
	env.checkTLS(signal)
	return t
}

// delta tells whether the temporality is delta.
func (env *environment) delta(option string) bool {
	name, value := "the temporality", option
	if value == "" {
		name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
		value = os.Getenv(name)
	}
	switch strings.ToLower(value) {
	case "", "cumulative":
		return false
	case "delta":
		return true
	}
	env.wrong("%s is %q: write cumulative or delta", name, value)
	return false
}

// histograms checks that no histograms are wanted but those that there are.
func (env *environment) histograms() {
	const name, exponential = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "base2_exponential_bucket_histogram"
	if v := os.Getenv(name); v != "" && !strings.EqualFold(v, exponential) {
		env.wrong("%s is %q, but all histograms are exponential: unset it, or write %s", name, v, exponential)
	}
}

// milliseconds is the option if it is set, else the variable, else the default.
func (env *environment) milliseconds(option time.Duration, name string, fallback time.Duration) time.Duration {
	if option > 0 {
		return option
	}
	return time.Duration(env.number(name, int(fallback.Milliseconds()))) * time.Millisecond
}

// number is the variable, or the default.
func (env *environment) number(name string, fallback int) int {
	value := strings.TrimSpace(os.Getenv(name))
	if value == "" {
		return fallback
	}
	const most = 1 << 31 // of milliseconds it is 24 days
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		env.wrong("%s is %q: write a whole number from 1 to %d", name, value, most)
		return fallback
	}
	return n
}
