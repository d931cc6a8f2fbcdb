package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// shells are those that there is a completion script for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

// newCompletion makes csm completion.
func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion " + strings.Join(shells, "|"),
		Short: "print a script that completes csm's commands and flags in a shell",
		Long: `Print a script with which a shell completes the commands and flags of csm, and
what flags can be set to. Put it where the shell looks for such scripts, or load it
from the shell's own start-up file. In bash it needs the package bash-completion.`,
		Example: `  source <(csm completion bash)
  csm completion bash >~/.local/share/bash-completion/completions/csm
  csm completion zsh >"${fpath[1]}/_csm"
  csm completion fish >~/.config/fish/completions/csm.fish
  csm completion powershell | Out-String | Invoke-Expression`,
		DisableFlagsInUseLine: true,
		ValidArgs:             shells,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return &exitError{
					fmt.Errorf("one shell is wanted, not %q", strings.Join(args, " ")),
					"the shells are " + strings.Join(shells, ", ") + ": csm completion bash",
					exitUsage,
				}
			}
			out := c.OutOrStdout()
			switch args[0] {
			case "zsh":
				return c.Root().GenZshCompletion(out)
			case "fish":
				return c.Root().GenFishCompletion(out, true)
			case "powershell":
				return c.Root().GenPowerShellCompletionWithDesc(out)
			default:
				return c.Root().GenBashCompletionV2(out, true)
			}
		},
	}
}

// choices are the values that a flag can be set to, or some examples.
var choices = map[string][]string{
	"fail-on":       {"errors>0", "error-rate>1%", "throttled>0", "retries>0", "p99>200ms"},
	"log-level":     {"debug", "info", "warn", "error"},
	"log-format":    {"text", "json"},
	"otlp-protocol": {"http/protobuf", "grpc"},
}

// addCompletions tells cobra what can stand where, for all commands below c.
// A shell completes the names of files where the usage says file, and otherwise it
// would do so too where they are of no use.
func addCompletions(c *cobra.Command) {
	if c.ValidArgs == nil && c.ValidArgsFunction == nil && !strings.Contains(c.Use, "FILE") {
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		complete := cobra.FixedCompletions(choices[f.Name], cobra.ShellCompDirectiveNoFileComp)
		if name, _ := pflag.UnquoteUsage(f); name == "file" {
			complete = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
		}
		_ = c.RegisterFlagCompletionFunc(f.Name, complete) // the flag is there, and has none yet
	})
	for _, sub := range c.Commands() {
		addCompletions(sub)
	}
}

// completeProgram completes the name of a program in the PATH, and file names in its
// arguments.
func completeProgram(path string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) (names []string, _ cobra.ShellCompDirective) {
		if len(args) > 0 || strings.ContainsAny(begun, `/\`) {
			return nil, cobra.ShellCompDirectiveDefault
		}
		for _, dir := range filepath.SplitList(path) {
			files, err := os.ReadDir(dir)
			if err != nil { // the PATH often has some that are not there
				continue
			}
			for _, f := range files {
				if strings.HasPrefix(f.Name(), begun) && isProgram(filepath.Join(dir, f.Name())) {
					names = append(names, f.Name())
				}
			}
		}
		slices.Sort(names)
		return slices.Compact(names), cobra.ShellCompDirectiveDefault
	}
}

// isProgram tells whether a file can be executed, as far as that can be seen.
func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&fs.ModePerm&0o111 != 0)
}
