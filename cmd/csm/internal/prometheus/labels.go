package prometheus

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// The names of the labels: attributes of OpenTelemetry by its rules for Prometheus,
// and our own with csm before them.
const (
	labelClient  = "csm_client_id"
	labelCause   = "csm_cause"
	labelError   = "error_type"
	labelMethod  = "rpc_method"
	labelOutcome = "csm_outcome"
	labelPhase   = "csm_phase"
	labelRegion  = "cloud_region"
	labelResult  = "csm_result"
	labelReused  = "csm_connection_reused"
	labelService = "csm_service"
	labelStatus  = "http_response_status_code"
	labelSystem  = "rpc_system_name"
)

const (
	// other is the value that OpenTelemetry has for what is not told apart. It
	// cannot be mistaken for the method of an event, which has a slash.
	other = "_OTHER"
)

// normal is a snapshot whose keys can be labels. Keys that become the same are
// merged.
func normal(s statistics.Snapshot) statistics.Snapshot {
	for i := range s.Series {
		if k := s.Series[i].Key; !s.Series[i].Other && normalKey(k) != k {
			return s.By(normalKey)
		}
	}
	for i := range s.Errors {
		if k := s.Errors[i].Key; !s.Errors[i].Other && normalKey(k) != k {
			return s.By(normalKey)
		}
	}
	return s
}

// normalKey is a key that can be labels.
func normalKey(k statistics.Key) statistics.Key {
	return statistics.Key{
		ClientID:  valid(k.ClientID),
		Service:   valid(k.Service),
		Operation: valid(k.Operation),
		Region:    valid(k.Region),
	}
}

func compareKeys(a, b statistics.Key) int {
	return cmp.Or(
		cmp.Compare(a.Service, b.Service),
		cmp.Compare(a.Operation, b.Operation),
		cmp.Compare(a.Region, b.Region),
		cmp.Compare(a.ClientID, b.ClientID),
	)
}

// valid is s as valid UTF-8 that a terminal shows and does not obey.
func valid(s string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// method is the value of rpc_method of a normal key: S3/GetObject.
func method(k statistics.Key, isOther bool) string {
	if isOther {
		return other
	}
	return k.Method()
}

// status is the value of http_response_status_code, or nothing if it is none.
func status(code int64) string {
	if code < 100 || code > 599 {
		return ""
	}
	return strconv.FormatInt(code, 10)
}

// labels are label pairs of names and values in turn, in the order of their names.
func labels(pairs ...string) []*dto.LabelPair {
	room := make([]dto.LabelPair, len(pairs)/2)
	l := make([]*dto.LabelPair, len(room))
	for i := range room {
		room[i].Name, room[i].Value = &pairs[2*i], &pairs[2*i+1]
		l[i] = &room[i]
	}
	slices.SortFunc(l, func(a, b *dto.LabelPair) int { return cmp.Compare(a.GetName(), b.GetName()) })
	return l
}

// seriesLabels are the labels of a series, and more pairs.
func seriesLabels(s *statistics.Series, more ...string) []*dto.LabelPair {
	return labels(append([]string{
		labelMethod, method(s.Key, s.Other), labelRegion, s.Key.Region, labelClient, s.Key.ClientID,
	}, more...)...)
}

// endpointLabels are the labels of an endpoint, and more pairs.
func endpointLabels(k statistics.Key, more ...string) []*dto.LabelPair {
	return labels(append([]string{
		labelService, k.Service, labelRegion, k.Region, labelClient, k.ClientID,
	}, more...)...)
}
