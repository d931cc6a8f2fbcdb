// Package command tests the built command together with real programs.
package command

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
)

// build builds a package of the workspace, and gives the program's name.
func build(t *testing.T, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(pkg))
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", program, pkg).CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return program
}

// A program makes calls; csm run shows them, and leaves its output alone.
func TestRunOfTheExamples(t *testing.T) {
	csm := build(t, "github.com/go-csm/csm/cmd/csm")
	for _, example := range []string{"s3", "s3v1"} {
		t.Run(example, func(t *testing.T) {
			program := build(t, "github.com/go-csm/csm/examples/"+example)
			cmd := exec.Command(csm, "run", "--", program)
			cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT")}
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, &stderr)
			}
			const want = "put 5 pictures\nlisted them in 3 pages\ngot one, and one was not there\n"
			if got := stdout.String(); got != want {
				t.Errorf("stdout is\n%swant\n%s", got, want)
			}
			for _, row := range []string{
				// name, calls, attempts, retries, errors, throttled
				`(?m)^csm: 11 calls to AWS, 12 attempts, in `,
				`(?m)^S3\.CreateBucket +1 +1 +0 +0 +0 `,
				`(?m)^S3\.PutObject +5 +6 +1 +0 +1 `,
				`(?m)^S3\.ListObjectsV2 +3 +3 +0 +0 +0 `,
				`(?m)^S3\.GetObject +2 +2 +0 +1 +0 `,
				`(?m)^total +11 +12 +1 +1 +1 `,
				// code, status, attempts, calls
				`(?m)^NoSuchKey +404 +1 +1 +S3\.GetObject`,
				`(?m)^SlowDown +503 +1 +0 +S3\.PutObject +Please reduce your request rate\.$`,
			} {
				if !regexp.MustCompile(row).Match(stderr.Bytes()) {
					t.Errorf("no %s in\n%s", row, &stderr)
				}
			}
			if bytes.Contains(stderr.Bytes(), []byte("not counted")) {
				t.Errorf("something got lost:\n%s", &stderr)
			}
		})
	}
}
