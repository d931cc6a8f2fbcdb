package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"github.com/go-csm/csm"
)

// line is a line of a recording, of event n.
func line(n int) string {
	return fmt.Sprintf(`{"Host":"web-1","Version":1,"Type":"ApiCall","ClientId":"","Service":"S3","Latency":%d}`+"\n", n)
}

// frames are the zstd frames of some texts, one each.
func frames(t testing.TB, texts ...string) string {
	t.Helper()
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = encoder.Close() }()
	var b []byte
	for _, text := range texts {
		b = encoder.EncodeAll([]byte(text), b)
	}
	return string(b)
}

// readAll reads texts as files, and gives what came of them.
func readAll(t *testing.T, texts ...string) (events, problems []string, counts Counts) {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for i, text := range texts {
		file := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	r := Reader{Problem: func(p Problem) {
		problems = append(problems, fmt.Sprintf("%s:%d %t", filepath.Base(p.File), p.Line, p.Rest))
	}}
	counts, err := r.Read(files, func(e *Entry) bool {
		events = append(events, fmt.Sprintf("%s %v", e.Host, e.Event.Latency))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return events, problems, counts
}

func TestRead(t *testing.T) {
	damaged := frames(t, line(1)) + frameMagic + strings.Repeat("\xff", 20)
	sum := []byte(frames(t, line(1)))
	sum[len(sum)-1] ^= 0xff
	raw := strings.Replace(line(7), `"Host":"web-1",`, "", 1)
	huge := `{"Type":"` + strings.Repeat("x", maxLine) + `"}` + "\n"
	for _, test := range []struct {
		name     string
		files    []string
		events   []string
		problems []string
		torn     uint64
	}{
		{"nothing", []string{""}, nil, nil, 0},
		{"lines", []string{line(1) + line(2)}, []string{"web-1 1", "web-1 2"}, nil, 0},
		{"of another system", []string{"\r\n" + strings.ReplaceAll(line(1)+"\n"+line(2), "\n", "\r\n")}, []string{"web-1 1", "web-1 2"}, nil, 0},
		{"without a last line break", []string{strings.TrimSpace(line(1))}, []string{"web-1 1"}, nil, 0},
		{"torn", []string{line(1) + line(2)[:40]}, []string{"web-1 1"}, nil, 1},
		{"torn in an escape", []string{line(1) + `{"Host":"web-1","Type":"\u00`}, []string{"web-1 1"}, nil, 1},
		{"torn, and another file", []string{line(1)[:40], line(2)}, []string{"web-1 2"}, nil, 1},
		{"bad lines", []string{line(1) + "not JSON\n" + line(2)[:40] + "\n{}\n[1]\n" + line(3)}, []string{"web-1 1", "web-1 3"},
			[]string{"0:2 false", "0:3 false", "0:4 false", "0:5 false"}, 0},
		{"no recording", []string{"hello, I am a letter"}, nil, []string{"0:1 false"}, 0},
		{"a long line", []string{line(1) + huge + line(2)}, []string{"web-1 1", "web-1 2"}, []string{"0:2 false"}, 0},
		{"a long last line", []string{line(1) + strings.TrimSpace(huge)}, []string{"web-1 1"}, []string{"0:2 false"}, 0},
		{"several events on a line", []string{strings.TrimSpace(raw) + " " + raw}, []string{" 7", " 7"}, nil, 0},
		{"an event and no event", []string{strings.TrimSpace(raw) + " {} " + raw}, []string{" 7", " 7"}, []string{"0:1 false"}, 0},
		{"hosts", []string{line(1) + raw + strings.Replace(line(2), "web-1", "web-2", 1) +
			strings.Replace(line(3), `"web-1"`, ` "w\u00e9b"`, 1) + strings.Replace(line(4), `"web-1"`, `[1]`, 1)},
			[]string{"web-1 1", " 7", "web-2 2", "wéb 3", " 4"}, nil, 0},
		{"compressed", []string{frames(t, line(1)+line(2), line(3))}, []string{"web-1 1", "web-1 2", "web-1 3"}, nil, 0},
		{"lines over frames", []string{frames(t, line(1)[:30], line(1)[30:])}, []string{"web-1 1"}, nil, 0},
		{"a frame to skip", []string{"\x50\x2a\x4d\x18\x03\x00\x00\x00abc" + frames(t, line(1))}, []string{"web-1 1"}, nil, 0},
		{"a torn frame", []string{frames(t, line(1)) + frames(t, line(2))[:20], line(3)}, []string{"web-1 1", "web-1 3"}, nil, 1},
		{"a torn magic", []string{frames(t, line(1)) + frameMagic[:2]}, []string{"web-1 1"}, nil, 1},
		{"a damaged frame", []string{damaged, line(3)}, []string{"web-1 1", "web-1 3"}, []string{"0:2 true"}, 0},
		{"a wrong checksum", []string{string(sum), line(3)}, []string{"web-1 1", "web-1 3"}, []string{"0:2 true"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, problems, counts := readAll(t, test.files...)
			if !reflect.DeepEqual(events, test.events) || !reflect.DeepEqual(problems, test.problems) || counts.Torn != test.torn {
				t.Errorf("events %q, problems %q, %d torn", events, problems, counts.Torn)
			}
			if counts.Events != uint64(len(events)) || counts.BadLines+counts.Damaged != uint64(len(problems)) {
				t.Errorf("%+v, but events %q, problems %q", counts, events, problems)
			}
		})
	}
}

func TestReadStopsWhenNoMoreIsWanted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte(line(1)+line(2)), 0o600); err != nil {
		t.Fatal(err)
	}
	n := 0
	counts, err := Reader{Stdin: strings.NewReader(line(3))}.Read([]string{path, Stdin}, func(*Entry) bool {
		n++
		return false
	})
	if n != 1 || counts.Events != 1 || err != nil {
		t.Errorf("%d events, %+v, error %v", n, counts, err)
	}
}

func TestReadStandardInput(t *testing.T) {
	for _, text := range []string{line(1), frames(t, line(1))} {
		r := Reader{Stdin: iotest.OneByteReader(strings.NewReader(text))}
		counts, err := r.Read([]string{Stdin}, func(*Entry) bool { return true })
		if counts.Events != 1 || err != nil {
			t.Errorf("%+v, error %v", counts, err)
		}
	}
	broken := errors.New("broken")
	r := Reader{Stdin: io.MultiReader(strings.NewReader(line(1)), iotest.ErrReader(broken))}
	r.Problem = func(p Problem) {
		if p.File != "standard input" || p.Line != 2 || !p.Rest || !errors.Is(p.Err, broken) {
			t.Errorf("%+v", p)
		}
	}
	counts, err := r.Read([]string{Stdin}, func(*Entry) bool { return true })
	if counts != (Counts{Events: 1, Damaged: 1}) || err != nil {
		t.Errorf("%+v, error %v", counts, err)
	}
}

func TestWhatCannotBeReadIsSaidBeforeAnythingIs(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if err := os.WriteFile(good, []byte(line(1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		files []string
		want  string
	}{
		{"missing", []string{good, filepath.Join(dir, "none")}, "csm: cannot read " + filepath.Join(dir, "none") + ": "},
		{"a directory", []string{good, dir}, "it is a directory; name the files in it, such as " + filepath.Join(dir, "*.jsonl")},
		{"twice", []string{good, dir + "/../" + filepath.Base(dir) + "/good"}, "it is given twice"},
		{"twice from stdin", []string{Stdin, good, Stdin}, "- is given twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Reader{Stdin: strings.NewReader("")}.Read(test.files, func(*Entry) bool {
				t.Error("something was read")
				return true
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
			if test.name == "missing" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestTheDatagramsOfRealSenders(t *testing.T) {
	files, err := filepath.Glob("../../../../testdata/corpus/*.jsonl")
	if err != nil || len(files) < 4 {
		t.Fatalf("files %q, error %v", files, err)
	}
	want := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want += strings.Count(string(data), `"Type"`)
	}
	counts, err := Reader{}.Read(files, func(e *Entry) bool {
		if e.Host != "" || e.Event.SessionToken != "" {
			t.Errorf("%+v", e)
		}
		return true
	})
	if err != nil || counts != (Counts{Events: uint64(want)}) {
		t.Errorf("%+v, want %d events, error %v", counts, want, err)
	}
}

func TestFramesAreWholeOrTorn(t *testing.T) {
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = encoder.Close() }()
	ends := map[int]bool{}
	var data []byte
	for _, content := range []string{line(1), strings.Repeat("x", 300_000), strings.Repeat(line(1), 5000)} {
		data = encoder.EncodeAll([]byte(content), data)
		ends[len(data)] = true
	}
	data = append(data, "\x5f\x2a\x4d\x18\x03\x00\x00\x00abc"...)
	ends[len(data)] = true
	for n := 1; n <= len(data); n++ {
		whole, err := wholeFrames(bytes.NewReader(data[:n]), int64(n))
		if err != nil || whole != ends[n] {
			t.Fatalf("%d bytes of %d: whole %t, error %v", n, len(data), whole, err)
		}
	}
	if whole, err := wholeFrames(strings.NewReader(string(data)+"more"), int64(len(data)+4)); whole || err != nil {
		t.Errorf("with more behind: whole %t, error %v", whole, err)
	}
}

// FuzzRead holds what is read of any bytes, plain and compressed, against a
// decoder that has the lines all at once.
func FuzzRead(f *testing.F) {
	f.Add([]byte(line(1) + line(2)[:40]))
	f.Add([]byte(line(1) + "\n\r\n{}x\n" + line(2) + line(3)))
	f.Add([]byte(frames(f, line(1))))
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func(r io.Reader) (latencies []csm.Int, counts Counts) {
			counts, err := Reader{Stdin: r}.Read([]string{Stdin}, func(e *Entry) bool {
				latencies = append(latencies, e.Event.Latency)
				return true
			})
			if err != nil || counts.Events != uint64(len(latencies)) {
				t.Errorf("%d events, %+v, error %v", len(latencies), counts, err)
			}
			return latencies, counts
		}
		got, counts := read(bytes.NewReader(data))
		_, _ = wholeFrames(bytes.NewReader(data), int64(len(data)))
		if len(data) >= 4 && isFrame(data[:4]) {
			return
		}
		var want []csm.Int
		bad := uint64(0)
		for text := range bytes.SplitSeq(data, []byte("\n")) {
			whole := true
			for text = bytes.TrimSpace(text); len(text) > 0; text = bytes.TrimSpace(text) {
				var e csm.Event
				var err error
				if text, err = csm.DecodeNext(text, &e); err == nil {
					want = append(want, e.Latency)
				} else {
					whole = false
				}
			}
			if !whole {
				bad++
			}
		}
		if !reflect.DeepEqual(got, want) || counts.BadLines+counts.Torn != bad {
			t.Errorf("%v, %+v, want %v, %d bad", got, counts, want, bad)
		}
		if again, other := read(strings.NewReader(frames(t, string(data)))); len(data) > 0 && (!reflect.DeepEqual(again, got) || other != counts) {
			t.Errorf("compressed %v, %+v, plain %v, %+v", again, other, got, counts)
		}
	})
}

func TestWhatNoRecorderWroteIsNormalized(t *testing.T) {
	const ruby = `"Type":"ApiCall","Service":"KMS","Api":"ListKeys","AccessKey":"AKIAIOSFODNN7EXAMPLE",` +
		`"FinalSdkException":"Aws::KMS::Errors::NotFoundException"}`
	name := filepath.Join(t.TempDir(), "a.jsonl")
	if err := os.WriteFile(name, []byte(`{`+ruby+"\n"+`{"Host":"web-1",`+ruby+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []string
	_, err := Reader{}.Read([]string{name}, func(e *Entry) bool {
		got = append(got, e.Event.FinalAWSException+" "+e.Event.FinalSDKException+" "+e.Event.AccessKey)
		return true
	})
	want := []string{"NotFoundException  AKIA…MPLE", " Aws::KMS::Errors::NotFoundException AKIAIOSFODNN7EXAMPLE"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}
