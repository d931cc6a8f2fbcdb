package sdkv2_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
	"github.com/go-csm/csm/sdkv2"
)

// clearEnvironment unsets what configures the SDK and monitoring, and gives the
// name of a shared config file with the text, which is used by default.
func clearEnvironment(t *testing.T, text string) string {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	name := writeConfig(t, text)
	t.Setenv("AWS_CONFIG_FILE", name)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	return name
}

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// load loads a config as programs do, with a scripted transport.
func load(t *testing.T, optFns ...func(*config.LoadOptions) error) aws.Config {
	t.Helper()
	_, s := scriptedConfig(responds(200, stsOK))
	cfg, err := config.LoadDefaultConfig(background, append(optFns,
		config.WithRegion("eu-central-1"),
		config.WithHTTPClient(s),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(accessKey, "secret", "")),
	)...)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestTheConfigurationTurnsMonitoringOn(t *testing.T) {
	const on = "csm_enabled = true\ncsm_port = PORT\ncsm_client_id = from file\n"
	tests := []struct {
		name   string
		file   string // AWS_CONFIG_FILE
		other  string // another file
		env    map[string]string
		load   func(other string) []func(*config.LoadOptions) error
		client string // empty if monitoring stays off
	}{
		{name: "nothing is set"},
		{
			name:   "the environment turns it on",
			env:    map[string]string{"AWS_CSM_ENABLED": "true", "AWS_CSM_PORT": "PORT", "AWS_CSM_CLIENT_ID": "from environment"},
			client: "from environment",
		},
		{
			name:   "a port turns it on",
			env:    map[string]string{"AWS_CSM_PORT": "PORT", "AWS_CSM_CLIENT_ID": "from environment"},
			client: "from environment",
		},
		{
			name:   "the file turns it on, in the default profile",
			file:   "[default]\n" + on,
			client: "from file",
		},
		{
			name:   "the file turns it on, in the profile aws_csm",
			file:   "[profile aws_csm]\n" + on + "[default]\nregion = x\n",
			client: "from file",
		},
		{
			name: "the environment overrides the file: off",
			file: "[default]\n" + on,
			env:  map[string]string{"AWS_CSM_ENABLED": "false"},
		},
		{
			name:   "the environment overrides the file: client ID",
			file:   "[default]\n" + on,
			env:    map[string]string{"AWS_CSM_CLIENT_ID": "from environment"},
			client: "from environment",
		},
		{
			name:   "the file of a profile that the environment chose",
			file:   "[default]\nregion = x\n[profile p]\n" + on,
			env:    map[string]string{"AWS_PROFILE": "p"},
			client: "from file",
		},
		{
			name: "a profile that is not active",
			file: "[default]\nregion = x\n[profile p]\n" + on,
		},
		{
			name: "a profile that the program chose",
			file: "[default]\nregion = x\n[profile p]\n" + on,
			load: func(string) []func(*config.LoadOptions) error {
				return []func(*config.LoadOptions) error{config.WithSharedConfigProfile("p")}
			},
			client: "from file",
		},
		{
			name: "the program's profile has precedence over the environment's",
			file: "[profile p]\n" + on + "[profile q]\ncsm_enabled = false\n",
			env:  map[string]string{"AWS_PROFILE": "q"},
			load: func(string) []func(*config.LoadOptions) error {
				return []func(*config.LoadOptions) error{config.WithSharedConfigProfile("p")}
			},
			client: "from file",
		},
		{
			name:  "a file that the program chose",
			other: "[default]\n" + on,
			load: func(other string) []func(*config.LoadOptions) error {
				return []func(*config.LoadOptions) error{config.WithSharedConfigFiles([]string{other})}
			},
			client: "from file",
		},
		{
			name:  "a file that the program chose has precedence over the environment's",
			file:  "[default]\n" + on,
			other: "[default]\nregion = x\n",
			load: func(other string) []func(*config.LoadOptions) error {
				return []func(*config.LoadOptions) error{config.WithSharedConfigFiles([]string{other})}
			},
		},
		{
			name: "a program that chose to read no file",
			file: "[default]\n" + on,
			load: func(string) []func(*config.LoadOptions) error {
				return []func(*config.LoadOptions) error{config.WithSharedConfigFiles([]string{})}
			},
		},
		{
			name:  "a profile in a file, both of the program's choice",
			other: "[profile p]\n" + on,
			load: func(other string) []func(*config.LoadOptions) error {
				return []func(*config.LoadOptions) error{config.WithSharedConfigProfile("p"), config.WithSharedConfigFiles([]string{other})}
			},
			client: "from file",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			agent := csmtest.Start(t)
			_, port, _ := net.SplitHostPort(agent.Address())
			withPort := strings.NewReplacer("PORT", port)
			clearEnvironment(t, withPort.Replace(test.file))
			for name, value := range test.env {
				t.Setenv(name, withPort.Replace(value))
			}
			var optFns []func(*config.LoadOptions) error
			if test.load != nil {
				optFns = test.load(writeConfig(t, withPort.Replace(test.other)))
			}
			cfg := load(t, optFns...)
			before := cfg.Copy()
			closeStarted(t)

			if err := sdkv2.Instrument(&cfg); err != nil {
				t.Fatal(err)
			}
			if test.client == "" && !reflect.DeepEqual(cfg.APIOptions, before.APIOptions) {
				t.Error("the config was changed, although monitoring is off")
			}
			if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(background, nil); err != nil {
				t.Fatal(err)
			}
			if test.client == "" {
				wantEvents(t, agent, 0)
				return
			}
			for _, e := range agent.Wait(2) {
				if e.ClientID != test.client {
					t.Errorf("the client ID is %q, want %q", e.ClientID, test.client)
				}
			}
		})
	}
}

