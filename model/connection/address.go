package connection

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/model"
)

// The schemes of an [Address].
const (
	SchemeMQTT  = "mqtt"
	SchemeMQTTS = "mqtts"
	SchemeWS    = "ws"
	SchemeWSS   = "wss"
)

// Schemes are the ways to reach a broker, in the order in which they are offered.
func Schemes() []string { return []string{SchemeMQTT, SchemeMQTTS, SchemeWS, SchemeWSS} }

// Address is where a broker is.
type Address struct {
	// Scheme is one of [Schemes].
	Scheme string
	// Host is a name or an IP address, without brackets.
	Host string
	// Port is a number from 1 to 65535.
	Port string
	// Path is that of a WebSocket, with its query; empty for the others.
	Path string
}

// HostPort is the address to dial.
func (a Address) HostPort() string { return net.JoinHostPort(a.Host, a.Port) }

// Secure tells whether TLS is spoken.
func (a Address) Secure() bool { return a.Scheme == SchemeMQTTS || a.Scheme == SchemeWSS }

// WebSocket tells whether MQTT is carried in a WebSocket.
func (a Address) WebSocket() bool { return a.Scheme == SchemeWS || a.Scheme == SchemeWSS }

// String is the address as it is shown: without the query, which may hold a
// secret.
func (a Address) String() string {
	path, _, _ := strings.Cut(a.Path, "?")
	return a.Scheme + "://" + a.HostPort() + path
}

// URL is the whole address, its query included.
func (a Address) URL() string { return a.Scheme + "://" + a.HostPort() + a.Path }

// DefaultPort is the usual port of a scheme.
func DefaultPort(scheme string) string {
	switch scheme {
	case SchemeMQTTS:
		return "8883"
	case SchemeWS:
		return "80"
	case SchemeWSS:
		return "443"
	}
	return "1883"
}

// schemeOf is the scheme by any of its names.
func schemeOf(name string) (scheme string, ok bool) {
	switch strings.ToLower(name) {
	case "mqtt", "tcp":
		return SchemeMQTT, true
	case "mqtts", "ssl", "tls":
		return SchemeMQTTS, true
	case "ws":
		return SchemeWS, true
	case "wss":
		return SchemeWSS, true
	}
	return "", false
}

// IsURL tells whether a text begins like the address of a broker.
func IsURL(text string) bool {
	scheme, _, found := strings.Cut(strings.TrimSpace(text), "://")
	_, known := schemeOf(scheme)
	return found && known
}

// ParseAddress reads a broker's URL: mqtt:// or tcp:// (port 1883 unless given),
// mqtts://, ssl:// or tls:// (8883), ws:// (80) or wss:// (443, path /mqtt unless
// given). User and password in it are returned apart, nil when there are none.
// Its errors never quote the text, which may hold a password.
func ParseAddress(text string) (Address, *url.Userinfo, error) {
	bad := func(fault error) (Address, *url.Userinfo, error) { return Address{}, nil, fault }
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Opaque != "" {
		return bad(model.Faultf("the address is not of the form mqtt://host:port"))
	}
	at := Address{Host: u.Hostname(), Port: u.Port()}
	var known bool
	if at.Scheme, known = schemeOf(u.Scheme); !known {
		return bad(model.Faultf("the address must start with mqtt://, mqtts://, ws:// or wss://"))
	}
	if at.Host == "" {
		return bad(model.Faultf("the address names no host"))
	}
	if at.Port == "" {
		at.Port = DefaultPort(at.Scheme)
	}
	if n, err := strconv.Atoi(at.Port); err != nil || n < 1 || n > 65535 {
		return bad(model.Faultf("the port must be from 1 to 65535"))
	}
	if at.WebSocket() {
		at.Path = u.RequestURI()
		if u.Path == "" {
			at.Path = "/mqtt" + strings.TrimPrefix(at.Path, "/")
		}
	} else if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return bad(model.Faultf("an address with mqtt:// or mqtts:// ends after the port"))
	}
	return at, u.User, nil
}
