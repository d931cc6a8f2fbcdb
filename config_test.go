package csm

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// configEnv sets the environment to env alone, as far as it counts here, with a
// shared config file of the given text. It gives the file's name.
func configEnv(t *testing.T, env map[string]string, text string) string {
	t.Helper()
	for _, name := range []string{
		"AWS_CSM_ENABLED", "AWS_CSM_HOST", "AWS_CSM_PORT", "AWS_CSM_CLIENT_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	} {
		t.Setenv(name, env[name])
	}
	name := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", name)
	return name
}

func TestConfigFromEnvironment(t *testing.T) {
	type env map[string]string
	off := Config{}
	for _, test := range []struct {
		name string
		env  env
		file string
		want Config // FILE in EnabledBy is the file's name
	}{
		{"nothing set", nil, "", off},
		{"on, and no more", env{"AWS_CSM_ENABLED": "true"}, "", Config{true, "AWS_CSM_ENABLED", "127.0.0.1", "31000", "", false}},
		{"all in the environment", env{"AWS_CSM_ENABLED": "true", "AWS_CSM_HOST": "::1", "AWS_CSM_PORT": "1", "AWS_CSM_CLIENT_ID": "me"}, "[default]\ncsm_host = x\ncsm_port = 2\ncsm_client_id = y", Config{true, "AWS_CSM_ENABLED", "::1", "1", "me", false}},
		{"off by the environment, on by the file", env{"AWS_CSM_ENABLED": "false"}, "[default]\ncsm_enabled = true", Config{EnabledBy: "AWS_CSM_ENABLED"}},
		{"off, and a port is set", env{"AWS_CSM_ENABLED": "no", "AWS_CSM_PORT": "31000"}, "", Config{EnabledBy: "AWS_CSM_ENABLED"}},
		{"off, and the port is none", env{"AWS_CSM_ENABLED": "0", "AWS_CSM_PORT": "x"}, "", Config{EnabledBy: "AWS_CSM_ENABLED"}},
		{"empty counts as not set", env{"AWS_CSM_ENABLED": ""}, "[default]\ncsm_enabled = true\ncsm_host =\ncsm_port=\n", Config{true, "csm_enabled in profile default of FILE", "127.0.0.1", "31000", "", false}},
		{"a port alone", env{"AWS_CSM_PORT": "31001"}, "", Config{true, "AWS_CSM_PORT", "127.0.0.1", "31001", "", false}},
		{"a port, and the file says off", env{"AWS_CSM_PORT": "31001"}, "[default]\ncsm_enabled = false", Config{EnabledBy: "csm_enabled in profile default of FILE"}},
		{"a port in the file alone", nil, "[default]\ncsm_port = 31001", off},
		{"profile aws_csm", nil, "[profile aws_csm]\ncsm_enabled = true\ncsm_port = 5\n", Config{true, "csm_enabled in profile aws_csm of FILE", "127.0.0.1", "5", "", false}},
		{"section aws_csm", nil, "[aws_csm]\ncsm_enabled = true\ncsm_client_id = old", Config{true, "csm_enabled in profile aws_csm of FILE", "127.0.0.1", "31000", "old", false}},
		{"aws_csm before the active profile", nil, "[aws_csm]\ncsm_enabled = false\n[default]\ncsm_enabled = true", Config{EnabledBy: "csm_enabled in profile aws_csm of FILE"}},
		{"each setting from where it is", env{"AWS_CSM_HOST": "h"}, "[aws_csm]\ncsm_port = 7\n[default]\ncsm_enabled = true\ncsm_port = 8\ncsm_client_id = d\ncsm_host = x", Config{true, "csm_enabled in profile default of FILE", "h", "7", "d", false}},
		{"a profile by AWS_PROFILE", env{"AWS_PROFILE": "p", "AWS_DEFAULT_PROFILE": "q"}, "[profile p]\ncsm_enabled = on\n[profile q]\ncsm_enabled = off\n", Config{true, "csm_enabled in profile p of FILE", "127.0.0.1", "31000", "", false}},
		{"a profile by AWS_DEFAULT_PROFILE", env{"AWS_DEFAULT_PROFILE": "q"}, "[profile q]\ncsm_enabled = yes\n[default]\ncsm_enabled = no", Config{true, "csm_enabled in profile q of FILE", "127.0.0.1", "31000", "", false}},
		{"the default profile does not count for another", env{"AWS_PROFILE": "p"}, "[default]\ncsm_enabled = true", off},
		{"a section that is no profile", env{"AWS_PROFILE": "p"}, "[p]\ncsm_enabled = true", off},
		{"[profile default] before [default]", nil, "[default]\ncsm_enabled = false\ncsm_client_id = a\n[profile default]\ncsm_enabled = true", Config{true, "csm_enabled in profile default of FILE", "127.0.0.1", "31000", "a", false}},
		{"localhost", env{"AWS_CSM_ENABLED": "1", "AWS_CSM_HOST": "localhost"}, "", Config{true, "AWS_CSM_ENABLED", "localhost", "31000", "", false}},
		{"a file as people write them", nil, "\uFEFF# comment\r\n; another\r\n\r\n[ profile   \"aws_csm\" ] # why\r\n  CSM_Enabled=True ; yes\r\n  csm_client_id = a#b\r\n  s3 =\r\n    csm_port = 1\r\n    max = 2\r\n  csm_host = h\r\nno equals sign\r\n", Config{true, "csm_enabled in profile aws_csm of FILE", "h", "31000", "a#b", false}},
		{"keys before any section", nil, "csm_enabled = true\n[default]\n", off},
		{"a header without its end", nil, "[default\ncsm_enabled = true", Config{true, "csm_enabled in profile default of FILE", "127.0.0.1", "31000", "", false}},
		{"a section twice", nil, "[default]\ncsm_enabled = false\n[default]\ncsm_enabled = true", Config{true, "csm_enabled in profile default of FILE", "127.0.0.1", "31000", "", false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := configEnv(t, test.env, test.file)
			got, err := ConfigFromEnvironment()
			test.want.EnabledBy = strings.Replace(test.want.EnabledBy, "FILE", file, 1)
			if err != nil || got != test.want {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}

func TestWordsForOn(t *testing.T) {
	for word, want := range map[string]bool{
		"true": true, "TRUE": true, "True": true, "1": true, "t": true, "T": true, "yes": true, "Yes": true, "on": true, "ON": true,
		"false": false, "0": false, "no": false, "off": false, "2": false, "enabled": false, "truee": false, "y": false,
	} {
		configEnv(t, map[string]string{"AWS_CSM_ENABLED": word}, "")
		if c, err := ConfigFromEnvironment(); err != nil || c.Enabled != want {
			t.Errorf("AWS_CSM_ENABLED=%s: %+v, %v", word, c, err)
		}
		configEnv(t, nil, "[default]\ncsm_enabled = "+word)
		if c, err := ConfigFromEnvironment(); err != nil || c.Enabled != want {
			t.Errorf("csm_enabled = %s: %+v, %v", word, c, err)
		}
	}
}

func TestPorts(t *testing.T) {
	for port, ok := range map[string]bool{
		"1": true, "31000": true, "65535": true,
		"0": false, "65536": false, "-1": false, "abc": false, "31000x": false, "3.5": false, "99999999999": false,
	} {
		file := configEnv(t, map[string]string{"AWS_CSM_PORT": port}, "")
		c, err := ConfigFromEnvironment()
		if ok {
			if err != nil || !c.Enabled || c.Port != port {
				t.Errorf("AWS_CSM_PORT=%s: %+v, %v", port, c, err)
			}
			continue
		}
		var wrong *ConfigError
		if !errors.As(err, &wrong) || wrong.Setting != "AWS_CSM_PORT" || wrong.Value != port || c != (Config{}) {
			t.Errorf("AWS_CSM_PORT=%s: %+v, %v", port, c, err)
		}
		if err := os.WriteFile(file, []byte("[aws_csm]\ncsm_enabled = true\ncsm_port = "+port), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("AWS_CSM_PORT", "")
		if _, err := ConfigFromEnvironment(); err == nil || !strings.Contains(err.Error(), "csm_port in profile aws_csm of "+file) || !strings.Contains(err.Error(), port) {
			t.Errorf("csm_port = %s: %v", port, err)
		}
	}
}

func TestHosts(t *testing.T) {
	for host, ok := range map[string]bool{
		"agent.example": true, "127.0.0.1": true, "::1": true, "fe80::1%eth0": true, "localhost": true, "my_agent": true,
		"[::1]": false, "127.0.0.1:31000": false, "http://127.0.0.1": false, "a b": false, "a/b": false,
	} {
		configEnv(t, map[string]string{"AWS_CSM_ENABLED": "true", "AWS_CSM_HOST": host}, "")
		c, err := ConfigFromEnvironment()
		var wrong *ConfigError
		switch {
		case ok && (err != nil || c.Host != host):
			t.Errorf("AWS_CSM_HOST=%s: %+v, %v", host, c, err)
		case !ok && (!errors.As(err, &wrong) || wrong.Setting != "AWS_CSM_HOST" || c != (Config{})):
			t.Errorf("AWS_CSM_HOST=%s: %+v, %v", host, c, err)
		}
	}
}

func TestOptionsOfTheProgram(t *testing.T) {
	configEnv(t, map[string]string{"AWS_PROFILE": "p"}, "[profile p]\ncsm_enabled = true")
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for name, text := range map[string]string{
		a: "[profile x]\ncsm_enabled = true\ncsm_client_id = a\ncsm_port = 5",
		b: "[profile x]\ncsm_client_id = b\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(profile string, files ...string) Config {
		c, err := ConfigFromEnvironment(func(o *ConfigOptions) { o.Profile, o.Files = profile, files })
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := load("x", a, b, filepath.Join(dir, "none")); !c.Enabled || c.ClientID != "b" || c.Port != "5" {
		t.Errorf("two files: %+v", c)
	}
	if c := load("", a, b); c.Enabled {
		t.Errorf("the profile of the environment, which is not in the files: %+v", c)
	}
	if c := load("p"); !c.Enabled {
		t.Errorf("the environment's file: %+v", c)
	}
	if c := load("p", []string{}...); c.Enabled {
		t.Errorf("a slice of no files: %+v", c)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	for name, file := range map[string]string{"missing": filepath.Join(dir, "none"), "a directory": dir, "a device": os.DevNull, "no home": "~/x"} {
		t.Run(name, func(t *testing.T) {
			configEnv(t, nil, "")
			t.Setenv("AWS_CONFIG_FILE", file)
			if name == "no home" {
				t.Setenv("HOME", "")
				t.Setenv("USERPROFILE", "")
			}
			if c, err := ConfigFromEnvironment(); err != nil || c != (Config{}) {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
}

func TestUserConfigFile(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for variable, want := range map[string]string{
		"":        filepath.Join(home, ".aws", "config"),
		"~/x":     filepath.Join(home, "x"),
		"~x":      "~x",
		"/etc/ac": "/etc/ac",
	} {
		t.Setenv("AWS_CONFIG_FILE", variable)
		if got := userConfigFile(); got != want {
			t.Errorf("AWS_CONFIG_FILE=%q: %q, want %q", variable, got, want)
		}
	}
}

func TestFileIsReadAgainOnlyIfItChanged(t *testing.T) {
	file := configEnv(t, nil, "[default]\ncsm_enabled = true\n")
	enabled := func() bool {
		c, err := ConfigFromEnvironment()
		if err != nil {
			t.Fatal(err)
		}
		return c.Enabled
	}
	if !enabled() {
		t.Fatal("off")
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	// Other text of the same size and age: nobody looks.
	rewrite := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	rewrite("[default]\ncsm_enabled = nope\n", info.ModTime())
	if !enabled() {
		t.Error("the file was read again, and had not changed")
	}
	rewrite("[default]\ncsm_enabled = nope\n", info.ModTime().Add(time.Second))
	if enabled() {
		t.Error("the file was not read again, and had changed")
	}
}

// FuzzParseConfig holds that no text makes the parser fail, and that a key of a
// profile is found behind any text that ends its line.
func FuzzParseConfig(f *testing.F) {
	f.Add("[default]\ncsm_enabled = true # x\n[profile \"a b\"]\n  s3 =\n   x = y\n")
	f.Add("\uFEFF[a]\r\n=\r\n[]]\r\n\t[")
	f.Fuzz(func(t *testing.T, text string) {
		file := configFile{"name", parseConfig(text + "\n[profile fuzz]\nkey = value")}
		if v := file.value("fuzz", "key"); v != "value" {
			t.Errorf("the key is %q", v)
		}
	})
}
