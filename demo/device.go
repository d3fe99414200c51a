package demo

import (
	"crypto/tls"
	"fmt"
)

// Device is a vessel or buoy of the demo as a broker knows it.
type Device struct {
	// Name is the name to enrol it under, such as "wight-sun": letters, digits
	// and hyphens.
	Name     string
	ClientID string
	Kind     string // "ferry" or "buoy"
	// Root is the topic below which all its topics are.
	Root string
}

// Credentials are what a device connects with.
type Credentials struct {
	// BrokerURL is where to connect, in place of Options.BrokerURL if not empty.
	BrokerURL          string
	Username, Password string
	// TLS holds the device's certificate, and whom it trusts; it is for a URL
	// that begins with mqtts.
	TLS *tls.Config
}

// Format implements [fmt.Formatter], so that no secret is printed.
func (c Credentials) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "credentials of user %q", c.Username)
}

// Devices are all that [Demo.Run] connects.
func Devices() ([]Device, error) {
	chart, err := LoadChart()
	if err != nil {
		return nil, err
	}
	var all []Device
	for _, s := range Ships() {
		all = append(all, ferry(s))
	}
	for _, b := range chart.Buoys {
		all = append(all, marker(b))
	}
	return all, nil
}

func ferry(s Ship) Device {
	return Device{Name: s.ID, ClientID: "ferry-" + s.ID, Kind: "ferry", Root: "solent/ferries/" + s.ID}
}

func marker(b Buoy) Device {
	return Device{Name: b.ID, ClientID: "buoy-" + b.ID, Kind: "buoy", Root: "solent/buoys/" + b.ID}
}
