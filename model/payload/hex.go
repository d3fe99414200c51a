package payload

// HexRowBytes is how many bytes a row of [Hex] shows.
const HexRowBytes = 16

// maxHexRows bounds one call of [Hex].
const maxHexRows = 4096

// HexRows is the number of rows that a payload of n bytes takes.
func HexRows(n int) int { return (n + HexRowBytes - 1) / HexRowBytes }

// Hex shows rows of payload, from the row that holds offset: the offset in
// hexadecimal, sixteen bytes, and the same as ASCII with a dot for what does
// not print. Rows beyond the payload are left out; a call shows 4,096 at most.
func Hex(payload []byte, offset, rows int) string {
	start := max(offset, 0) / HexRowBytes * HexRowBytes
	if start >= len(payload) || rows <= 0 {
		return ""
	}
	end := min(len(payload), start+min(rows, maxHexRows)*HexRowBytes)
	out := make([]byte, 0, HexRows(end-start)*79)
	for ; start < end; start += HexRowBytes {
		out = appendHexRow(out, payload[start:min(start+HexRowBytes, end)], start)
	}
	return string(out)
}

func appendHexRow(out, row []byte, offset int) []byte {
	const digits = "0123456789abcdef"
	for shift := 28; shift >= 0; shift -= 4 {
		out = append(out, digits[offset>>shift&15])
	}
	for i := range HexRowBytes {
		if i%8 == 0 {
			out = append(out, ' ')
		}
		if i < len(row) {
			out = append(out, ' ', digits[row[i]>>4], digits[row[i]&15])
		} else {
			out = append(out, "   "...)
		}
	}
	out = append(out, "  |"...)
	for _, c := range row {
		if c < ' ' || c >= 0x7f {
			c = '.'
		}
		out = append(out, c)
	}
	return append(out, "|\n"...)
}
