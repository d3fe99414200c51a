// Package connection describes brokers elsewhere: their addresses, the profiles
// by which they are reached, the file in which profiles are kept, and the steps
// of a trial connection. It touches neither the network nor secrets: a profile
// tells that a password is kept, never which.
package connection
