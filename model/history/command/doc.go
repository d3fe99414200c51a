// Package command holds the commands of the program that are about history:
// export, import and replay. Each has the form of a main function with its
// surroundings given, and returns the exit status: 0 when all went well, 1 when
// it did not, 2 when it was called wrongly.
package command
