package emoji

import (
	"encoding/binary"
	"errors"

	"github.com/go-text/typesetting/font/opentype"
)

// operand is a number of a dictionary that is written in five bytes, as places
// are: its value, and where that is.
type operand struct{ value, at int }

// dictionary lists the operators of one byte and their operands. Operands that are
// shorter than five bytes have a place of zero: nothing can be written there.
func dictionary(d []byte) map[byte][]operand {
	found := make(map[byte][]operand)
	var operands []operand
	for i := 0; i < len(d); {
		switch b := d[i]; {
		case b == 12: // an operator of two bytes
			operands = nil
			i += 2
		case b <= 21:
			found[b] = operands
			operands = nil
			i++
		case b == 28 && i+2 < len(d):
			operands = append(operands, operand{value: int(int16(binary.BigEndian.Uint16(d[i+1:])))})
			i += 3
		case b == 29 && i+4 < len(d):
			operands = append(operands, operand{value: int(int32(binary.BigEndian.Uint32(d[i+1:]))), at: i + 1})
			i += 5
		case b == 30: // a decimal number ends with a nibble of ones
			for i++; i < len(d) && d[i]&0x0f != 0x0f && d[i]>>4 != 0x0f; i++ {
			}
			operands = append(operands, operand{})
			i++
		case b >= 32 && b <= 246:
			operands = append(operands, operand{value: int(b) - 139})
			i++
		case b >= 247 && b <= 250 && i+1 < len(d):
			operands = append(operands, operand{value: (int(b)-247)*256 + int(d[i+1]) + 108})
			i += 2
		case b >= 251 && b <= 254 && i+1 < len(d):
			operands = append(operands, operand{value: -(int(b)-251)*256 - int(d[i+1]) - 108})
			i += 2
		default:
			return found
		}
	}
	return found
}

// Operators of an outline's program (technical note 5177).
const (
	opLine  = 5
	opCurve = 8
	opEnd   = 14
	opMove  = 21
)

// charstring writes an outline as a program, without the glyph's width, which is
// that of the table hmtx.
func charstring(segments []opentype.Segment) ([]byte, error) {
	var program []byte
	x, y := 0, 0
	for _, s := range segments {
		var op byte
		points := 1
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			op = opMove
		case opentype.SegmentOpLineTo:
			op = opLine
		case opentype.SegmentOpCubeTo:
			op, points = opCurve, 3
		default:
			return nil, errors.New("a quadratic curve is none of CFF's")
		}
		for _, p := range s.Args[:points] {
			toX, err := whole(p.X)
			if err != nil {
				return nil, err
			}
			toY, err := whole(p.Y)
			if err != nil {
				return nil, err
			}
			program = appendNumber(appendNumber(program, toX-x), toY-y)
			x, y = toX, toY
		}
		program = append(program, op)
	}
	return append(program, opEnd), nil
}

// appendNumber writes an operand of an outline's program.
func appendNumber(b []byte, n int) []byte {
	switch {
	case n >= -107 && n <= 107:
		return append(b, byte(n+139))
	case n >= 108 && n <= 1131:
		return append(b, byte((n-108)>>8+247), byte(n-108))
	case n >= -1131 && n <= -108:
		return append(b, byte((-n-108)>>8+251), byte(-n-108))
	default:
		return binary.BigEndian.AppendUint16(append(b, 28), uint16(int16(n)))
	}
}
