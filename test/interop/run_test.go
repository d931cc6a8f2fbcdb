//go:build interop

package interop

import "testing"

func underRun(t *testing.T, s sender, moto, csm string) {}
