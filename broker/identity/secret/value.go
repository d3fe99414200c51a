package secret

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
)

// Redacted is what a [Value] shows of itself.
const Redacted = "[redacted]"

// Value is a secret. However it is printed, logged or encoded it shows
// [Redacted]; its bytes come out by [Value.Reveal] alone. The zero Value is
// empty.
type Value struct{ b []byte }

// NewValue makes a Value that owns b.
func NewValue(b []byte) Value { return Value{b} }

// Reveal is the secret itself. The slice must not be changed.
func (v Value) Reveal() []byte { return v.b }

// Empty tells that there is no secret.
func (v Value) Empty() bool { return len(v.b) == 0 }

// Equal compares two secrets in a time that depends on their lengths alone.
func (v Value) Equal(other Value) bool { return subtle.ConstantTimeCompare(v.b, other.b) == 1 }

// String implements fmt.Stringer.
func (v Value) String() string { return Redacted }

// GoString implements fmt.GoStringer.
func (v Value) GoString() string { return Redacted }

// Format implements fmt.Formatter, for every verb.
func (v Value) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(Redacted)) }

// MarshalText implements encoding.TextMarshaler, and so serves JSON too.
func (v Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// MarshalBinary implements encoding.BinaryMarshaler, and so serves gob too.
func (v Value) MarshalBinary() ([]byte, error) { return []byte(Redacted), nil }

// LogValue implements slog.LogValuer.
func (v Value) LogValue() slog.Value { return slog.StringValue(Redacted) }
