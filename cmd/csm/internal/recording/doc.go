// Package recording writes events to files and reads them back.
//
// A recording is JSON Lines: one event a line, as it is sent, with a member Host
// before the others that names the machine the recorder ran on. So each line says
// all that there is to know of it, and recordings can be joined, cut and filtered
// with any tool that knows lines. A file whose name ends in .zst holds the same
// lines as zstd frames. docs/recording.md has the format for users.
//
// A [Recorder] writes one file and rotates it. A [Reader] reads any number of
// files. It takes datagrams as SDKs send them, one a line, as well: events without
// a Host are normalized, and their access keys masked.
package recording