// closeStarted closes the process-wide reporter when the test ends, so that the
// next one starts anew.
func closeStarted(t *testing.T) {
	t.Cleanup(func() { _ = csm.Get().Close() })
}

func TestAnErrorInTheConfigurationNamesTheSetting(t *testing.T) {
	file := clearEnvironment(t, "[default]\nregion = x\n[profile p]\ncsm_enabled = true\ncsm_port = many\n")
	tests := []struct {
		name, variable string
		setting        string
		load           []func(*config.LoadOptions) error
	}{
		{"in the environment", "0x10", "AWS_CSM_PORT", nil},
		{"in the file", "", "csm_port in profile p of " + file, []func(*config.LoadOptions) error{config.WithSharedConfigProfile("p")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("AWS_CSM_PORT", test.variable)
			cfg := load(t, test.load...)
			err := sdkv2.Instrument(&cfg)
			var wrong *csm.ConfigError
			if !errors.As(err, &wrong) || wrong.Setting != test.setting {
				t.Fatalf("error is %v, want a ConfigError for %s", err, test.setting)
			}
			if !strings.HasPrefix(err.Error(), "csm: ") || !strings.Contains(err.Error(), test.setting) {
				t.Errorf("error is %q", err)
			}
			if len(cfg.APIOptions) != 0 {
				t.Error("the config was changed")
			}
			if csm.Get() != nil {
				t.Error("a reporter was started")
			}
		})
	}
}

func TestAReporterOfTheProgramIsUsedWhateverTheConfigurationSays(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"off":   {"AWS_CSM_ENABLED": "false"},
		"wrong": {"AWS_CSM_ENABLED": "true", "AWS_CSM_PORT": "many"},
	} {
		t.Run(name, func(t *testing.T) {
			clearEnvironment(t, "")
			for name, value := range env {
				t.Setenv(name, value)
			}
			cfg := load(t)
			agent := instrument(t, &cfg)
			if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(background, nil); err != nil {
				t.Fatal(err)
			}
			wantEvents(t, agent, 2)
		})
	}
}

func TestSessionTokensAreSentOnRequestOnly(t *testing.T) {
	const token = "a-session-token"
	session := func(cfg *aws.Config) {
		cfg.Credentials = credentials.NewStaticCredentialsProvider(accessKey, "secret", token)
	}
	tests := []struct {
		name  string
		setUp func(t *testing.T, address string, cfg *aws.Config) error
		want  bool
	}{
		{
			"not by the reporter of the configuration",
			func(_ *testing.T, _ string, cfg *aws.Config) error { return sdkv2.Instrument(cfg) },
			false,
		},
		{
			"by the reporter of the configuration, on request",
			func(_ *testing.T, _ string, cfg *aws.Config) error {
				return sdkv2.Instrument(cfg, func(o *sdkv2.Options) { o.SendSessionToken = true })
			},
			true,
		},
		{
			"not by a reporter of the program's",
			func(t *testing.T, address string, cfg *aws.Config) error {
				return sdkv2.Instrument(cfg, withReporter(t, csm.Options{Address: address}))
			},
			false,
		},
		{
			"by a reporter of the program's, on request",
			func(t *testing.T, address string, cfg *aws.Config) error {
				return sdkv2.Instrument(cfg, withReporter(t, csm.Options{Address: address, SendSessionToken: true}))
			},
			true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			conn, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			clearEnvironment(t, "")
			t.Setenv("AWS_CSM_ENABLED", "true")
			_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
			t.Setenv("AWS_CSM_PORT", port)
			closeStarted(t)
			cfg, _ := scriptedConfig(responds(200, stsOK))
			session(&cfg)
			if err := test.setUp(t, conn.LocalAddr().String(), &cfg); err != nil {
				t.Fatal(err)
			}
			if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(background, nil); err != nil {
				t.Fatal(err)
			}
			attempt := readDatagram(t, conn)
			if got := strings.Contains(attempt, `"SessionToken":"`+token+`"`); got != test.want {
				t.Errorf("datagram is %s", attempt)
			}
			if call := readDatagram(t, conn); strings.Contains(call, token) {
				t.Errorf("the token is in the call's datagram: %s", call)
			}
		})
	}
}

func readDatagram(t *testing.T, conn net.PacketConn) string {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(csmtest.Timeout)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 65536)
	n, _, err := conn.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func withReporter(t *testing.T, o csm.Options) func(*sdkv2.Options) {
	t.Helper()
	r, err := csm.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return func(o *sdkv2.Options) { o.Reporter = r }
}

func TestASingleClientCanBeMonitored(t *testing.T) {
	clearEnvironment(t, "")
	cfg, _ := scriptedConfig(responds(200, ""))
	agent := csmtest.Start(t)
	r := agent.Reporter()
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		if err := sdkv2.AppendMiddlewares(&o.APIOptions, func(o *sdkv2.Options) { o.Reporter = r }); err != nil {
			t.Error(err)
		}
	})
	if _, err := client.ListBuckets(background, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s3.NewFromConfig(cfg).ListBuckets(background, nil); err != nil {
		t.Fatal(err)
	}
	wantEvents(t, agent, 2)
}

func TestASingleCallCanBeMonitored(t *testing.T) {
	cfg, _ := scriptedConfig(responds(200, ""))
	agent := csmtest.Start(t)
	agent.Setenv()
	closeStarted(t)
	client := s3.NewFromConfig(cfg)
	if _, err := client.ListBuckets(background, nil, func(o *s3.Options) {
		if err := sdkv2.AppendMiddlewares(&o.APIOptions); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ListBuckets(background, nil); err != nil {
		t.Fatal(err)
	}
	agent.WantCalls("S3.ListBuckets")
	wantEvents(t, agent, 2)
}
