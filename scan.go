package csm

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep values may be nested in an event's unknown fields. No
// sender nests at all.
const maxDepth = 100

// A scanner reads JSON from data. It takes and refuses what encoding/json does,
// but for the depth of nesting. The strings that it gives are parts of data, or of
// decoded if there were escapes in them; they are not to be changed.
type scanner struct {
	data    []byte
	pos     int
	decoded []byte // the strings with escapes that were read so far
}

// plain are the characters that stand for themselves in a JSON string, of those of
// one byte. The one that need not, the control character 0x7f, is not among them.
var plain = func() (is [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		is[c] = c != '"' && c != '\\'
	}
	return is
}()

func (s *scanner) fail(reason string) error {
	if s.pos >= len(s.data) {
		reason = "unexpected end"
	}
	return &SyntaxError{s.pos, reason}
}

// peek is the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// take goes past the next byte if it is c.
func (s *scanner) take(c byte) bool {
	if s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// space goes past white space.
func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// member goes to the value of an object's next member, or behind the object, when
// more is false.
func (s *scanner) member(first bool) (name []byte, more bool, err error) {
	if first {
		s.take('{')
		s.space()
		if s.take('}') {
			return nil, false, nil
		}
	} else {
		s.space()
		if s.take('}') {
			return nil, false, nil
		}
		if !s.take(',') {
			return nil, false, s.fail("no comma between members")
		}
		s.space()
	}
	if name, err = s.string(); err != nil {
		return nil, false, err
	}
	s.space()
	if !s.take(':') {
		return nil, false, s.fail("no colon after a member's name")
	}
	s.space()
	return name, true, nil
}

// skip goes past a value that stands at the given depth.
func (s *scanner) skip(depth int) error {
	if depth > maxDepth {
		return s.fail("nested too deep")
	}
	switch c := s.peek(); c {
	case '{':
		for first := true; ; first = false {
			_, more, err := s.member(first)
			if err != nil || !more {
				return err
			}
			if err := s.skip(depth + 1); err != nil {
				return err
			}
		}
	case '[':
		s.pos++
		s.space()
		if s.take(']') {
			return nil
		}
		for {
			s.space()
			if err := s.skip(depth + 1); err != nil {
				return err
			}
			s.space()
			if s.take(']') {
				return nil
			}
			if !s.take(',') {
				return s.fail("no comma between elements")
			}
		}
	case '"':
		_, err := s.string()
		return err
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		_, err := s.number()
		return err
	}
}

// literal goes past a word.
func (s *scanner) literal(word string) error {
	for i := range len(word) {
		if !s.take(word[i]) {
			return s.fail("not a value")
		}
	}
	return nil
}

// number goes past a number and gives its bytes.
func (s *scanner) number() ([]byte, error) {
	start := s.pos
	s.take('-')
	if !s.take('0') && !s.digits() {
		return nil, s.fail("not a value")
	}
	if s.take('.') && !s.digits() {
		return nil, s.fail("no digit after the decimal point")
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		if !s.digits() {
			return nil, s.fail("no digit in the exponent")
		}
	}
	return s.data[start:s.pos], nil
}

// digits goes past digits, and tells whether there were any.
func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

// int reads any value as a number of an event.
func (s *scanner) int() (Int, error) {
	switch c := s.peek(); {
	case c == '-' || '0' <= c && c <= '9':
		b, err := s.number()
		return intOf(b), err
	case c == '"':
		b, err := s.string()
		return intOf(b), err
	case c == 't':
		return Known(1), s.literal("true")
	case c == 'f':
		return Known(0), s.literal("false")
	default:
		return Int{}, s.skip(1)
	}
}

// intOf is the number of an event that b spells, without its fraction. It is
// unknown if there is none, or none that an event can have.
func intOf(b []byte) Int {
	if n, ok := digitsOf(b); ok {
		return Known(n)
	}
	if n, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		if n < 0 {
			return Int{}
		}
		return Known(n)
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || !(f >= 0 && f < math.MaxInt64) {
		return Int{}
	}
	return Known(int64(f))
}

// digitsOf is the number that b spells, if it has digits alone, and so few that any
// number of them is one that an event can have.
func digitsOf(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// text reads any value as a string of an event: strings, and numbers as they are
// spelled. Of other values it is empty.
func (s *scanner) text() ([]byte, error) {
	switch c := s.peek(); {
	case c == '"':
		return s.string()
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	default:
		return nil, s.skip(1)
	}
}

// string reads a string.
func (s *scanner) string() ([]byte, error) {
	if !s.take('"') {
		return nil, s.fail("no string")
	}
	data, start := s.data, s.pos
	end := start
	for end+8 <= len(data) {
		n := plainBytes(binary.LittleEndian.Uint64(data[end:]))
		if end += n; n < 8 {
			break
		}
	}
	for end < len(data) && plain[data[end]] {
		end++
	}
	s.pos = end
	if s.take('"') {
		return data[start:end], nil
	}
	return s.decode(start)
}

// plainBytes is how many of the eight bytes of a word, from the lowest on, are
// plain characters.
func plainBytes(w uint64) int {
	const (
		ones = 0x0101010101010101
		high = 0x8080808080808080
	)
	quote, backslash := w^('"'*ones), w^('\\'*ones)
	// The high bit of each byte that is no such character, and perhaps of some
	// behind the first: a borrow goes upwards.
	other := w | (w-' '*ones)&^w | (quote-ones)&^quote | (backslash-ones)&^backslash
	return bits.TrailingZeros64(other&high) / 8
}

// decode reads on in a string that began at start, and has come to something that
// may not stand for itself.
func (s *scanner) decode(start int) ([]byte, error) {
	begin := len(s.decoded)
	for s.pos < len(s.data) { // data[start:pos] is still to be added, as it is
		c := s.data[s.pos]
		switch {
		case plain[c]:
			s.pos++
		case c == '"':
			s.decoded = append(s.decoded, s.data[start:s.pos]...)
			s.pos++
			return s.decoded[begin:], nil
		case c == '\\':
			s.decoded = append(s.decoded, s.data[start:s.pos]...)
			s.pos++
			if err := s.escape(); err != nil {
				return nil, err
			}
			start = s.pos
		case c < ' ':
			return nil, s.fail("control character in a string")
		default:
			r, size := utf8.DecodeRune(s.data[s.pos:])
			if r == utf8.RuneError && size == 1 {
				s.decoded = append(s.decoded, s.data[start:s.pos]...)
				s.decoded = append(s.decoded, "\uFFFD"...)
				start = s.pos + 1
			}
			s.pos += size
		}
	}
	return nil, s.fail("")
}

// escape reads what follows a backslash and adds the character to decoded.
func (s *scanner) escape() error {
	c := s.peek()
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return s.unicodeEscape()
	default:
		return s.fail("unknown escape")
	}
	s.pos++
	s.decoded = append(s.decoded, c)
	return nil
}

// unicodeEscape reads uXXXX, and a second \uXXXX if both are a surrogate pair.
func (s *scanner) unicodeEscape() error {
	r, ok := hex4(s.data[s.pos+1:])
	if !ok {
		return s.fail("no four hexadecimal digits in an escape")
	}
	s.pos += len("uXXXX")
	if utf16.IsSurrogate(r) {
		if low := s.data[s.pos:]; len(low) > 2 && low[0] == '\\' && low[1] == 'u' {
			if r2, ok := hex4(low[2:]); ok {
				if pair := utf16.DecodeRune(r, r2); pair != utf8.RuneError {
					s.pos += len(`\uXXXX`)
					r = pair
				}
			}
		}
	}
	s.decoded = utf8.AppendRune(s.decoded, r) // U+FFFD for half a pair
	return nil
}

// hex4 is the number that the first four bytes of b spell.
func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	r := rune(0)
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
