package recording

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// rotatedTime is how the time of a rotation stands in a file's name. Names sort as
// the times do.
const rotatedTime = "20060102T150405.000Z"

// setAside gives the recording at path a name with a time in it, and tells both. The
// time is now, or if a file has that name, the next for which none has. A name that
// ends in .jsonl.zst keeps both extensions.
func setAside(path string, now time.Time) (name string, at time.Time, err error) {
	stem, extensions := splitName(path)
	for t := now.UTC(); ; t = t.Add(time.Millisecond) {
		name := stem + "-" + t.Format(rotatedTime) + extensions
		// The name is taken first, for a rename would replace what has it.
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = f.Close()
		}
		if err == nil {
			err = os.Rename(path, name)
			if err != nil {
				_ = os.Remove(name) // it is empty
			}
		}
		if err != nil {
			return "", time.Time{}, fmt.Errorf("csm: cannot rotate %s: %w", path, err)
		}
		return name, t, nil
	}
}

// prune removes the oldest of a recording's rotated files, but for keep of them.
// With a keep of 0 all stay.
func prune(path string, keep int) error {
	if keep <= 0 {
		return nil
	}
	dir := filepath.Dir(path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("csm: cannot remove old recordings: %w", err)
	}
	stem, extensions := splitName(filepath.Base(path))
	var rotated []string // ReadDir sorts
	for _, entry := range entries {
		name, ok := strings.CutPrefix(entry.Name(), stem+"-")
		if !ok {
			continue
		}
		name, ok = strings.CutSuffix(name, extensions)
		if !ok {
			continue
		}
		if t, err := time.Parse(rotatedTime, name); err == nil && t.Format(rotatedTime) == name && entry.Type().IsRegular() {
			rotated = append(rotated, entry.Name())
		}
	}
	var errs []error
	for name := range slices.Values(rotated[:max(0, len(rotated)-keep)]) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			errs = append(errs, fmt.Errorf("csm: cannot remove an old recording: %w", err))
		}
	}
	return errors.Join(errs...)
}

// splitName is a path without its extensions, and those.
func splitName(path string) (stem, extensions string) {
	base := filepath.Base(path)
	extension := filepath.Ext(strings.TrimSuffix(base, ".zst"))
	if compressed(base) {
		extension += ".zst"
	}
	if extension == base { // a hidden file
		extension = ""
	}
	return strings.TrimSuffix(path, extension), extension
}
