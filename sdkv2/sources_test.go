package sdkv2

import (
	"reflect"
	"testing"

	"github.com/go-csm/csm"
)

// loadOptions and envConfig have what those of the SDK's config module have.
type loadOptions struct {
	SharedConfigProfile string
	SharedConfigFiles   []string
}

type envConfig struct {
	SharedConfigProfile string
	SharedConfigFile    string
}

type hidden struct{ sharedConfigProfile, SharedConfigFiles any }

type otherKinds struct {
	SharedConfigProfile int
	SharedConfigFiles   []int
}

func TestProfileAndFilesAreThoseOfTheFirstSourceThatHasThem(t *testing.T) {
	tests := []struct {
		name    string
		sources []any
		want    csm.ConfigOptions
	}{
		{"no sources", nil, csm.ConfigOptions{}},
		{"both", []any{loadOptions{"p", []string{"f"}}}, csm.ConfigOptions{Profile: "p", Files: []string{"f"}}},
		{"both, behind a pointer", []any{&loadOptions{"p", []string{"f"}}}, csm.ConfigOptions{Profile: "p", Files: []string{"f"}}},
		{"no files, which is not none chosen", []any{loadOptions{"", []string{}}}, csm.ConfigOptions{Files: []string{}}},
		{"from two sources", []any{loadOptions{"", []string{"f"}}, envConfig{"q", "g"}}, csm.ConfigOptions{Profile: "q", Files: []string{"f"}}},
		{"the first of two", []any{loadOptions{"p", nil}, envConfig{"q", "g"}}, csm.ConfigOptions{Profile: "p"}},
		{"the first of two that have files", []any{loadOptions{"p", []string{"f"}}, loadOptions{"q", []string{"g"}}}, csm.ConfigOptions{Profile: "p", Files: []string{"f"}}},
		{"sources of other kinds", []any{nil, 1, "s", (*loadOptions)(nil), hidden{"p", "f"}, otherKinds{1, []int{1}}}, csm.ConfigOptions{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got csm.ConfigOptions
			chosenIn(test.sources)(&got)
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("options are %#v, want %#v", got, test.want)
			}
		})
	}
}
