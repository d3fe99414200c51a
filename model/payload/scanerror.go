package payload

// ScanError is why a [Scanner] could not read all of a payload. Its values are
// constants, so returning one allocates nothing even when payloads that fail
// arrive in floods; use [Check] for where and why JSON is broken.
type ScanError uint8

// The failures of a scan. After the first three nothing is emitted; after the
// others every field within the bounds is, and the rest is counted by
// [Scanner.Skipped].
const (
	// ErrTooLarge says that the payload is longer than the scanner's bound.
	ErrTooLarge ScanError = iota + 1
	// ErrTooDeep says that objects and arrays are nested beyond [MaxDepth].
	ErrTooDeep
	// ErrSyntax says that a payload that starts as JSON breaks its grammar.
	ErrSyntax
	// ErrFieldLimit says that some fields were left out: more than
	// [MaxFields] of them, array elements beyond [MaxElements], or names
	// beyond [MaxKeyBytes] or [MaxPointerBytes].
	ErrFieldLimit
	// ErrRange says that a number does not fit a float64.
	ErrRange
)

// Error says what is wrong in plain words.
func (e ScanError) Error() string {
	switch e {
	case ErrTooLarge:
		return "payload is too large to be searched for values"
	case ErrTooDeep:
		return "JSON is nested too deeply to be searched for values"
	case ErrSyntax:
		return "payload starts as JSON but is not valid JSON"
	case ErrFieldLimit:
		return "payload has more values, or longer names, than are kept"
	case ErrRange:
		return "a number is out of range"
	}
	return "payload could not be read"
}

// Partial reports whether the fields that could be read were emitted all the
// same.
func (e ScanError) Partial() bool { return e == ErrFieldLimit || e == ErrRange }

// Skipped counts what a [Scanner] left out since it was made.
type Skipped struct {
	// Fields is the number of fields beyond [MaxFields].
	Fields uint64
	// Elements is the number of array elements beyond [MaxElements].
	Elements uint64
	// Names is the number of fields whose name was beyond [MaxKeyBytes] or
	// [MaxPointerBytes].
	Names uint64
	// Range is the number of numbers that do not fit a float64.
	Range uint64
}
