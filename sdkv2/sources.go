package sdkv2

import (
	"reflect"

	"github.com/go-csm/csm"
)

// chosenIn gives the profile and the config files that a program chose in code,
// as they are in the sources of its aws.Config. The SDK takes them from the first
// source that has them.
//
// The source is a config.LoadOptions. Its methods for the two are not exported,
// and its module would bring clients for several services with it, so that the
// fields are found by their names, which the SDK cannot change.
func chosenIn(sources []any) func(*csm.ConfigOptions) {
	return func(o *csm.ConfigOptions) {
		for _, source := range sources {
			v := reflect.Indirect(reflect.ValueOf(source))
			if v.Kind() != reflect.Struct {
				continue
			}
			if profile := v.FieldByName("SharedConfigProfile"); o.Profile == "" && profile.Kind() == reflect.String {
				o.Profile = profile.String()
			}
			if files := v.FieldByName("SharedConfigFiles"); o.Files == nil && files.Kind() == reflect.Slice && files.CanInterface() {
				o.Files, _ = files.Interface().([]string)
			}
		}
	}
}
