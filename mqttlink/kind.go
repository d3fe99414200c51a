package mqttlink

// Kind is what sort of failure an [Error] is. It is an error itself, so that
// errors.Is(err, KindTLSExpired) tells.
type Kind uint8

// The kinds of failure, in the order in which a connection can meet them.
const (
	KindUse           Kind = iota + 1 // a method called as it must not be
	KindProfile                       // the connection's settings make no sense
	KindFile                          // a certificate or key file cannot be used
	KindName                          // the host name could not be found
	KindRefused                       // no one listens at that port
	KindUnreachable                   // no way to the host
	KindTimeout                       // no answer in time
	KindNotTLS                        // the other side does not speak TLS
	KindTLSNeeded                     // the other side speaks TLS only
	KindTLSVersion                    // no TLS version in common
	KindTLSAuthority                  // certificate signed by an unknown authority
	KindTLSExpired                    // certificate expired or not yet valid
	KindTLSHost                       // certificate is for other names
	KindTLSClient                     // our certificate is missing or refused
	KindTLS                           // any other TLS failure
	KindNotMQTT                       // the other side does not speak MQTT
	KindClosed                        // connection closed instead of an answer
	KindVersion                       // CONNACK 1: protocol version refused
	KindClientID                      // CONNACK 2: client identifier refused
	KindUnavailable                   // CONNACK 3: server unavailable
	KindCredentials                   // CONNACK 4: bad user name or password
	KindNotAuthorized                 // CONNACK 5: not authorised
	KindSubscription                  // a subscription was refused
	KindLost                          // connection lost
	KindKeepAlive                     // the broker stopped answering pings
	KindTakenOver                     // another client uses the same client ID
	KindTooLarge                      // a packet beyond the bound
	KindMalformed                     // a packet that breaks the protocol
	KindNotConnected                  // there is no connection to publish on
	KindMessage                       // a message that cannot be published
	KindPublish                       // a publish failed
	KindBroker                        // the bundled broker failed
)

// Error says in a few plain words what happened.
func (k Kind) Error() string { what, _ := k.words(); return what }

// words returns what happened, and what to do about it.
func (k Kind) words() (what, hint string) {
	if k <= KindTLS {
		return k.reachWords()
	}
	return k.sessionWords()
}

func (k Kind) reachWords() (what, hint string) {
	switch k {
	case KindUse:
		return "link used wrongly", ""
	case KindProfile:
		return "the connection's settings cannot be used", "Correct the settings."
	case KindFile:
		return "a certificate or key file cannot be used", "Check that the file exists, may be read, and is in PEM form."
	case KindName:
		return "the host name was not found", "Check its spelling, and that this computer is on the right network."
	case KindRefused:
		return "connection refused", "Is the broker running, and is this its port?"
	case KindUnreachable:
		return "the host cannot be reached", "Check the address and the network between."
	case KindTimeout:
		return "no answer in time", "Check the address and port, and that no firewall drops the connection."
	case KindNotTLS:
		return "the broker does not speak TLS at this port", "Use mqtt:// or ws://, or the broker's TLS port (often 8883)."
	case KindTLSNeeded:
		return "the broker wants TLS at this port", "Use mqtts:// or wss:// instead."
	case KindTLSVersion:
		return "the broker offers no TLS version that is still safe", "The broker must offer TLS 1.2 or later: update it."
	case KindTLSAuthority:
		return "the broker's certificate is signed by an authority this computer does not know",
			"If the broker has an authority of its own, name its certificate as CA file."
	case KindTLSExpired:
		return "the broker's certificate is not valid today", "Renew it, or correct this computer's clock."
	case KindTLSHost:
		return "the broker's certificate is for another name",
			"Connect by a name that the certificate holds, or set that name as server name."
	case KindTLSClient:
		return "the broker wants a client certificate that it trusts",
			"Set a client certificate and key that the broker's authority signed."
	}
	return "TLS failed", "Check the TLS settings at both sides."
}

func (k Kind) sessionWords() (what, hint string) {
	switch k {
	case KindNotMQTT:
		return "what answers there does not speak MQTT", "Check the port, and for WebSocket the path (often /mqtt)."
	case KindClosed:
		return "the connection was closed without an answer",
			"Check that the port is the broker's MQTT port, and whether it wants TLS; the broker's log may say more."
	case KindVersion:
		return "the broker refused MQTT 3.1.1 (code 1)", "Use a broker that speaks MQTT 3.1.1."
	case KindClientID:
		return "the broker refused the client ID (code 2)", "Choose another client ID."
	case KindUnavailable:
		return "the broker is not available now (code 3)", "Wait, or ask whoever runs it."
	case KindCredentials:
		return "the broker refused the user name or password (code 4)", "Check both."
	case KindNotAuthorized:
		return "the broker does not let this client in (code 5)", "Check user name and password, and the broker's access rules."
	case KindSubscription:
		return "a subscription was refused", "Ask for topics that the broker's access rules allow."
	case KindLost:
		return "the connection was lost", "It will be tried again."
	case KindKeepAlive:
		return "the broker stopped answering", "Check the network; the connection will be tried again."
	case KindTakenOver:
		return "the broker closes the connection again and again, as when two clients share one client ID",
			"Give each its own client ID."
	case KindTooLarge:
		return "the broker sent a packet beyond the size limit", "Raise the limit if you trust the broker."
	case KindMalformed:
		return "the broker broke the MQTT protocol", "Check what answers at this address."
	case KindNotConnected:
		return "not connected", "Wait until the link is up."
	case KindMessage:
		return "the message cannot be published", "Correct it."
	case KindPublish:
		return "the message was not accepted", "Try again."
	case KindBroker:
		return "the bundled broker failed", "Start the program again."
	}
	return "the link failed", ""
}
