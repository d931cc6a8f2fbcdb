package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A filter is what a query asks for: for each name the values of which one has to
// match. Upper and lower case are the same.
type filter map[string][]string

// newFilter reads a query. It takes the given names alone: one that is spelled
// wrong would filter nothing. If it is wrong, it answers and is not ok.
func newFilter(w http.ResponseWriter, r *http.Request, names ...string) (f filter, ok bool) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		fail(w, http.StatusBadRequest, "the query cannot be read", "escape special characters: a space is %20")
		return nil, false
	}
	for name := range query {
		if !slices.Contains(names, name) {
			fail(w, http.StatusBadRequest, fmt.Sprintf("there is no parameter %q", name),
				"the parameters are "+strings.Join(names, ", "))
			return nil, false
		}
	}
	return filter(query), true
}

// matches tells whether a value is one that is asked for, or none is.
func (f filter) matches(name, value string) bool {
	return len(f[name]) == 0 ||
		slices.ContainsFunc(f[name], func(want string) bool { return strings.EqualFold(want, value) })
}

// flag is the value of a parameter that is true or false, which it is if it is not
// there. If it is neither, it answers and is not ok.
func (f filter) flag(w http.ResponseWriter, name string) (value, ok bool) {
	switch values := f[name]; {
	case len(values) == 0, len(values) == 1 && values[0] == "false":
		return false, true
	case len(values) == 1 && values[0] == "true":
		return true, true
	}
	fail(w, http.StatusBadRequest, fmt.Sprintf("%s is neither true nor false", name), "use "+name+"=true")
	return false, false
}

// duration is the value of a parameter such as 500ms, or 0 if it is not there. If it
// is none, it answers and is not ok.
func (f filter) duration(w http.ResponseWriter, name string) (value time.Duration, ok bool) {
	values := f[name]
	if len(values) == 0 {
		return 0, true
	}
	value, err := time.ParseDuration(values[0])
	if err != nil || value < 0 || len(values) > 1 {
		fail(w, http.StatusBadRequest, fmt.Sprintf("%s is not a duration", name), "use "+name+"=500ms, or 2s")
		return 0, false
	}
	return value, true
}
