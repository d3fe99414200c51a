// Package bundle makes ready bundles for devices that cannot enrol by
// themselves: key, certificate and authority with a README and snippets that
// work as they are, for mosquitto_pub, Python, Arduino and Go. A bundle holds the
// device's key: whoever has it is the device.
//
// Functions may be called by several goroutines at once.
package bundle
