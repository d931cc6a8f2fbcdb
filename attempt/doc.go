// Package attempt reads from one HTTP attempt what client-side monitoring tells of
// it: from its request, its response, and its connection. The adapters for the
// SDKs are built on it; programs have no need of it.
package attempt
