package csm

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// maxConfigFile is how much of a shared config file is read.
const maxConfigFile = 4 << 20

// A configFile is a shared config file: its sections' keys, in lower case, and
// their values.
type configFile struct {
	name     string
	sections map[string]map[string]string
}

// value is the value of a profile's key, empty if it is not there. The profiles
// default and aws_csm can also be sections without the word "profile".
func (f *configFile) value(profile, key string) string {
	v := f.sections["profile "+profile][key]
	if v == "" && (profile == "default" || profile == "aws_csm") {
		v = f.sections[profile][key]
	}
	return v
}

// readConfigFiles reads the named files, or the user's own if names is nil. Files
// that cannot be read are left out.
func readConfigFiles(names []string) []*configFile {
	if names == nil {
		names = []string{userConfigFile()}
	}
	files := make([]*configFile, 0, len(names))
	for _, name := range names {
		if f := readConfigFile(name); f != nil {
			files = append(files, f)
		}
	}
	return files
}

// userConfigFile is the shared config file of the program's user.
func userConfigFile() string {
	home, _ := os.UserHomeDir()
	name := os.Getenv("AWS_CONFIG_FILE")
	if name == "" {
		name = "~/.aws/config"
	}
	if rest, ok := strings.CutPrefix(name, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		if home == "" {
			return ""
		}
		return filepath.Join(home, rest)
	}
	return name
}

// configFiles are the files that were read, as they were then.
var configFiles struct {
	sync.Mutex
	byName map[string]readFile
}

type readFile struct {
	modified time.Time
	size     int64
	file     *configFile
}

// readConfigFile gives the named file, read anew only if it has changed. It is nil
// if there is none that can be read, or if it is not a regular file: what comes
// through a pipe can be read once, and is the SDK's.
func readConfigFile(name string) *configFile {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	configFiles.Lock()
	defer configFiles.Unlock()
	known, ok := configFiles.byName[name]
	if ok && known.modified.Equal(info.ModTime()) && known.size == info.Size() {
		return known.file
	}
	var file *configFile
	if text, err := readStart(name); err == nil {
		file = &configFile{name, parseConfig(text)}
	}
	if configFiles.byName == nil {
		configFiles.byName = make(map[string]readFile)
	}
	configFiles.byName[name] = readFile{info.ModTime(), info.Size(), file}
	return file
}

// readStart reads a file, but no more than maxConfigFile bytes.
func readStart(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, maxConfigFile))
	return string(b), err
}

// parseConfig reads the sections of a shared config file, as the SDKs do: a line
// in brackets begins a section, and lines of key = value belong to it. A line that
// is indented deeper than the key before it belongs to that key's value, which is
// none of ours. A comment begins with # or ; at the beginning of a line or behind
// white space. Lines that are none of that are left out.
func parseConfig(text string) map[string]map[string]string {
	sections := make(map[string]map[string]string)
	var keys map[string]string // of the section that has begun
	keyIndent := math.MaxInt   // of the last key in it
	for line := range strings.Lines(strings.TrimPrefix(text, "\uFEFF")) {
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		line = strings.TrimSpace(withoutComment(line))
		if line == "" || indent > keyIndent {
			continue
		}
		if header, ok := strings.CutPrefix(line, "["); ok {
			header, _, _ = strings.Cut(header, "]")
			name := sectionName(header)
			if sections[name] == nil {
				sections[name] = make(map[string]string)
			}
			keys, keyIndent = sections[name], math.MaxInt
			continue
		}
		if key, value, ok := strings.Cut(line, "="); ok && keys != nil {
			keys[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
			keyIndent = indent
		}
	}
	return sections
}

// withoutComment cuts a line's comment off.
func withoutComment(line string) string {
	for i, c := range line {
		if (c == '#' || c == ';') && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

// sectionName is a section's name with one space behind "profile", and without
// the quotes that a profile's name may have.
func sectionName(header string) string {
	header = strings.TrimSpace(header)
	rest, ok := strings.CutPrefix(header, "profile")
	name := strings.TrimLeft(rest, " \t")
	if !ok || name == rest {
		return header
	}
	return "profile " + strings.Trim(name, `"'`)
}
