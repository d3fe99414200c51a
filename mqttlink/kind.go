package mqttlink

import "github.com/pilothouse/pilothouse/model"

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
func (k Kind) Error() string { what, _ := k.words(); return what.String() }

// words returns what happened, and what to do about it.
func (k Kind) words() (what, hint model.Phrase) {
	if k <= KindTLS {
		return k.reachWords()
	}
	return k.sessionWords()
}

func (k Kind) reachWords() (what, hint model.Phrase) {
	switch k {
	case KindUse:
		return model.Sayf("link used wrongly"), model.Phrase{}
	case KindProfile:
		return model.Sayf("the connection's settings cannot be used"), model.Sayf("Correct the settings.")
	case KindFile:
		return model.Sayf("a certificate or key file cannot be used"), model.Sayf("Check that the file exists, may be read, and is in PEM form.")
	case KindName:
		return model.Sayf("the host name was not found"), model.Sayf("Check its spelling, and that this computer is on the right network.")
	case KindRefused:
		return model.Sayf("connection refused"), model.Sayf("Is the broker running, and is this its port?")
	case KindUnreachable:
		return model.Sayf("the host cannot be reached"), model.Sayf("Check the address and the network between.")
	case KindTimeout:
		return model.Sayf("no answer in time"), model.Sayf("Check the address and port, and that no firewall drops the connection.")
	case KindNotTLS:
		return model.Sayf("the broker does not speak TLS at this port"), model.Sayf("Use mqtt:// or ws://, or the broker's TLS port (often 8883).")
	case KindTLSNeeded:
		return model.Sayf("the broker wants TLS at this port"), model.Sayf("Use mqtts:// or wss:// instead.")
	case KindTLSVersion:
		return model.Sayf("the broker offers no TLS version that is still safe"), model.Sayf("The broker must offer TLS 1.2 or later: update it.")
	case KindTLSAuthority:
		return model.Sayf("the broker's certificate is signed by an authority this computer does not know"),
			model.Sayf("If the broker has an authority of its own, name its certificate as CA file.")
	case KindTLSExpired:
		return model.Sayf("the broker's certificate is not valid today"), model.Sayf("Renew it, or correct this computer's clock.")
	case KindTLSHost:
		return model.Sayf("the broker's certificate is for another name"),
			model.Sayf("Connect by a name that the certificate holds, or set that name as server name.")
	case KindTLSClient:
		return model.Sayf("the broker wants a client certificate that it trusts"),
			model.Sayf("Set a client certificate and key that the broker's authority signed.")
	}
	return model.Sayf("TLS failed"), model.Sayf("Check the TLS settings at both sides.")
}

func (k Kind) sessionWords() (what, hint model.Phrase) {
	switch k {
	case KindNotMQTT:
		return model.Sayf("what answers there does not speak MQTT"), model.Sayf("Check the port, and for WebSocket the path (often /mqtt).")
	case KindClosed:
		return model.Sayf("the connection was closed without an answer"),
			model.Sayf("Check that the port is the broker's MQTT port, and whether it wants TLS; the broker's log may say more.")
	case KindVersion:
		return model.Sayf("the broker refused MQTT 3.1.1 (code 1)"), model.Sayf("Use a broker that speaks MQTT 3.1.1.")
	case KindClientID:
		return model.Sayf("the broker refused the client ID (code 2)"), model.Sayf("Choose another client ID.")
	case KindUnavailable:
		return model.Sayf("the broker is not available now (code 3)"), model.Sayf("Wait, or ask whoever runs it.")
	case KindCredentials:
		return model.Sayf("the broker refused the user name or password (code 4)"), model.Sayf("Check both.")
	case KindNotAuthorized:
		return model.Sayf("the broker does not let this client in (code 5)"), model.Sayf("Check user name and password, and the broker's access rules.")
	case KindSubscription:
		return model.Sayf("a subscription was refused"), model.Sayf("Ask for topics that the broker's access rules allow.")
	case KindLost:
		return model.Sayf("the connection was lost"), model.Sayf("It will be tried again.")
	case KindKeepAlive:
		return model.Sayf("the broker stopped answering"), model.Sayf("Check the network; the connection will be tried again.")
	case KindTakenOver:
		return model.Sayf("the broker closes the connection again and again, as when two clients share one client ID"),
			model.Sayf("Give each its own client ID.")
	case KindTooLarge:
		return model.Sayf("the broker sent a packet beyond the size limit"), model.Sayf("Raise the limit if you trust the broker.")
	case KindMalformed:
		return model.Sayf("the broker broke the MQTT protocol"), model.Sayf("Check what answers at this address.")
	case KindNotConnected:
		return model.Sayf("not connected"), model.Sayf("Wait until the link is up.")
	case KindMessage:
		return model.Sayf("the message cannot be published"), model.Sayf("Correct it.")
	case KindPublish:
		return model.Sayf("the message was not accepted"), model.Sayf("Try again.")
	case KindBroker:
		return model.Sayf("the bundled broker failed"), model.Sayf("Start the program again.")
	}
	return model.Sayf("the link failed"), model.Phrase{}
}
