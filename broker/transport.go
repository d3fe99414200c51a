package broker

import (
	"crypto/tls"
	"net"
)

// transporter is a connection that knows what carries it.
type transporter interface{ Transport() string }

// transport is what carries a connection, for people: "TCP", "TLS 1.3",
// "WebSocket", "secure WebSocket", "Unix" or "in-process"; cipher is the name of
// the TLS cipher suite, empty without TLS. A connection with a method
// Transport() string says so itself. The TLS handshake must be over.
func transport(nc net.Conn) (name, cipher string) {
	if t, ok := nc.(interface{ ConnectionState() tls.ConnectionState }); ok {
		state := t.ConnectionState()
		name, cipher = tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)
	}
	if t, ok := nc.(transporter); ok {
		return t.Transport(), cipher
	}
	if name != "" || nc.RemoteAddr() == nil {
		return name, cipher
	}
	switch network := nc.RemoteAddr().Network(); network {
	case "tcp", "tcp4", "tcp6":
		return "TCP", ""
	case "unix":
		return "Unix", ""
	case "pipe", "memory":
		return inProcess, ""
	default:
		return network, ""
	}
}

// inProcess is the transport of sessions inside the process.
const inProcess = "in-process"
