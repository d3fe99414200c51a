package broker

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// encoder appends the fields of a record.
type encoder struct{ b []byte }

func (e *encoder) flags(flags ...bool) {
	var b byte
	for i, f := range flags {
		if f {
			b |= 1 << i
		}
	}
	e.b = append(e.b, b)
}

func (e *encoder) number(n uint64) { e.b = binary.AppendUvarint(e.b, n) }

// time appends t in nanoseconds since 1970, the zero time as 0.
func (e *encoder) time(t time.Time) {
	if t.IsZero() {
		e.number(0)
		return
	}
	e.number(uint64(t.UnixNano()))
}

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) bytes(b []byte) {
	e.number(uint64(len(b)))
	e.b = append(e.b, b...)
}

func (e *encoder) publisher(p *model.Publisher) {
	e.flags(p.TLS)
	e.text(p.ClientID)
	e.text(p.Identity)
	e.text(p.Addr)
}

var errRecord = errors.New("a record that makes no sense")

// decoder reads the fields of a record. After a fault it reads zeros.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail() {
	d.b, d.err = nil, errRecord
}

func (d *decoder) flags() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	f := d.b[0]
	d.b = d.b[1:]
	return f
}

func (d *decoder) fixed() uint64 {
	if len(d.b) < 8 {
		d.fail()
		return 0
	}
	n := binary.BigEndian.Uint64(d.b)
	d.b = d.b[8:]
	return n
}

func (d *decoder) number() uint64 {
	n, used := binary.Uvarint(d.b)
	if used <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[used:]
	return n
}

func (d *decoder) time() time.Time {
	n := d.number()
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n))
}

// bytes returns a copy.
func (d *decoder) bytes() []byte { return append([]byte(nil), d.raw()...) }

func (d *decoder) text() string { return string(d.raw()) }

func (d *decoder) raw() []byte {
	n := d.number()
	if n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	raw := d.b[:n]
	d.b = d.b[n:]
	return raw
}

func (d *decoder) publisher() model.Publisher {
	return model.Publisher{TLS: d.flags()&1 != 0, ClientID: d.text(), Identity: d.text(), Addr: d.text()}
}
