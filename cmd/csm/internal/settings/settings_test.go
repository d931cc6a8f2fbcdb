package settings

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func TestFill(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		env  []string
		file string
		want string // "" if there is an error
		err  string
	}{
		{name: "nothing", want: "listen=[a b] max=5 idle=1m0s check=false"},
		{name: "the file", file: "listen: [c, 'd,e']\nmax: 7\nidle: 90s\ncheck: true\n", want: "listen=[c d,e] max=7 idle=1m30s check=true"},
		{name: "a list of one", file: "listen: c\n", want: "listen=[c] max=5 idle=1m0s check=false"},
		{name: "an empty list", file: "listen: []\n", want: "listen=[] max=5 idle=1m0s check=false"},
		{name: "comments alone", file: "# listen: c\n", want: "listen=[a b] max=5 idle=1m0s check=false"},
		{name: "the environment before the file", env: []string{"X_MAX=8", "X_LISTEN=f,g"}, file: "max: 7\nidle: 2s", want: "listen=[f g] max=8 idle=2s check=false"},
		{name: "an empty variable", env: []string{"X_MAX="}, file: "max: 7", want: "listen=[a b] max=7 idle=1m0s check=false"},
		{name: "a variable twice", env: []string{"X_MAX=1", "X_MAX=2"}, want: "listen=[a b] max=2 idle=1m0s check=false"},
		{name: "a variable of somebody else's", env: []string{"X_SERVICE_HOST=10.0.0.1"}, want: "listen=[a b] max=5 idle=1m0s check=false"},
		{name: "the command line before all", args: []string{"--max=9", "--listen=h"}, env: []string{"X_MAX=8"}, file: "max: 7\nlisten: c", want: "listen=[h] max=9 idle=1m0s check=false"},
		{name: "a wrong variable", env: []string{"X_MAX=many"}, err: `X_MAX is "many": strconv`},
		{name: "a wrong value in the file", file: "max: 1\nidle: soon", err: `FILE:2: idle: time: invalid duration "soon"`},
		{name: "a list for one value", file: "max: [1, 2]", err: "FILE:1: max: one value is wanted"},
		{name: "nesting", file: "listen:\n  udp: x", err: "FILE:2: listen is neither"},
		{name: "an unknown key", file: "max: 1\nport: 5", err: `FILE:2: no setting is named "port"`},
		{name: "nearly a key", file: "li_sten: x", err: `did you mean "listen"?`},
		{name: "a key for the command line alone", file: "config: x", err: `no setting is named "config"`},
		{name: "a key twice", file: "max: 1\nmax: 2", err: "FILE: "},
		{name: "no value", file: "max: 1\nlisten: ~", err: "FILE:2: listen has no value"},
		{name: "no YAML", file: "\tmax: 1", err: "FILE: yaml"},
		{name: "no mapping", file: "- max", err: "FILE: yaml"},
	} {
		t.Run(test.name, func(t *testing.T) {
			flags := pflag.NewFlagSet("x", pflag.ContinueOnError)
			listen := flags.StringSlice("listen", []string{"a", "b"}, "")
			maximum := flags.Int("max", 5, "")
			idle := flags.Duration("idle", time.Minute, "")
			check := flags.Bool("check", false, "")
			flags.String("config", "", "")
			if err := flags.Parse(test.args); err != nil {
				t.Fatal(err)
			}
			err := Fill(flags, Sources{strings.NewReader(test.file), "FILE", test.env, "X_", []string{"config"}})
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error is %v, want %s", err, test.err)
				}
				return
			}
			got := fmt.Sprintf("listen=%v max=%d idle=%v check=%v", *listen, *maximum, *idle, *check)
			if err != nil || got != test.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, test.want)
			}
		})
	}
}

func TestFillWithoutAFile(t *testing.T) {
	flags := pflag.NewFlagSet("x", pflag.ContinueOnError)
	if err := Fill(flags, Sources{}); err != nil {
		t.Error(err)
	}
}
