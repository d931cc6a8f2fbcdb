package recording

import (
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// frameMagic begins every zstd frame with content.
const frameMagic = "\x28\xb5\x2f\xfd"

// wholeFrames tells whether a file of a size holds zstd frames up to its end, none
// of them torn. A file that does not begin with one is errNoRecording. It reads
// the headers alone.
func wholeFrames(r io.ReaderAt, size int64) (bool, error) {
	magic := make([]byte, min(size, int64(len(frameMagic))))
	if _, err := r.ReadAt(magic, 0); err != nil {
		return false, err
	}
	if string(magic) != frameMagic[:len(magic)] {
		return false, errNoRecording
	}
	for at := int64(0); at < size; {
		next, ok, err := frameEnd(r, at)
		if err != nil || !ok || next > size {
			return false, err
		}
		at = next
	}
	return true, nil
}

// frameEnd is where the frame at an offset ends. It is not ok if there is none, or
// its headers are torn.
func frameEnd(r io.ReaderAt, at int64) (end int64, ok bool, err error) {
	buf := make([]byte, zstd.HeaderMaxSize)
	n, err := r.ReadAt(buf, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, false, err
	}
	var header zstd.Header
	if err := header.Decode(buf[:n]); err != nil {
		return 0, false, nil //nolint:nilerr // what is no header is no failure to read
	}
	at += int64(header.HeaderSize)
	if header.Skippable {
		return at + int64(header.SkippableSize), true, nil
	}
	for last := false; !last; {
		block := buf[:3]
		if _, err := r.ReadAt(block, at); errors.Is(err, io.EOF) {
			return 0, false, nil
		} else if err != nil {
			return 0, false, err
		}
		// A bit that says whether it is the last, two of its type, 21 of its size.
		bits := int64(block[0]) | int64(block[1])<<8 | int64(block[2])<<16
		last = bits&1 == 1
		size := bits >> 3
		if kind := bits >> 1 & 3; kind == 1 { // one byte, to be repeated
			size = 1
		}
		at += int64(len(block)) + size
	}
	if header.HasCheckSum {
		at += 4
	}
	return at, true, nil
}
