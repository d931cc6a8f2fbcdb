package cli

import (
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/child"
	"github.com/go-csm/csm/cmd/csm/internal/report"
)

// notStarted adds to the error of a program that did not start what to do.
func notStarted(err error) error {
	switch {
	case errors.Is(err, child.ErrNotFound):
		return &exitError{err, "is it spelled right and in PATH? one in this directory is written ./program", exitNotFound}
	case errors.Is(err, child.ErrNotExecutable):
		hint := "the system could not start it; try it without csm run"
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "exec format") {
			hint = "a script needs execute permission and a first line such as #!/bin/sh, " +
				"or its interpreter before it: csm run -- sh script"
		}
		return &exitError{err, hint, exitNotExecutable}
	}
	return err
}

// monitored is the environment of a program that is told to send its events.
func monitored(env []string, told report.Run) []string {
	return append(slices.Clip(env),
		"AWS_CSM_ENABLED=true",
		"AWS_CSM_HOST="+told.Host,
		"AWS_CSM_PORT="+told.Port,
		"AWS_CSM_CLIENT_ID="+told.ClientID,
	)
}

// clientID is the client ID that the environment has, or else the program's name.
func clientID(env []string, program string) string {
	if id := variable(env, "AWS_CSM_CLIENT_ID"); id != "" {
		return id
	}
	base := filepath.Base(program)
	if runtime.GOOS == "windows" {
		base = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return base
}

// variable is what an environment sets a variable to, or empty.
func variable(env []string, name string) string {
	for _, entry := range slices.Backward(env) {
		key, value, _ := strings.Cut(entry, "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}
