package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A dimension is something by which events can be told apart.
type dimension string

const (
	operation dimension = "operation"
	service   dimension = "service"
	client    dimension = "client"
	region    dimension = "region"
	host      dimension = "host"
	failure   dimension = "error"
)

// Dimensions are what [ParseGrouping] knows.
var Dimensions = []string{
	string(operation), string(service), string(client), string(region), string(failure), string(host),
}

// A Grouping says what the rows of a table stand for. The zero value are the
// operations.
type Grouping struct {
	dimensions []dimension // without failure
	errors     bool        // the table is of the errors
}

// ParseGrouping reads dimensions with commas between them, such as
// "client,operation".
func ParseGrouping(s string) (Grouping, error) {
	var g Grouping
	var known []string
	for name := range strings.SplitSeq(s, ",") {
		if !slices.Contains(Dimensions, name) {
			return g, fmt.Errorf("cannot group by %q: there are %s", name, strings.Join(Dimensions, ", "))
		}
		if slices.Contains(known, name) {
			return g, fmt.Errorf("cannot group by %s twice", name)
		}
		known = append(known, name)
		if d := dimension(name); d == failure {
			g.errors = true
		} else {
			g.dimensions = append(g.dimensions, d)
		}
	}
	if g.Hosts() && g.has(client) {
		return g, fmt.Errorf("cannot group by host and client together")
	}
	return g, nil
}

// Hosts tells whether hosts are told apart. The place of the client ID in a key
// must then have the host's name.
func (g Grouping) Hosts() bool { return g.has(host) }

// Errors tells whether the rows are errors.
func (g Grouping) Errors() bool { return g.errors }

func (g Grouping) has(d dimension) bool { return slices.Contains(g.dimensions, d) }

// isDefault tells whether the table is that of the operations.
func (g Grouping) isDefault() bool { return slices.Equal(g.names(), []string{string(operation)}) }

// all are the dimensions of the grouping. There are none if it is by errors alone.
func (g Grouping) all() []dimension {
	if len(g.dimensions) == 0 && !g.errors {
		return []dimension{operation}
	}
	return g.dimensions
}

// names are what the grouping is by, as [ParseGrouping] takes it.
func (g Grouping) names() []string {
	var names []string
	for _, d := range g.all() {
		names = append(names, string(d))
	}
	if g.errors {
		names = append(names, string(failure))
	}
	return names
}

// key leaves of a key what the grouping tells apart.
func (g Grouping) key(k statistics.Key) statistics.Key {
	var kept statistics.Key
	for _, d := range g.all() {
		switch d {
		case operation:
			kept.Service, kept.Operation = k.Service, k.Operation
		case service:
			kept.Service = k.Service
		case client, host:
			kept.ClientID = k.ClientID
		case region:
			kept.Region = k.Region
		}
	}
	return kept
}

// header is what stands above the names.
func (g Grouping) header() string {
	var names []string
	for _, d := range g.all() {
		names = append(names, string(d))
	}
	return strings.Join(names, " / ")
}

// name is what the grouping calls a key, as it is shown. All that is beyond the
// limits has no name of its own.
func (g Grouping) name(k statistics.Key, other bool, width int) string {
	if other {
		return "(all others)"
	}
	var parts []string
	for _, d := range g.all() {
		switch d {
		case operation:
			parts = append(parts, cmp.Or(k.Service, "?")+"."+cmp.Or(k.Operation, "?"))
		case service:
			parts = append(parts, cmp.Or(k.Service, "?"))
		case client, host:
			parts = append(parts, cmp.Or(k.ClientID, "-"))
		case region:
			parts = append(parts, cmp.Or(k.Region, "-"))
		}
	}
	return harmless.Cut(strings.Join(parts, " / "), width)
}

// columns are the names of the columns that identify a row, for programs. They are
// those of the wire format.
func (g Grouping) columns() []string {
	var columns []string
	for _, d := range g.all() {
		columns = append(columns, map[dimension][]string{
			operation: {"Service", "Api"},
			service:   {"Service"},
			client:    {"ClientId"},
			host:      {"Host"},
			region:    {"Region"},
		}[d]...)
	}
	return columns
}

// values are a key's values in these columns, as they are.
func (g Grouping) values(k statistics.Key) []string {
	var values []string
	for _, d := range g.all() {
		switch d {
		case operation:
			values = append(values, k.Service, k.Operation)
		case service:
			values = append(values, k.Service)
		case client, host:
			values = append(values, k.ClientID)
		case region:
			values = append(values, k.Region)
		}
	}
	return values
}

// compareKeys puts keys in the order of their names.
func compareKeys(a, b statistics.Key) int {
	return cmp.Or(
		strings.Compare(a.Service, b.Service), strings.Compare(a.Operation, b.Operation),
		strings.Compare(a.ClientID, b.ClientID), strings.Compare(a.Region, b.Region),
	)
}
