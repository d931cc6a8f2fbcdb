package cli

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newMan makes csm man.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIRECTORY",
		Short: "write the manual pages into a directory",
		Long: `Write the manual pages of csm and of each of its commands into a directory: csm.1,
csm-run.1, and so on. They say what --help says.`,
		Example: `  mkdir -p ~/.local/share/man/man1
  csm man ~/.local/share/man/man1
  man csm-run`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &exitError{
					errors.New("one directory is wanted"),
					"name the one that the pages go to, such as: csm man ~/.local/share/man/man1",
					exitUsage,
				}
			}
			c.Root().DisableAutoGenTag = true // it would have the date of today
			header := &doc.GenManHeader{Section: "1", Source: "csm " + release(), Manual: "csm manual", Date: built()}
			if err := doc.GenManTree(c.Root(), header, args[0]); err != nil {
				return &exitError{
					fmt.Errorf("the manual pages cannot be written: %w", err),
					"make the directory first: mkdir -p " + args[0],
					exitFailure,
				}
			}
			return nil
		},
	}
}

// built is the time of the source that csm was built from, or nil if it is not known.
func built() *time.Time {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if t, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return &t
			}
		}
	}
	return nil
}
