package i18n

import "strconv"

// The categories of Unicode's CLDR that the languages here tell apart.
const (
	singular = "one"
	millions = "many"
	other    = "other"
)

// category is the plural category of a whole number in a language, by the
// cardinal rules of CLDR 38 and later.
func category(tag string, n int) string {
	n = max(n, -n)
	switch tag {
	case "en", "de":
		if n == 1 {
			return singular
		}
	case "es", "fr":
		switch {
		case n == 1 || n == 0 && tag == "fr":
			return singular
		case n != 0 && n%1_000_000 == 0:
			return millions
		}
	}
	return other
}

// Count groups the digits of a count by three: with a comma in English, Japanese
// and Chinese, and elsewhere, where a comma or a point would be taken for the
// decimal sign, with the narrow space of ISO 80000-1.
func Count[I int | uint64](n I) string {
	s := strconv.FormatUint(uint64(max(n, 0)), 10)
	group := ","
	switch Current().Tag {
	case "de", "es", "fr":
		group = "\u202f"
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + group + s[i:]
	}
	return s
}
