package sdkv1

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	sdkPackage = "github.com/aws/aws-sdk-go/aws/csm"
	ourPackage = "github.com/go-csm/csm/sdkv1/csm"
)

// The SDK's own tests of its package, with the import path changed, pass with
// ours. Left out are those of what it does not export: its channel, and the type
// that it encodes.
func TestSDKsOwnTests(t *testing.T) {
	files := []string{"address_test.go", "enable_test.go", "example_test.go", "reporter_test.go"}
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	from, to := packageDir(t, sdkPackage), packageDir(t, ourPackage)
	ours, err := filepath.Glob(filepath.Join(to, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range ours { // out of the way
		overlay.Replace[name] = ""
	}
	for _, name := range files {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		changed := filepath.Join(dir, name)
		text := strings.ReplaceAll(string(b), `"`+sdkPackage+`"`, `"`+ourPackage+`"`)
		if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(to, name)] = changed
	}
	b, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, b, 0o600); err != nil {
		t.Fatal(err)
	}

	out, err := exec.Command("go", "test", "-count=1", "-v", "-overlay="+list, ourPackage).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"TestAddressWithDefaults", "TestDifferentParams", "TestReportingMetrics"} {
		if !strings.Contains(string(out), "--- PASS: "+name+" ") {
			t.Errorf("%s did not run:\n%s", name, out)
		}
	}
}

// packageDir is the folder of a package's source.
func packageDir(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", name).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", name, err)
	}
	return strings.TrimSpace(string(out))
}
