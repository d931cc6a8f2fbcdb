package harmless

import (
	"bytes"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"
)

// JSON is a writer of JSON whose control characters are all escaped: those from
// U+007F to U+009F may stand in JSON as they are, and terminals obey them. Each write
// has to be of whole characters, as those of a [encoding/json.Encoder] are. The
// writer is not safe for concurrent use.
func JSON(w io.Writer) io.Writer { return &jsonWriter{w: w} }

type jsonWriter struct {
	w   io.Writer
	buf []byte
}

// Write implements io.Writer.
func (j *jsonWriter) Write(p []byte) (int, error) {
	rest := p
	j.buf = j.buf[:0]
	for {
		i := bytes.IndexFunc(rest, func(r rune) bool { return r >= 0x7f && unicode.IsControl(r) })
		if i < 0 {
			break
		}
		r, size := utf8.DecodeRune(rest[i:])
		j.buf = fmt.Appendf(append(j.buf, rest[:i]...), `\u%04x`, r)
		rest = rest[i+size:]
	}
	if len(rest) < len(p) {
		rest = append(j.buf, rest...)
		j.buf = rest
	}
	if _, err := j.w.Write(rest); err != nil {
		return 0, err
	}
	return len(p), nil
}
