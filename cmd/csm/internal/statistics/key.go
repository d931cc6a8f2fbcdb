package statistics

import (
	"strings"
	"unicode/utf8"

	"github.com/go-csm/csm"
)

// What is kept of a text, in bytes. Names that differ behind it are one.
const (
	maxName    = 128
	maxMessage = 512
)

// A Key is what a [Series] counts: one operation of one service, as one client
// calls it in one region. The names are as events have them, of at most 128
// bytes each, and not safe to show as they are. A name that events do not tell is
// empty.
type Key struct {
	ClientID  string // the application's name, as its user configured it
	Service   string // such as "S3"
	Operation string // such as "GetObject"
	Region    string
}

func keyOf(e *csm.Event) Key {
	return Key{cut(e.ClientID, maxName), cut(e.Service, maxName), cut(e.API, maxName), cut(e.Region, maxName)}
}

// clone is k with strings of its own: those of an event share the memory of all
// that its datagram held.
func (k Key) clone() Key {
	return Key{strings.Clone(k.ClientID), strings.Clone(k.Service), strings.Clone(k.Operation), strings.Clone(k.Region)}
}

// anywhere is k without its region.
func (k Key) anywhere() Key {
	k.Region = ""
	return k
}

// cut is what is within the first n bytes of s, up to a rune's edge.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// inService makes the name of a service hold no slash, as those of AWS do, so that
// the one which follows it in a method is the first.
var inService = strings.NewReplacer("%", "%25", "/", "%2F")

// Method is what OpenTelemetry calls the key's rpc.method, such as S3/GetObject, or
// empty if neither part is known. Keys with other parts have other methods.
func (k Key) Method() string {
	if k.Service == "" && k.Operation == "" {
		return ""
	}
	return inService.Replace(k.Service) + "/" + k.Operation
}
