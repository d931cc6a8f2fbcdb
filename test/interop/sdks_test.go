//go:build interop

package interop

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// sightings are what was sent, by sender and scenario.
type sightings struct {
	mu   sync.Mutex
	sent map[[2]string][]datagram
}

func newSightings() *sightings { return &sightings{sent: make(map[[2]string][]datagram)} }

func (s *sightings) add(sender, scenario string, sent []datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent[[2]string{sender, scenario}] = sent
}

// of are the events of a scenario.
func (s *sightings) of(t *testing.T, sender, scenario string) (events []event) {
	t.Helper()
	for _, d := range s.sent[[2]string{sender, scenario}] {
		var e event
		if err := json.Unmarshal(d.data, &e.fields); err != nil {
			t.Errorf("%v: %s", err, d.data)
		}
		e.arrived = d.arrived
		events = append(events, e)
	}
	if len(events) == 0 {
		t.Fatalf("nothing was seen of %s in %s", sender, scenario)
	}
	return events
}

// An event is one as it was sent.
type event struct {
	fields  map[string]any
	arrived time.Time
}

func (e event) isCall() bool { return e.fields["Type"] == "ApiCall" }

// shown is the value of a field, or a dash.
func (e event) shown(name string) string {
	if value, there := e.fields[name]; there && value != "" {
		return fmt.Sprint(value)
	}
	return "–"
}

