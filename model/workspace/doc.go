// Package workspace reads and writes the workspace file: what an operator has
// composed, as versioned JSON that can be shared. So far that is boards with
// their tiles.
//
// A file that is broken or was written by a newer program is never overwritten,
// nor is one that another program has changed meanwhile: a [File] refuses to save
// then, and says why. What this version does not know in a file of its own
// format it keeps.
//
// Values are plain data without locks; a File may be used from any goroutine.
package workspace
