package enrol

import (
	"bytes"
	"testing"
)

// TestCode holds the code still: both sides have to agree across versions.
func TestCode(t *testing.T) {
	base := transcript{publicKey: []byte("key"), token: "token", authority: "print",
		deviceNonce: bytes.Repeat([]byte{1}, nonceSize), hubNonce: bytes.Repeat([]byte{2}, nonceSize)}
	if got, want := base.code(), "415 536"; got != want {
		t.Errorf("the code is %s, and was %s", got, want)
	}
	for what, change := range map[string]func(*transcript){
		"key":           func(x *transcript) { x.publicKey = []byte("kez") },
		"token":         func(x *transcript) { x.token = "tokem" },
		"authority":     func(x *transcript) { x.authority = "prinu" },
		"device nonce":  func(x *transcript) { x.deviceNonce = x.hubNonce },
		"hub nonce":     func(x *transcript) { x.hubNonce = x.deviceNonce },
		"a shift by 1":  func(x *transcript) { x.publicKey, x.token = []byte("keyt"), "oken" },
		"nonces turned": func(x *transcript) { x.deviceNonce, x.hubNonce = x.hubNonce, x.deviceNonce },
	} {
		other := base
		change(&other)
		if other.code() == base.code() {
			t.Errorf("another %s has the same code", what)
		}
	}
}

// TestCodesAreSpread counts that no first digit is rare.
func TestCodesAreSpread(t *testing.T) {
	var digits [10]int
	x := transcript{hubNonce: make([]byte, nonceSize)}
	for i := range 10_000 {
		x.hubNonce[0], x.hubNonce[1] = byte(i), byte(i>>8)
		digits[x.number()/100_000]++
	}
	for digit, n := range digits {
		if n < 800 || n > 1200 {
			t.Errorf("%d of 10000 codes begin with %d", n, digit)
		}
	}
}

func TestCommitment(t *testing.T) {
	key, nonce := []byte("key"), newNonce()
	c := commitment(key, nonce)
	if !opens(c, key, nonce) {
		t.Error("the nonce does not open its commitment")
	}
	if opens(c, []byte("kez"), nonce) || opens(c, key, newNonce()) || opens(c, key, nonce[1:]) || opens(c, key, nil) || opens(nil, key, nonce) {
		t.Error("something else opens it")
	}
}

func TestOutcomes(t *testing.T) {
	seen := make(map[string]bool)
	for o := range Outcome(outcomes) {
		back, ok := parseOutcome(o.wire())
		if !ok || back != o || seen[o.String()] || o.String() == "" {
			t.Errorf("%d: %q, %q, %v", o, o.wire(), o.String(), back)
		}
		seen[o.String()] = true
	}
	if Outcome(outcomes).String() != "unknown" {
		t.Error("an outcome beyond the last has a name")
	}
	if _, ok := parseOutcome("other"); ok {
		t.Error("there is an outcome of any name")
	}
}
