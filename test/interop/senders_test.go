//go:build interop

package interop

import (
	"path/filepath"
	"testing"
)

// A sender is a program that makes AWS calls with some SDK.
type sender struct {
	name    string   // the column of the tables in docs/sdks.md
	sdk     string   // what it is, for the table
	from    string   // where the suite has it from
	command []string // its script; the scenario is added
	env     []string
	codes   codes

	lingers   bool // it sends in the background and loses what it has not sent when it ends: it waits
	ours      bool // it is this project's client, which keeps to docs/protocol.md in all
	fakePages bool // its pages have 1,000 objects: the endpoint makes up smaller ones

	// adjust changes what is wanted of a scenario, where the sender does otherwise.
	adjust func(scenario string, want figures) figures
}

// want are the figures that a scenario has to have.
func (s sender) want(scenario string) figures {
	want := wanted(scenario, s.codes)
	if s.adjust != nil {
		want = s.adjust(scenario, want)
	}
	return want
}

// senders are all of them. That one is missing is a failure.
func senders(t *testing.T, cache string, built programs) []sender {
	t.Helper()
	script := func(name string) string {
		path, err := filepath.Abs(filepath.Join("senders", name))
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	python := codes{notFound: "404", refused: "EndpointConnectionError", timeout: "ReadTimeoutError", timeoutResult: "timeout"}
	java := codes{
		notFound: "404 Not Found", refused: "org.apache.http.conn.HttpHostConnectException",
		timeout: "java.net.SocketTimeoutException", timeoutResult: "timeout",
	}
	goV1 := codes{notFound: "NotFound", refused: "RequestError", timeout: "RequestError", timeoutResult: "connection_error"}
	venv := filepath.Join(cache, "python", "bin", "python")
	return []sender{
		{
			name: "awscli-v1", sdk: "AWS CLI 1", from: "PyPI",
			command: []string{"sh", script("cli.sh")}, env: []string{"INTEROP_AWS=" + filepath.Join(cache, "awscli", "bin", "aws")},
			codes: python, adjust: cli,
		},
		{
			name: "awscli-v2", sdk: "AWS CLI 2", from: "Debian 12",
			command: []string{"sh", script("cli.sh")}, env: []string{"INTEROP_AWS=/usr/bin/aws"},
			codes: python, adjust: cli,
		},
		{
			name: "boto3", sdk: "boto3 (Python)", from: "PyPI",
			command: []string{venv, script("sender.py")},
			codes:   python,
		},
		{
			name: "boto3-old", sdk: "boto3 (Python)", from: "Debian 12",
			command: []string{"/usr/bin/python3", script("sender.py")},
			codes:   python,
		},
		{
			name: "js-v2", sdk: "aws-sdk (JavaScript 2)", from: "npm",
			command: []string{"node", script("sender.js")},
			env: []string{
				"NODE_PATH=" + filepath.Join(cache, "javascript", "node_modules"),
				"AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE=1",
			},
			codes: codes{notFound: "NotFound", refused: "UnknownEndpoint", timeout: "TimeoutError", timeoutResult: "timeout"},
		},
		{
			name: "java-v1", sdk: "aws-java-sdk (Java 1)", from: "Maven Central",
			command: []string{"java", "-cp", filepath.Join(cache, "java-1.12.797") + ":" + filepath.Join(cache, "java-1.12.797", "*"), "Sender"},
			codes:   java, lingers: true,
		},
		{
			name: "java-v1-old", sdk: "aws-java-sdk (Java 1)", from: "Maven Central",
			command: []string{"java", "-cp", filepath.Join(cache, "java-1.11.400") + ":" + filepath.Join(cache, "java-1.11.400", "*"), "Sender"},
			codes:   java, lingers: true, adjust: oldJava,
		},
		{
			name: "ruby-v3", sdk: "aws-sdk (Ruby 3)", from: "Debian 12",
			command: []string{"ruby", script("sender.rb")},
			codes: codes{
				notFound: "NotFound", refused: "Seahorse::Client::NetworkingError",
				timeout: "Seahorse::Client::NetworkingError", timeoutResult: "connection_error",
			},
			adjust: ruby,
		},
		{
			name: "cpp", sdk: "aws-sdk-cpp (C++)", from: "PyPI, in pyarrow",
			command: []string{venv, script("cpp.py")}, fakePages: true,
			adjust: cPlusPlus,
		},
		{
			name: "go-v1", sdk: "aws-sdk-go (Go 1), its own client", from: "Go proxy",
			command: []string{built.gov1},
			codes:   goV1, lingers: true,
		},
		{
			name: "sdkv1", sdk: "aws-sdk-go (Go 1), this project's adapter", from: "Go proxy",
			command: []string{built.gov1},
			codes:   goV1, ours: true,
		},
		{
			name: "sdkv2", sdk: "aws-sdk-go-v2 (Go 2), this project's adapter", from: "Go proxy",
			command: []string{built.gov2},
			codes: codes{
				notFound: "NotFound", refused: "RequestSendError", timeout: "TimeoutError", timeoutResult: "timeout",
			},
			ours: true,
		},
	}
}
