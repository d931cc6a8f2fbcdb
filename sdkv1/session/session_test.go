package session_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/service/dynamodb"

	core "github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
	"github.com/go-csm/csm/sdkv1/session"
)

// child is set in the environment of a test's own program, run again as a user's.
const child = "CSM_TEST_CHILD"

func TestMain(m *testing.M) {
	if endpoint := os.Getenv(child); endpoint != "" {
		sess := session.Must(session.NewSession(config(endpoint)))
		_, err := dynamodb.New(sess).ListTables(&dynamodb.ListTablesInput{})
		if err != nil {
			panic(err)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// runChild runs a program that makes one call, and gives what it prints.
func runChild(endpoint string) ([]byte, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+endpoint, "GORACE=atexit_sleep_ms=0")
	return cmd.CombinedOutput()
}

func config(endpoint string) *aws.Config {
	return &aws.Config{
		Endpoint:    aws.String(endpoint),
		Region:      aws.String("eu-west-1"),
		Credentials: credentials.NewStaticCredentials("AKIAIOSFODNN7EXAMPLE", "secret", ""),
	}
}

func serve(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"TableNames":[]}`))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// unset takes away what the environment of the tests configures.
func unset(t *testing.T) {
	for _, name := range []string{
		"AWS_CSM_ENABLED", "AWS_CSM_HOST", "AWS_CSM_PORT", "AWS_CSM_CLIENT_ID",
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SDK_LOAD_CONFIG",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Cleanup(func() { core.Get().Close() })
}

// call makes a session and a call with it.
func call(t *testing.T, opts session.Options) {
	t.Helper()
	opts.Config.MergeIn(config(serve(t)))
	sess, err := session.NewSessionWithOptions(opts)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dynamodb.New(sess).ListTables(&dynamodb.ListTablesInput{}); err != nil {
		t.Fatal(err)
	}
}

func TestOffUnlessConfigured(t *testing.T) {
	unset(t)
	call(t, session.Options{})
	if r := core.Get(); r != nil {
		t.Errorf("a reporter was started: %+v", r.Stats())
	}
}

func TestOnByEnvironment(t *testing.T) {
	unset(t)
	agent := csmtest.Start(t)
	agent.Setenv()
	call(t, session.Options{})
	agent.WantCalls("DynamoDB.ListTables")
	if n := len(agent.Events()); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
}

func TestOnByPortAlone(t *testing.T) {
	unset(t)
	agent := csmtest.Start(t)
	agent.Setenv()
	t.Setenv("AWS_CSM_ENABLED", "")
	call(t, session.Options{})
	agent.WantCalls("DynamoDB.ListTables")
}

func TestFilesAndProfileOfTheOptions(t *testing.T) {
	unset(t)
	agent := csmtest.Start(t)
	_, port, err := net.SplitHostPort(agent.Address())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "config")
	text := "[profile mine]\nregion = eu-west-1\ncsm_enabled = true\ncsm_client_id = by-file\ncsm_port = " + port + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	call(t, session.Options{Profile: "mine", SharedConfigFiles: []string{file}, SharedConfigState: session.SharedConfigEnable})
	if id := agent.Wait(2)[0].ClientID; id != "by-file" {
		t.Errorf("client ID is %q", id)
	}

	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_PROFILE", "mine")
	call(t, session.Options{Config: aws.Config{}, SharedConfigState: session.SharedConfigStateFromEnv})
	agent.WaitCalls(2)

	core.Get().Close()
	opts := session.Options{Profile: "", SharedConfigState: session.SharedConfigDisable}
	t.Setenv("AWS_PROFILE", "")
	if err := os.WriteFile(file, []byte(strings.Replace(text, "profile mine", "default", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	call(t, opts)
	if core.Get() != nil {
		t.Error("the shared config file was read, though the options say not to")
	}
	call(t, session.Options{})
	agent.WaitCalls(3)
}

func TestWrongSetting(t *testing.T) {
	unset(t)
	t.Setenv("AWS_CSM_ENABLED", "true")
	t.Setenv("AWS_CSM_PORT", "70000")
	sess, err := session.NewSession()
	var setting *core.ConfigError
	if !errors.As(err, &setting) || setting.Setting != "AWS_CSM_PORT" || !strings.Contains(err.Error(), "70000") {
		t.Errorf("error is %v", err)
	}
	if sess != nil {
		t.Error("there is a session with the error")
	}
}

// The SDK's own client would keep the program from having a session.
func TestAgentWhoseNameDoesNotResolve(t *testing.T) {
	unset(t)
	t.Setenv("AWS_CSM_ENABLED", "true")
	t.Setenv("AWS_CSM_HOST", "csm-agent.invalid")
	// In a process of its own, the SDK's client is to start the first time.
	if out, err := runChild(serve(t)); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

func TestHandlersOfTheSDKAreGone(t *testing.T) {
	unset(t)
	agent := csmtest.Start(t) // the SDK's own client sends here
	agent.Setenv()
	call(t, session.Options{})
	events := agent.Wait(2)
	call(t, session.Options{})
	events = agent.Wait(4)[len(events):]
	if events[1].FQDN != "" || events[0].FQDN == "" {
		t.Errorf("these are not our events: %+v", events)
	}
	if n := len(agent.Events()); n != 4 {
		t.Errorf("%d events, want 4", n)
	}
}

func TestNothingIsPrinted(t *testing.T) {
	agent := csmtest.Start(t)
	agent.Setenv()
	if out, err := runChild(serve(t)); err != nil || len(out) > 0 {
		t.Errorf("output %q, error %v", out, err)
	}
	agent.WantCalls("DynamoDB.ListTables")
}

// A program that makes one call and exits at once: its two events come, always.
func TestShortProgram(t *testing.T) {
	agent := csmtest.Start(t)
	agent.Setenv()
	endpoint := serve(t)
	const runs = 100
	for range runs {
		if out, err := runChild(endpoint); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if n := len(agent.Wait(2 * runs)); n != 2*runs {
		t.Errorf("%d events, want %d", n, 2*runs)
	}
}

// The SDK's own client, which the files start too, panics at the second.
func TestFilesThatDiffer(t *testing.T) {
	unset(t)
	for range 2 {
		agent := csmtest.Start(t)
		_, port, err := net.SplitHostPort(agent.Address())
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "config")
		text := "[profile aws_csm]\ncsm_enabled = true\ncsm_port = " + port + "\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		call(t, session.Options{SharedConfigFiles: []string{file}, SharedConfigState: session.SharedConfigEnable})
		agent.WantCalls("DynamoDB.ListTables")
	}
}
