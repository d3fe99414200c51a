package packet

// Error says why a packet was refused. It is comparable with errors.As.
type Error struct {
	// Code is the MQTT 5 reason code to answer with.
	Code Code
	// What is the fault in plain words, without the peer's own bytes.
	What string
}

// Error implements error.
func (e *Error) Error() string { return e.Code.String() + ": " + e.What }

func malformed(what string) *Error     { return &Error{Code: MalformedPacket, What: what} }
func protocolError(what string) *Error { return &Error{Code: ProtocolError, What: what} }
