package daemon

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/go-csm/csm/cmd/csm/internal/quietlog"
)

// Reload takes over of a new configuration what can change while the daemon runs:
// who may send, and who may use the API, with the files that this names. The other
// changes are logged: they need a restart. With an error, nothing has changed.
func (d *Daemon) Reload(c Config) error {
	if err := c.Check(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	// What is bound stays bound, so that is what the new rules have to be good for.
	bound := c
	bound.Listen, bound.HTTP = d.config.Listen, d.config.HTTP
	if err := bound.Check(); err != nil {
		return fmt.Errorf("%w (the addresses change only with a restart)", err)
	}
	if d.web != nil {
		if (c.Access.CertFile == "") != (d.config.Access.CertFile == "") {
			return errors.New("csm: whether HTTPS is spoken cannot change while the agent runs: restart it")
		}
		if err := d.web.handler.SetAccess(c.Access); err != nil {
			return err
		}
	}
	for _, l := range d.listeners {
		if err := l.SetAllow(c.Allow); err != nil {
			return err
		}
	}
	if names := needRestart(d.config, c); len(names) > 0 {
		d.log.WarnContext(quietlog.Always(context.Background()), "csm: settings have changed that need a restart", "settings", names)
	}
	d.config.Allow, d.config.Access = c.Allow, c.Access
	return nil
}

// settings are the names, as users have them, of the settings in a field of a
// Config that cannot change while the daemon runs.
var settings = map[string]string{
	"Listen":           "listen",
	"AnyOfListen":      "listen",
	"KeepAccessKeys":   "keep-access-keys",
	"Limits":           "max-series, series-idle",
	"HTTP":             "http",
	"NoClassicBuckets": "no-classic-buckets",
	"Recording":        "record, record-…",
	"Export":           "otlp, otlp-…",
	"ShutdownTimeout":  "shutdown-timeout",
}

// needRestart are the settings that differ and cannot change while the daemon
// runs.
func needRestart(old, c Config) (names []string) {
	old.Recording.Logger = c.Recording.Logger
	if old.Export != nil && c.Export != nil {
		e := *old.Export
		e.Logger = c.Export.Logger
		old.Export = &e
	}
	a, b := reflect.ValueOf(old), reflect.ValueOf(c)
	for i := range a.NumField() {
		name, ok := settings[a.Type().Field(i).Name]
		if ok && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
