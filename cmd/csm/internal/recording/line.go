package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-csm/csm"
)

// maxHost is how much of a host's name is kept, in bytes.
const maxHost = 255

// maxText is what is kept of each name and each id of an event that is larger than
// a datagram, in bytes.
const maxText = 256

// hostMember begins a line of every recording.
const hostMember = `{"Host":"`

// linePrefix is what each line that is recorded on a host begins with.
func linePrefix(host string) ([]byte, error) {
	name, err := json.Marshal(strings.ToValidUTF8(host[:min(len(host), maxHost)], ""))
	if err != nil {
		return nil, fmt.Errorf("csm: the host's name: %w", err)
	}
	return append([]byte(`{"Host":`), name...), nil
}

// appendLine appends the line of an event, with its line break. It never appends
// a session token. With an error, dst is given back as it was.
func appendLine(dst, prefix []byte, e *csm.Event) ([]byte, error) {
	if e.SessionToken != "" {
		public := *e
		public.SessionToken = ""
		e = &public
	}
	start, event := len(dst), len(dst)+len(prefix)
	dst, err := e.AppendJSON(append(dst, prefix...))
	if errors.Is(err, csm.ErrTooLarge) {
		short := shortened(*e)
		dst, err = short.AppendJSON(dst)
	}
	if err != nil {
		return dst[:start], err
	}
	dst[event] = ',' // for the brace that opens the event
	return append(dst, '\n'), nil
}

// shortened is an event with what has no limit of its own cut to maxText. Some
// SDKs send more than a datagram should hold.
func shortened(e csm.Event) csm.Event {
	for _, text := range []*string{
		&e.Service, &e.API, &e.Region, &e.FQDN, &e.AccessKey,
		&e.XAmznRequestID, &e.XAmzRequestID, &e.XAmzID2, &e.DestinationIP,
	} {
		if len(*text) > maxText {
			*text = strings.ToValidUTF8((*text)[:maxText], "")
		}
	}
	return e
}

// hostOf is the host that a line names, or empty if it names none.
func hostOf(line []byte, known hostNames) string {
	if name, ok := bytes.CutPrefix(line, []byte(hostMember)); ok {
		if end := bytes.IndexAny(name, `"\`); end >= 0 && name[end] == '"' {
			return known.name(name[:end])
		}
	}
	if !bytes.Contains(line, []byte(`"Host"`)) {
		return ""
	}
	var other struct{ Host string }
	if json.Unmarshal(line, &other) != nil { // several values, or a Host that is no text
		return ""
	}
	return known.name([]byte(other.Host))
}

// hostNames are the names that came, so that most lines need no memory for theirs.
type hostNames map[string]string

// maxHostNames is how many are kept.
const maxHostNames = 1024

// name is a name as a string of its own.
func (n hostNames) name(b []byte) string {
	if known, ok := n[string(b)]; ok {
		return known
	}
	if len(n) >= maxHostNames {
		clear(n)
	}
	given := string(b)
	n[given] = strings.ToValidUTF8(given[:min(len(given), maxHost)], "")
	return n[given]
}
