package packet

import "fmt"

// Code is an MQTT 5 reason code (MQTT 5.0 section 2.4). Codes of 0x80 and above
// say that something failed.
type Code byte

// The reason codes. One value can have several names, by packet.
const (
	Success                     Code = 0x00
	NormalDisconnection         Code = 0x00
	GrantedQoS1                 Code = 0x01
	GrantedQoS2                 Code = 0x02
	DisconnectWithWill          Code = 0x04
	NoMatchingSubscribers       Code = 0x10
	NoSubscriptionExisted       Code = 0x11
	ContinueAuthentication      Code = 0x18
	ReAuthenticate              Code = 0x19
	UnspecifiedError            Code = 0x80
	MalformedPacket             Code = 0x81
	ProtocolError               Code = 0x82
	ImplementationSpecific      Code = 0x83
	UnsupportedProtocolVersion  Code = 0x84
	ClientIDNotValid            Code = 0x85
	BadUserNameOrPassword       Code = 0x86
	NotAuthorized               Code = 0x87
	ServerUnavailable           Code = 0x88
	ServerBusy                  Code = 0x89
	Banned                      Code = 0x8A
	ServerShuttingDown          Code = 0x8B
	BadAuthenticationMethod     Code = 0x8C
	KeepAliveTimeout            Code = 0x8D
	SessionTakenOver            Code = 0x8E
	TopicFilterInvalid          Code = 0x8F
	TopicNameInvalid            Code = 0x90
	PacketIDInUse               Code = 0x91
	PacketIDNotFound            Code = 0x92
	ReceiveMaximumExceeded      Code = 0x93
	TopicAliasInvalid           Code = 0x94
	PacketTooLarge              Code = 0x95
	MessageRateTooHigh          Code = 0x96
	QuotaExceeded               Code = 0x97
	AdministrativeAction        Code = 0x98
	PayloadFormatInvalid        Code = 0x99
	RetainNotSupported          Code = 0x9A
	QoSNotSupported             Code = 0x9B
	UseAnotherServer            Code = 0x9C
	ServerMoved                 Code = 0x9D
	SharedNotSupported          Code = 0x9E
	ConnectionRateExceeded      Code = 0x9F
	MaximumConnectTime          Code = 0xA0
	SubscriptionIDsNotSupported Code = 0xA1
	WildcardsNotSupported       Code = 0xA2
)

// Failed reports whether c says that something failed.
func (c Code) Failed() bool { return c >= 0x80 }

// String is the standard's name of c in lower case. 0x00 to 0x02 have several
// meanings; they are "success" and the granted QoS.
func (c Code) String() string {
	if name, ok := codeName(c); ok {
		return name
	}
	return fmt.Sprintf("reason code 0x%02X", byte(c))
}

func codeName(c Code) (string, bool) {
	failures := [...]string{"unspecified error", "malformed packet", "protocol error",
		"implementation specific error", "unsupported protocol version", "client identifier not valid",
		"bad user name or password", "not authorized", "server unavailable", "server busy", "banned",
		"server shutting down", "bad authentication method", "keep-alive timeout", "session taken over",
		"topic filter invalid", "topic name invalid", "packet identifier in use", "packet identifier not found",
		"receive maximum exceeded", "topic alias invalid", "packet too large", "message rate too high",
		"quota exceeded", "administrative action", "payload format invalid", "retain not supported",
		"QoS not supported", "use another server", "server moved", "shared subscriptions not supported",
		"connection rate exceeded", "maximum connect time", "subscription identifiers not supported",
		"wildcard subscriptions not supported"}
	if c >= 0x80 && int(c-0x80) < len(failures) {
		return failures[c-0x80], true
	}
	switch c {
	case Success:
		return "success", true
	case GrantedQoS1:
		return "granted QoS 1", true
	case GrantedQoS2:
		return "granted QoS 2", true
	case DisconnectWithWill:
		return "disconnect with will message", true
	case NoMatchingSubscribers:
		return "no matching subscribers", true
	case NoSubscriptionExisted:
		return "no subscription existed", true
	case ContinueAuthentication:
		return "continue authentication", true
	case ReAuthenticate:
		return "re-authenticate", true
	}
	return "", false
}

// ReturnCode is the CONNACK return code of MQTT 3.1.1 (section 3.2.2.3) that
// comes nearest to c. A code without a counterpart becomes 3, server
// unavailable.
func (c Code) ReturnCode() byte {
	switch c {
	case Success:
		return 0
	case UnsupportedProtocolVersion:
		return 1
	case ClientIDNotValid:
		return 2
	case BadUserNameOrPassword:
		return 4
	case NotAuthorized, Banned, BadAuthenticationMethod:
		return 5
	}
	return 3
}
