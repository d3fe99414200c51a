package payload

import (
	"bytes"
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

func BenchmarkSummary(b *testing.B) {
	for name, p := range map[string][]byte{
		"object": []byte(sixFields),
		"10MB":   bytes.Repeat([]byte("lorem ipsum "), 10<<20/12),
		"binary": bytes.Repeat([]byte{0, 1, 2, 0xff}, 1000),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Summary(p, 80)
			}
		})
	}
}

func BenchmarkPretty10MB(b *testing.B) {
	p := []byte("[" + strings.Repeat(sixFields+",", 10<<20/(len(sixFields)+1)) + "1]")
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		_, _, _ = Pretty(p, Limits{})
	}
}

func BenchmarkPosition(b *testing.B) {
	for name, p := range map[string][]byte{
		"position": []byte(sixFields),
		"reject":   []byte(`{"rpm":1450,"oil_temp_c":88.5,"fuel_pct":71}`),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Position(p)
			}
		})
	}
}
