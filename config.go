package csm

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// A Config says whether and where a program's events go, as its user configured
// it with environment variables and the shared config file. The zero Config is
// off.
type Config struct {
	Enabled bool

	// EnabledBy names the setting that decided on Enabled, for people to read:
	// "AWS_CSM_ENABLED", "AWS_CSM_PORT", or "csm_enabled in profile aws_csm of
	// /home/me/.aws/config". It is empty if there is none, and monitoring so off.
	EnabledBy string

	Host     string // of the agent; set if Enabled
	Port     string // of the agent, a number from 1 to 65535; set if Enabled
	ClientID string // the application's name, or empty

	// SendSessionToken is for programs to set in code, before [Config.Start]. No
	// setting sets it: a session token is a credential.
	SendSessionToken bool
}

// Address is the agent's address, as [Start] takes it.
func (c Config) Address() string { return AddressWithDefaults(c.Host, c.Port) }

// ConfigOptions are what a program can decide in code about where its
// configuration is looked up. The zero value leaves all to the environment.
type ConfigOptions struct {
	// Profile is the active profile. If it is empty, AWS_PROFILE is, else
	// AWS_DEFAULT_PROFILE, else "default".
	Profile string

	// Files are the shared config files. The later ones have precedence. If it is
	// nil, the file is AWS_CONFIG_FILE, else ~/.aws/config; a slice that is empty
	// but not nil means that no file is read.
	Files []string
}

// A ConfigError is a setting with a value that cannot be used.
type ConfigError struct {
	Setting string // as EnabledBy of [Config] names it
	Value   string
	Reason  string // what a usable value is
}

// Error implements error.
func (e *ConfigError) Error() string {
	return fmt.Sprintf("csm: %s is %q: %s", e.Setting, e.Value, e.Reason)
}

// ConfigFromEnvironment looks up whether monitoring is on, and its settings. In
// all of it, a variable or a key that is there but empty counts as not set.
//
//   - AWS_CSM_ENABLED decides if it is set: true, 1, t, yes and on, in any case,
//     mean on; anything else means off.
//   - Otherwise csm_enabled decides, with the same values, if it is in the shared
//     config file: first in the profile aws_csm, then in the active profile.
//   - Otherwise monitoring is on if AWS_CSM_PORT is set.
//
// Host, port and client ID come one by one from AWS_CSM_HOST, AWS_CSM_PORT and
// AWS_CSM_CLIENT_ID, else from csm_host, csm_port and csm_client_id in the same
// profiles. The host is [DefaultHost] and the port [DefaultPort] otherwise.
//
// The only error is a [*ConfigError] for a host or a port that is none. It comes
// with the zero Config, so that monitoring stays off; where monitoring is off
// anyway, nobody asks for them. A file that is missing or cannot be read counts as
// empty. A file is read at most once a process, unless it changes, and not at all
// if the environment has decided.
func ConfigFromEnvironment(optFns ...func(*ConfigOptions)) (Config, error) {
	var o ConfigOptions
	for _, fn := range optFns {
		fn(&o)
	}
	lookUp := settings(o)

	var c Config
	enabled, by := lookUp("AWS_CSM_ENABLED", "csm_enabled")
	if by != "" {
		c.Enabled, c.EnabledBy = isTrue(enabled), by
	} else if strings.TrimSpace(os.Getenv("AWS_CSM_PORT")) != "" {
		c.Enabled, c.EnabledBy = true, "AWS_CSM_PORT"
	}
	if !c.Enabled {
		return c, nil
	}

	c.Host, c.Port = DefaultHost, DefaultPort
	if host, by := lookUp("AWS_CSM_HOST", "csm_host"); by != "" {
		if !isHost(host) {
			return Config{}, &ConfigError{by, host, "a host is a name or an IP address, without brackets and without a port"}
		}
		c.Host = host
	}
	if port, by := lookUp("AWS_CSM_PORT", "csm_port"); by != "" {
		if !isPort(port) {
			return Config{}, &ConfigError{by, port, "a port is a number from 1 to 65535"}
		}
		c.Port = port
	}
	c.ClientID, _ = lookUp("AWS_CSM_CLIENT_ID", "csm_client_id")
	return c, nil
}

// settings gives a function that looks a setting up, by the name of its
// environment variable and by that of its key in the shared config files. It
// gives the value without white space around it, and where it was found; both are
// empty if it is not set. Files are read when the first setting is not in the
// environment.
func settings(o ConfigOptions) func(variable, key string) (value, by string) {
	var files []*configFile
	return func(variable, key string) (value, by string) {
		if v := strings.TrimSpace(os.Getenv(variable)); v != "" {
			return v, variable
		}
		if files == nil {
			files = readConfigFiles(o.Files)
		}
		for _, profile := range []string{"aws_csm", activeProfile(o)} {
			for i := len(files) - 1; i >= 0; i-- {
				if v := files[i].value(profile, key); v != "" {
					return v, fmt.Sprintf("%s in profile %s of %s", key, profile, files[i].name)
				}
			}
		}
		return "", ""
	}
}

// activeProfile is the name of the profile whose settings count.
func activeProfile(o ConfigOptions) string {
	for _, name := range []string{o.Profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE")} {
		if name != "" {
			return name
		}
	}
	return "default"
}

func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "true", "1", "t", "yes", "on":
		return true
	}
	return false
}

// isHost tells whether s can be a host: it does not have to exist.
func isHost(s string) bool {
	if strings.Contains(s, ":") {
		_, err := netip.ParseAddr(s)
		return err == nil
	}
	return !strings.ContainsAny(s, "[]/ \t")
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}
