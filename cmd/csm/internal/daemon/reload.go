package daemon

import (
	"errors"
	"reflect"
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
	if d.web != nil {
		if (c.Access.CertFile == "") != (d.config.Access.CertFile == "") {
			return errors.New("csm: whether HTTPS is spoken cannot change while the agent runs: restart it")
		}
		if err := d.web.setAccess(d, c.Access); err != nil {
			return err
		}
	}
	for _, l := range d.listeners {
		if err := l.SetAllow(c.Allow); err != nil {
			return err
		}
	}
	for _, name := range needRestart(d.config, c) {
		d.log.Warn("csm: a setting has changed that needs a restart", "setting", name)
	}
	d.config.Allow, d.config.Access = c.Allow, c.Access
	return nil
}

// needRestart are the settings that differ and cannot change while the daemon
// runs.
func needRestart(old, c Config) (names []string) {
	old.Allow, old.Access, old.Logger = c.Allow, c.Access, c.Logger
	old.Recording.Logger = c.Recording.Logger
	if old.Export != nil && c.Export != nil {
		e := *old.Export
		e.Logger = c.Export.Logger
		old.Export = &e
	}
	a, b := reflect.ValueOf(old), reflect.ValueOf(c)
	for i := range a.NumField() {
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			names = append(names, a.Type().Field(i).Name)
		}
	}
	return names
}
