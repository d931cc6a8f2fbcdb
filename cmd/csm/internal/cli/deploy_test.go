package cli

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/go-csm/csm/cmd/csm/internal/settings"
)

const deploy = "../../../../deploy"

func TestDeployNamesSettingsThatExist(t *testing.T) {
	var flags agentFlags
	set := pflag.NewFlagSet("agent", pflag.ContinueOnError)
	flags.add(set)
	known := map[string]bool{"CSM_AGENT_OPTIONS": true} // the unit's own
	set.VisitAll(func(f *pflag.Flag) { known[settings.VariableName(agentPrefix, f.Name)] = true })
	found := 0
	for _, file := range []string{"csm-agent.service", "daemonset.yaml", "Dockerfile"} {
		text, err := os.ReadFile(filepath.Join(deploy, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`CSM_AGENT_[A-Z_]+`).FindAllString(string(text), -1) {
			found++
			if !known[name] {
				t.Errorf("%s has %s, which is no setting", file, name)
			}
		}
	}
	if found == 0 {
		t.Error("no setting is named")
	}
}

// The DaemonSet's container starts with the settings that it has.
func TestTheDaemonSetsSettingsCanBeUsed(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(deploy, "daemonset.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var object struct {
		Kind string
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct {
						Args []string
						Env  []struct{ Name, Value string }
					}
				}
			}
		}
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	for object.Kind != "DaemonSet" {
		if err := d.Decode(&object); err != nil {
			t.Fatal(err)
		}
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(strings.Repeat("t", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	container := object.Spec.Template.Spec.Containers[0]
	var env []string
	for _, v := range container.Env {
		if v.Name == "CSM_AGENT_HTTP_TOKEN_FILE" {
			v.Value = token
		}
		env = append(env, v.Name+"="+v.Value)
	}
	if len(env) < 4 {
		t.Fatalf("the container has the variables %q", env)
	}
	var flags agentFlags
	set := pflag.NewFlagSet("agent", pflag.ContinueOnError)
	flags.add(set)
	if err := set.Parse(container.Args[1:]); err != nil {
		t.Fatal(err)
	}
	config, err := flags.config(Process{Env: env, Stderr: new(bytes.Buffer)}, set, new(slog.LevelVar))
	if err == nil {
		err = config.Check()
	}
	if err != nil {
		t.Error(err)
	}
}
