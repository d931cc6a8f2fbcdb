// Csm shows the AWS calls of programs whose SDK has client-side monitoring.
//
//	csm run -- aws s3 ls    run a program, then show what it called
//	csm tail                show events as they come
//	csm report csm.jsonl    show what was recorded
//
// See csm --help.
package main

import (
	"os"

	"github.com/go-csm/csm/cmd/csm/internal/cli"
)

func main() {
	os.Exit(cli.Main(cli.Process{
		Args:   os.Args[1:],
		Env:    os.Environ(),
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
	}))
}
