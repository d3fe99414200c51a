package listen

// Reason is why a WebSocket handshake was refused.
type Reason int

// The reasons.
const (
	OriginRefused      Reason = iota // a web page that is not on the list
	HostRefused                      // a name that is not on the list, as in DNS rebinding
	PathUnknown                      // answered 404
	NotWebSocket                     // plain HTTP, answered 426, or a broken handshake
	SubprotocolMissing               // the client does not offer "mqtt" [MQTT-6.0.0-3]
	TooManyHandshakes                // closed unanswered
	HandshakeFailed                  // not complete in time, not HTTP, or given up
)

// String is the reason in a few words.
func (r Reason) String() string {
	switch r {
	case OriginRefused:
		return "Origin refused"
	case HostRefused:
		return "Host refused"
	case PathUnknown:
		return "unknown path"
	case NotWebSocket:
		return "not a WebSocket request"
	case SubprotocolMissing:
		return "the subprotocol mqtt is not offered"
	case TooManyHandshakes:
		return "too many handshakes at once"
	case HandshakeFailed:
		return "the handshake was not completed"
	}
	return "unknown reason"
}

// Refusal is a connection that did not become a WebSocket.
type Refusal struct {
	Addr   string // of the client
	Reason Reason
	// Origin and Host are what the request said, cut to 256 bytes; empty when
	// there was no request.
	Origin, Host string
	// Err is what ended the handshake, nil when that is not known. It tells a
	// failure of TLS from silence.
	Err error
}

// maxQuoted is the length to which header fields are cut in a Refusal.
const maxQuoted = 256

func quoted(s string) string { return s[:min(len(s), maxQuoted)] }
