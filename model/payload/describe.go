package payload

import (
	"bytes"
	"strings"
)

// Kind is what a payload is.
type Kind uint8

// The kinds of payload.
const (
	KindEmpty Kind = iota
	KindNumber
	KindBool
	KindNull
	KindObject // JSON
	KindArray  // JSON
	KindString // JSON
	KindBrokenJSON
	KindText
	KindPNG
	KindJPEG
	KindGIF
	KindBinary
)

// String names the kind as it is shown.
func (k Kind) String() string {
	return [...]string{"empty", "number", "yes or no", "null", "JSON object", "JSON array", "JSON string",
		"broken JSON", "text", "PNG image", "JPEG image", "GIF image", "binary"}[min(k, KindBinary)]
}

// Image reports whether a payload of this kind is a picture.
func (k Kind) Image() bool { return k == KindPNG || k == KindJPEG || k == KindGIF }

// JSON reports whether a payload of this kind is a JSON text of more than one
// word.
func (k Kind) JSON() bool { return k == KindObject || k == KindArray || k == KindString }

// ContentType is the MQTT 5 content type of a message (section 3.3.2.3.9), a
// MIME type by custom, or empty.
type ContentType string

// is reports whether the MIME type is t, whatever its parameters.
func (c ContentType) is(t string) bool {
	name, _, _ := strings.Cut(string(c), ";")
	return strings.EqualFold(strings.TrimSpace(name), t)
}

// Document is what is known about a payload as a whole.
type Document struct {
	Kind Kind
	// Size is the payload's length in bytes.
	Size int
	// Summary is the payload in a line, of at most [SummaryRunes] characters.
	Summary string
	// Err is where broken JSON is broken, else nil.
	Err *SyntaxError
}

// Describe says what payload is. A hint of text/plain keeps text from being
// taken for JSON, and application/octet-stream anything from being taken for
// text; other hints say nothing that the bytes do not.
func Describe(payload []byte, hint ContentType) Document {
	d := Document{Size: len(payload), Summary: Summary(payload, SummaryRunes)}
	d.Kind, d.Err = classify(payload, hint)
	return d
}

func classify(payload []byte, hint ContentType) (Kind, *SyntaxError) {
	if len(payload) == 0 {
		return KindEmpty, nil
	}
	if kind, ok := image(payload); ok {
		return kind, nil
	}
	if hint.is("application/octet-stream") {
		return KindBinary, nil
	}
	trimmed := trimSpace(payload)
	if len(trimmed) > 0 && !hint.is("text/plain") {
		if kind, ok := word(trimmed); ok {
			return kind, nil
		}
		if c := trimmed[0]; looksStructured(trimmed) {
			if err := Check(payload); err != nil {
				if !isText(payload, false) {
					return KindBinary, nil
				}
				return KindBrokenJSON, err
			}
			if c == '{' {
				return KindObject, nil
			}
			return KindArray, nil
		} else if c == '"' && Check(trimmed) == nil {
			return KindString, nil
		}
	}
	if isText(payload, false) {
		return KindText, nil
	}
	return KindBinary, nil
}

// word recognises payloads of one number or word.
func word(trimmed []byte) (Kind, bool) {
	switch string(trimmed) {
	case "true", "false":
		return KindBool, true
	case "null":
		return KindNull, true
	}
	if _, isNumber, _ := plainNumber(trimmed); isNumber {
		return KindNumber, true
	}
	return 0, false
}

// image recognises pictures by their first bytes.
func image(b []byte) (Kind, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return KindPNG, true
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return KindJPEG, true
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return KindGIF, true
	}
	return 0, false
}
