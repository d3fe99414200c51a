package enrol

import (
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	token, mark := strings.Repeat("T", 26), strings.Repeat("0f", 32)
	for text, host := range map[string]string{
		"https://192.0.2.7:8884/enrol/#" + token + "." + mark:                       "192.0.2.7:8884",
		"  https://hub.example:8884/enrol/#" + token + "." + mark + "\n":            "hub.example:8884",
		"https://hub.example/enrol#" + token + "." + strings.ToUpper(mark):          "hub.example:443",
		"https://[2001:db8::7]:8884/enrol/#" + token + "." + mark:                   "[2001:db8::7]:8884",
		"HTTPS://hub.example:8884/enrol/#" + strings.Repeat("a-_9", 8) + "." + mark: "hub.example:8884",
	} {
		u, err := ParseURL(text)
		if err != nil || u.Host != host || u.Fingerprint != mark {
			t.Errorf("%q is %+v, %v", text, u, err)
			continue
		}
		if again, err := ParseURL(u.String()); err != nil || again != u {
			t.Errorf("%q came back as %+v, %v", u, again, err)
		}
	}
	for name, text := range map[string]string{
		"nothing":              "",
		"HTTP":                 "http://h:1/enrol/#" + token + "." + mark,
		"another path":         "https://h:1/other/#" + token + "." + mark,
		"a query":              "https://h:1/enrol/?x#" + token + "." + mark,
		"a user":               "https://u:p@h:1/enrol/#" + token + "." + mark,
		"no fragment":          "https://h:1/enrol/",
		"no fingerprint":       "https://h:1/enrol/#" + token,
		"a short fingerprint":  "https://h:1/enrol/#" + token + "." + mark[2:],
		"no hexadecimal":       "https://h:1/enrol/#" + token + "." + strings.Repeat("zz", 32),
		"a short token":        "https://h:1/enrol/#" + token[:15] + "." + mark,
		"a long token":         "https://h:1/enrol/#" + strings.Repeat("T", maxToken+1) + "." + mark,
		"a token with a space": "https://h:1/enrol/#" + token + "%20." + mark,
		"no host":              "https://:1/enrol/#" + token + "." + mark,
		"port 0":               "https://h:0/enrol/#" + token + "." + mark,
		"a port too high":      "https://h:65536/enrol/#" + token + "." + mark,
		"too long":             "https://" + strings.Repeat("h", maxURL) + ":1/enrol/#" + token + "." + mark,
	} {
		if u, err := ParseURL(text); err == nil {
			t.Errorf("%s: %+v", name, u)
		} else if strings.Contains(err.Error(), token) {
			t.Errorf("%s: %q tells the token", name, err)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("https://192.0.2.7:8884/enrol/#" + strings.Repeat("T", 26) + "." + strings.Repeat("0f", 32))
	f.Add("https://[::1%25eth0]:1/enrol#a.b")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := ParseURL(text)
		if err != nil {
			return
		}
		if again, err := ParseURL(u.String()); err != nil || again != u {
			t.Errorf("%q is %+v, which came back as %+v, %v", text, u, again, err)
		}
	})
}

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{"wight-sun": true, "A.b_9": true, ".a": true, strings.Repeat("a", 64): true,
		"": false, ".": false, "..": false, "a b": false, "a/b": false, "a+": false, "#": false, "\u00e9": false, strings.Repeat("a", 65): false} {
		if validName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
