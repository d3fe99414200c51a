package model

import "strings"

// compareNatural orders names as [lessNatural] does, and names that it holds to
// be equal ("a2" and "a02") by bytes, so that no two names tie.
func compareNatural(a, b string) int {
	switch {
	case lessNatural(a, b):
		return -1
	case lessNatural(b, a):
		return 1
	}
	return strings.Compare(a, b)
}

// lessNatural orders names as a person would: runs of digits by their value
// ("pump2" before "pump10"), everything else by bytes.
func lessNatural(a, b string) bool {
	for a != "" && b != "" {
		if isDigit(a[0]) && isDigit(b[0]) {
			da, ra := cutDigits(a)
			db, rb := cutDigits(b)
			if len(da) != len(db) {
				return len(da) < len(db)
			}
			if da != db {
				return da < db
			}
			a, b = ra, rb
			continue
		}
		if a[0] != b[0] {
			return a[0] < b[0]
		}
		a, b = a[1:], b[1:]
	}
	return len(a) < len(b)
}

// cutDigits splits the run of digits off the front of s, without its leading
// zeros, so that the length of two runs compares their values.
func cutDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	j := 0
	for j < i-1 && s[j] == '0' {
		j++
	}
	return s[j:i], s[i:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
