package identity

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/model"
)

// documents are registries to begin fuzzing with.
func documents(t testing.TB, d *document) (all [][]byte) {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, b, []byte("{}"), b[:len(b)/2], []byte(`{"format":2}`))
}

// crowd is a registry of n ferries.
func crowd(t testing.TB, n int) *Registry {
	t.Helper()
	r, err := Open(Options{Dir: t.TempDir(), Secrets: secret.Memory(), OpenLoopback: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	err = r.change("fill", func(d *document) error {
		for i := range n {
			name := fmt.Sprintf("ferry-%d", i)
			d.Identities[name] = record{Identity: Identity{Name: name, Root: "solent/ferries/" + name}}
		}
		d.Identities["anna"] = record{Identity: Identity{Name: "anna", Role: Operator}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// questions are those of the hot path, all allowed.
func questions(t testing.TB, r *Registry) map[string]func() error {
	t.Helper()
	ferry, anna, nobody := as("ferry-7"), as("anna"), &model.Publisher{ClientID: "x", Addr: "127.0.0.1:1"}
	const topic, command = "solent/ferries/ferry-7/position", "solent/ferries/ferry-7/command/horn"
	return map[string]func() error{
		"publish":           func() error { return r.Publish(ferry, topic, false) },
		"retain":            func() error { return r.Publish(ferry, topic, true) },
		"will":              func() error { return r.Will(ferry, topic, true) },
		"command":           func() error { return r.Publish(anna, command, false) },
		"deliver":           func() error { return r.Deliver(anna, ferry, topic) },
		"subscribe":         func() error { return r.Subscribe(ferry, "solent/ferries/ferry-7/#") },
		"anonymous deliver": func() error { return r.Deliver(nobody, nobody, "weather/wind") },
		"generation":        func() error { _ = r.Generation(); return nil },
	}
}

// TestAllowedCostsNoAllocation asks the hot path.
func TestAllowedCostsNoAllocation(t *testing.T) {
	r := crowd(t, 1_000)
	for name, ask := range questions(t, r) {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := testing.AllocsPerRun(100, func() { _ = ask() }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	ferry := as("ferry-7")
	if n := testing.AllocsPerRun(100, func() { _ = r.Publish(ferry, "solent/ferries/ferry-8/position", false) }); n != 0 {
		t.Errorf("denied: %v allocations", n)
	}
}

func BenchmarkAccess(b *testing.B) {
	r := crowd(b, 5_000)
	for name, ask := range questions(b, r) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = ask()
			}
		})
	}
}

// BenchmarkPut changes one identity of many: the whole registry is written.
func BenchmarkPut(b *testing.B) {
	for _, n := range []int{100, 5_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := crowd(b, n)
			for b.Loop() {
				if err := r.Put(Identity{Name: "ferry-7", Root: "solent/ferries/ferry-7", Kind: "ferry"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPassword checks one password.
func BenchmarkPassword(b *testing.B) {
	h := newHash("correct horse")
	b.ReportAllocs()
	for b.Loop() {
		if !h.matches([]byte("correct horse")) {
			b.Fatal("wrong")
		}
	}
}
