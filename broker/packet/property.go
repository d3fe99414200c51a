package packet

// Property is an MQTT 5 property identifier (MQTT 5.0 section 2.2.2.2).
type Property byte

// The properties.
const (
	PayloadFormat         Property = 0x01
	MessageExpiry         Property = 0x02
	ContentType           Property = 0x03
	ResponseTopic         Property = 0x08
	CorrelationData       Property = 0x09
	SubscriptionID        Property = 0x0B
	SessionExpiry         Property = 0x11
	AssignedClientID      Property = 0x12
	ServerKeepAlive       Property = 0x13
	AuthMethod            Property = 0x15
	AuthData              Property = 0x16
	RequestProblemInfo    Property = 0x17
	WillDelay             Property = 0x18
	RequestResponseInfo   Property = 0x19
	ResponseInfo          Property = 0x1A
	ServerReference       Property = 0x1C
	ReasonString          Property = 0x1F
	ReceiveMaximum        Property = 0x21
	TopicAliasMaximum     Property = 0x22
	TopicAlias            Property = 0x23
	MaximumQoS            Property = 0x24
	RetainAvailable       Property = 0x25
	UserProperties        Property = 0x26
	MaximumPacketSize     Property = 0x27
	WildcardAvailable     Property = 0x28
	SubscriptionIDAllowed Property = 0x29
	SharedAvailable       Property = 0x2A

	lastProperty = SharedAvailable
)

// kind is the wire format of a property's value.
type kind byte

const (
	unknown kind = iota
	oneByte
	twoBytes
	fourBytes
	variable
	utf8Text
	binaryData
	textPair
)

// willBlock stands for the properties of a will, which are a set of their own
// inside CONNECT.
const willBlock Type = 0

// rule says how a property is written and which packets may carry it.
type rule struct {
	kind    kind
	packets uint16 // one bit for each Type, bit 0 for a will
}

func in(types ...Type) (mask uint16) {
	for _, t := range types {
		mask |= 1 << t
	}
	return mask
}

// ruleOf is MQTT 5.0 table 2-4.
func ruleOf(p Property) rule {
	switch p {
	case PayloadFormat:
		return rule{oneByte, in(PUBLISH, willBlock)}
	case MessageExpiry:
		return rule{fourBytes, in(PUBLISH, willBlock)}
	case ContentType, ResponseTopic:
		return rule{utf8Text, in(PUBLISH, willBlock)}
	case CorrelationData:
		return rule{binaryData, in(PUBLISH, willBlock)}
	case SubscriptionID:
		return rule{variable, in(PUBLISH, SUBSCRIBE)}
	case WillDelay:
		return rule{fourBytes, in(willBlock)}
	case TopicAlias:
		return rule{twoBytes, in(PUBLISH)}
	case UserProperties:
		return rule{textPair, ^in(PINGREQ, PINGRESP)}
	case ReasonString:
		return rule{utf8Text, in(CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH)}
	}
	return connectionRule(p)
}

// connectionRule covers the properties of CONNECT, CONNACK, DISCONNECT and AUTH.
func connectionRule(p Property) rule {
	switch p {
	case SessionExpiry:
		return rule{fourBytes, in(CONNECT, CONNACK, DISCONNECT)}
	case AssignedClientID, ResponseInfo:
		return rule{utf8Text, in(CONNACK)}
	case ServerKeepAlive:
		return rule{twoBytes, in(CONNACK)}
	case AuthMethod:
		return rule{utf8Text, in(CONNECT, CONNACK, AUTH)}
	case AuthData:
		return rule{binaryData, in(CONNECT, CONNACK, AUTH)}
	case RequestProblemInfo, RequestResponseInfo:
		return rule{oneByte, in(CONNECT)}
	case ServerReference:
		return rule{utf8Text, in(CONNACK, DISCONNECT)}
	case ReceiveMaximum, TopicAliasMaximum:
		return rule{twoBytes, in(CONNECT, CONNACK)}
	case MaximumQoS, RetainAvailable, WildcardAvailable, SubscriptionIDAllowed, SharedAvailable:
		return rule{oneByte, in(CONNACK)}
	case MaximumPacketSize:
		return rule{fourBytes, in(CONNECT, CONNACK)}
	}
	return rule{}
}

// slot is the index of a text or binary property in Properties.text.
func slot(p Property) int {
	switch p {
	case ContentType:
		return 0
	case ResponseTopic:
		return 1
	case CorrelationData:
		return 2
	case AssignedClientID:
		return 3
	case AuthMethod:
		return 4
	case AuthData:
		return 5
	case ResponseInfo:
		return 6
	case ServerReference:
		return 7
	}
	return 8 // ReasonString
}
