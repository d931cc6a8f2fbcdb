// Package settings fills the flags of a command that were not given from the
// environment and from a file, under the same names.
package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// Sources are where the values of flags come from, besides the command line.
type Sources struct {
	File     io.Reader // YAML; nil if there is none
	FileName string    // for errors
	Env      []string  // as os.Environ has it
	Prefix   string    // of the variables, such as "CSM_AGENT_"
	Reserved []string  // flags that the command line alone can set
}

// Fill sets the flags that were not set on the command line: from the variable
// PREFIX_NAME, else from the key name in the file, else not at all. A variable that
// is empty counts as not set. A list is written with commas in a variable, and as a
// YAML sequence or a single value in the file.
//
// A value that a flag does not take is an error that names the variable or the
// file and its line, and so is a key that is no flag. Variables that are none are
// left alone: the prefix can be somebody else's too, as where Kubernetes describes
// a service of that name. Nothing is undone after an error.
func Fill(flags *pflag.FlagSet, s Sources) error {
	keys, err := readFile(s)
	if err != nil {
		return err
	}
	for name, key := range keys {
		if flags.Lookup(name) == nil || slices.Contains(s.Reserved, name) {
			return fmt.Errorf("%s:%d: no setting is named %q%s", s.FileName, key.line, name, didYouMean(flags, s, name))
		}
	}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed || err != nil || slices.Contains(s.Reserved, f.Name) {
			return
		}
		if value := Variable(s.Env, s.Prefix, f.Name); value != "" {
			if e := flags.Set(f.Name, value); e != nil {
				err = fmt.Errorf("%s is %q: %w", VariableName(s.Prefix, f.Name), value, reason(e))
			}
			return
		}
		if key, ok := keys[f.Name]; ok {
			if e := set(flags, f, key.values); e != nil {
				err = fmt.Errorf("%s:%d: %s: %w", s.FileName, key.line, f.Name, reason(e))
			}
		}
	})
	return err
}

// VariableName is the environment variable of a flag: "series-idle" with the prefix
// "CSM_AGENT_" is CSM_AGENT_SERIES_IDLE.
func VariableName(prefix, flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Variable is the value of that variable in an environment, the last if it comes
// twice. It is empty if there is none.
func Variable(env []string, prefix, flag string) string {
	name := VariableName(prefix, flag)
	for _, variable := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}

// A key is what a file has under one name.
type key struct {
	values []string
	line   int
}

// readFile reads the keys of a file, which is one mapping without nesting.
func readFile(s Sources) (map[string]key, error) {
	if s.File == nil {
		return nil, nil
	}
	text, err := io.ReadAll(s.File)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", s.FileName, err)
	}
	var mapping map[string]yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&mapping); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", s.FileName, err)
	}
	keys := make(map[string]key)
	for name, node := range mapping {
		k := key{line: node.Line}
		nodes := []*yaml.Node{&node}
		if node.Kind == yaml.SequenceNode {
			nodes = node.Content
		}
		for _, n := range nodes {
			if n.Tag == "!!null" {
				return nil, fmt.Errorf("%s:%d: %s has no value; leave the line out", s.FileName, n.Line, name)
			}
			if n.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("%s:%d: %s is neither a value nor a list of values", s.FileName, n.Line, name)
			}
			k.values = append(k.values, n.Value)
		}
		keys[name] = k
	}
	return keys, nil
}

// set sets a flag to the values of a key.
func set(flags *pflag.FlagSet, f *pflag.Flag, values []string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		if err := list.Replace(values); err != nil {
			return err
		}
		f.Changed = true
		return nil
	}
	if len(values) != 1 {
		return errors.New("one value is wanted, not a list")
	}
	return flags.Set(f.Name, values[0])
}

// reason is what an error of a flag says besides the flag's name, which is none
// that the user has written.
func reason(err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return invalid.Unwrap()
	}
	return err
}

// didYouMean names the flags that are like a name.
func didYouMean(flags *pflag.FlagSet, s Sources, name string) string {
	best := ""
	flags.VisitAll(func(f *pflag.Flag) {
		alike := strings.HasPrefix(f.Name, name) || strings.HasPrefix(name, f.Name) ||
			strings.EqualFold(strings.ReplaceAll(f.Name, "-", ""), strings.NewReplacer("-", "", "_", "").Replace(name))
		if best == "" && alike && !slices.Contains(s.Reserved, f.Name) {
			best = f.Name
		}
	})
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
