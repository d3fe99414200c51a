// Package hub is Pilothouse without its window: the broker with its listeners,
// the link to it or to a broker elsewhere, the model they feed, what is kept in
// the data folder, and the demo's fleet. The desktop program puts a window on
// it; the headless hub runs it as it is.
package hub
