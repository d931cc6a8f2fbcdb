// Package sdkv1 tests the drop-in for aws-sdk-go v1 with the SDK's newest version.
package sdkv1
