// Package security tests what docs/security.md claims of the built command.
package security
