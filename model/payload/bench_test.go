package payload

import (
	"strings"
	"testing"
)

const sixFields = `{"lat":50.76342,"lon":-1.29871,"sog":14.2,"cog":187.5,"hdg":189,"time":"2026-05-09T12:34:56Z","ok":true}`

func BenchmarkScan(b *testing.B) {
	for name, p := range map[string]string{
		"object": sixFields,
		"number": "21.5",
		"text":   "engine room: all well",
		"1MiB":   "[" + strings.Repeat(sixFields+",", 1<<20/(len(sixFields)+1)-1) + sixFields + "]",
	} {
		b.Run(name, func(b *testing.B) {
			var s Scanner
			payload := []byte(p)
			emit := func([]byte, float64) {}
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				_ = s.Scan(payload, emit)
			}
		})
	}
}