// exception is the exception of an attempt, and the field that has it.
func (e event) exception() string {
	var all []string
	for letter, name := range map[string]string{"A": "AwsException", "S": "SdkException"} {
		if value := e.shown(name); value != "–" {
			all = append(all, letter+" `"+value+"`")
		}
	}
	slices.Sort(all)
	if e.shown("SdkExceptionMessage") != "–" && len(all) == 0 {
		all = append(all, "S, a message alone")
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// Where the tables stand in the page.
const (
	page       = "../../docs/sdks.md"
	tablesFrom = "<!-- The suite writes from here: make interop UPDATE=-update -->\n"
	tablesTo   = "<!-- to here -->\n"
)

// checkTables holds the tables of docs/sdks.md against what was seen, or writes
// them.
func checkTables(t *testing.T, all []sender, seen *sightings) {
	text, err := os.ReadFile(filepath.FromSlash(page))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), tablesFrom)
	old, after, foundEnd := strings.Cut(rest, tablesTo)
	if !found || !foundEnd {
		t.Fatalf("%s has no place for the tables", page)
	}
	tables := "\n" + strings.Join([]string{
		sendersTable(t, all, seen), fieldsTable(t, all, seen), habitsTable(t, all, seen), exceptionsTable(t, all, seen),
	}, "\n") + "\n"
	if *update && !t.Failed() {
		if err := os.WriteFile(filepath.FromSlash(page), []byte(before+tablesFrom+tables+tablesTo+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if tables != old {
		t.Errorf("the tables of %s are not what was seen, which is\n%s\nIf that is right, run make interop UPDATE=-update.", page, tables)
	}
}

// table makes a table of Markdown. The first row is its header.
func table(title string, rows [][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", title)
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
	return b.String()
}

// sendersTable tells which SDK in which version each name stands for.
func sendersTable(t *testing.T, all []sender, seen *sightings) string {
	rows := [][]string{{"name", "SDK", "its `User-Agent`", "from"}}
	for _, s := range all {
		userAgent := ""
		for _, e := range seen.of(t, s.name, "success") {
			if !e.isCall() {
				userAgent, _, _ = strings.Cut(e.shown("UserAgent"), " ")
			}
		}
		rows = append(rows, []string{s.name, s.sdk, "`" + userAgent + "`", s.from})
	}
	return table("Senders", rows)
}

// where tells on which events a field was seen.
type where struct{ calls, attempts bool }

func (w where) and(e event) where {
	return where{w.calls || e.isCall(), w.attempts || !e.isCall()}
}

// String is as in the table of docs/protocol.md.
func (w where) String() string {
	switch {
	case w.calls && w.attempts:
		return "C A"
	case w.calls:
		return "C"
	case w.attempts:
		return "A"
	}
	return ""
}

// fieldsTable tells which fields each sender has sent: on calls, on attempts, or
// both.
func fieldsTable(t *testing.T, all []sender, seen *sightings) string {
	header := []string{""}
	sent := make(map[string]map[string]where) // by field and sender
	for _, s := range all {
		header = append(header, s.name)
		for _, scenario := range scenarios {
			for _, e := range seen.of(t, s.name, scenario) {
				for name := range e.fields {
					if e.shown(name) == "–" || e.fields[name] == nil {
						continue
					}
					on := sent[name]
					if on == nil {
						on = make(map[string]where)
						sent[name] = on
					}
					on[s.name] = on[s.name].and(e)
				}
			}
		}
	}
	rows := [][]string{header}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		row := []string{"`" + name + "`"}
		for _, s := range all {
			row = append(row, sent[name][s.name].String())
		}
		rows = append(rows, row)
	}
	return table("Fields", rows) + "\nC: on `ApiCall`. A: on `ApiCallAttempt`.\n"
}

// habitsTable tells what senders do with what the protocol leaves open, or wants
// otherwise.
func habitsTable(t *testing.T, all []sender, seen *sightings) string {
	rows := [][]string{{
		"", "sent first", "`Timestamp` of a call", "`Fqdn`", "`MaxRetriesExceeded`, when they are",
		"status without a response", "session token", "last events of a program",
	}}
	for _, s := range all {
		first := seen.of(t, s.name, "success")[0]
		order := "the attempt"
		if first.isCall() {
			order = "the call"
		}
		call, attempt := lastOf(t, seen.of(t, s.name, "timeout"))
		timestamp := "its beginning"
		latency, _ := call.fields["Latency"].(float64)
		began, _ := call.fields["Timestamp"].(float64)
		if float64(call.arrived.UnixMilli())-began < latency/2 {
			timestamp = "its end"
		}
		host := "–"
		if fqdn := attempt.shown("Fqdn"); strings.Contains(fqdn, ":") {
			host = "with the port"
		} else if fqdn != "–" {
			host = "without the port"
		}
		exhausted, _ := lastOf(t, seen.of(t, s.name, "exhausted"))
		_, refused := lastOf(t, seen.of(t, s.name, "refused"))
		token := "not sent"
		for _, e := range seen.of(t, s.name, "session") {
			if e.shown("SessionToken") != "–" {
				token = "sent"
			}
		}
		end := "sent"
		if s.lingers {
			end = "lost, if it does not wait"
		}
		rows = append(rows, []string{
			s.name, order, timestamp, host, exhausted.shown("MaxRetriesExceeded"), refused.shown("HttpStatusCode"), token, end,
		})
	}
	return table("Habits", rows)
}

// exceptionsTable tells what an attempt has that failed in some way.
func exceptionsTable(t *testing.T, all []sender, seen *sightings) string {
	rows := [][]string{{"", "404 of `GET`", "404 of `HEAD`", "throttled, tried again", "connection refused", "time-out"}}
	for _, s := range all {
		row := []string{s.name, "–", "–", "–"}
		for _, e := range seen.of(t, s.name, "service-error") {
			switch api := e.fields["Api"]; {
			case e.isCall():
			case api == "GetObject", api == "ListObjectsV2":
				row[1] = e.exception()
			case api == "HeadObject":
				row[2] = e.exception()
			}
		}
		for _, e := range seen.of(t, s.name, "throttled") {
			if status, _ := e.fields["HttpStatusCode"].(float64); !e.isCall() && e.fields["Api"] == "ListObjectsV2" && status == 503 {
				row[3] = e.exception()
			}
		}
		_, refused := lastOf(t, seen.of(t, s.name, "refused"))
		_, timeout := lastOf(t, seen.of(t, s.name, "timeout"))
		rows = append(rows, append(row, refused.exception(), timeout.exception()))
	}
	return table("Exceptions", rows) + "\nA: `AwsException`. S: `SdkException`. As they are sent; the agent puts some right ([protocol.md](protocol.md#dialects)).\n"
}

// lastOf are the last call and the last attempt of some events.
func lastOf(t *testing.T, events []event) (call, attempt event) {
	t.Helper()
	for _, e := range events {
		if e.isCall() {
			call = e
		} else {
			attempt = e
		}
	}
	if call.fields == nil || attempt.fields == nil {
		t.Fatal("no call, or no attempt")
	}
	return call, attempt
}
