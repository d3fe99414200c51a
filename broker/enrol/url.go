package enrol

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Path is where the enrolment endpoint is below its host.
const Path = "/enrol/"

// Bounds of what a URL may hold.
const (
	maxURL   = 1024
	minToken = 16
	maxToken = 128
)

// URL is an invitation: https://HOST:PORT/enrol/#TOKEN.FINGERPRINT.
type URL struct {
	// Host is the hub's address, host:port.
	Host string
	// Token is the secret that lets one device ask: 16 to 128 letters, digits,
	// hyphens and underscores.
	Token string
	// Fingerprint is the lower-case hexadecimal SHA-256 of the authority's
	// certificate (DER).
	Fingerprint string
}

// String is the URL as text. It holds the token.
func (u URL) String() string {
	return "https://" + u.Host + Path + "#" + u.Token + "." + u.Fingerprint
}

// ParseURL reads an invitation. Its errors never repeat the token.
func ParseURL(text string) (URL, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxURL {
		return URL{}, fmt.Errorf("the invitation is longer than %d characters: copy the whole command from Pilothouse, and nothing else", maxURL)
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "https" || parsed.User != nil || parsed.RawQuery != "" || strings.Trim(parsed.Path, "/") != strings.Trim(Path, "/") {
		return URL{}, errors.New("the invitation is not of the form https://HOST:PORT/enrol/#TOKEN.FINGERPRINT: " +
			"copy it from Pilothouse, in quotes if the shell takes # for a comment")
	}
	token, fingerprint, ok := strings.Cut(parsed.Fragment, ".")
	switch {
	case parsed.Fragment == "":
		return URL{}, errors.New("the part of the invitation after # is missing: put the URL in quotes")
	case !ok || !validToken(token):
		return URL{}, errors.New("the invitation's token is damaged: copy the whole URL from Pilothouse")
	}
	fingerprint = strings.ToLower(fingerprint)
	if raw, err := hex.DecodeString(fingerprint); err != nil || len(raw) != sha256.Size {
		return URL{}, errors.New("the invitation's fingerprint is not 64 hexadecimal digits: copy the whole URL from Pilothouse")
	}
	host, err := hostPort(parsed)
	if err != nil {
		return URL{}, err
	}
	return URL{Host: host, Token: token, Fingerprint: fingerprint}, nil
}

// hostPort is the address in u; without a port it is that of HTTPS.
func hostPort(u *url.URL) (string, error) {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || u.Hostname() == "" {
		return "", fmt.Errorf("the invitation's address %q is not HOST:PORT", u.Host)
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

func validToken(s string) bool {
	return len(s) >= minToken && len(s) <= maxToken && !strings.ContainsFunc(s, func(r rune) bool {
		return !isAlphanumeric(r) && r != '-' && r != '_'
	})
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// maxName is the length of the longest name of an identity.
const maxName = 64

// validName reports whether s can be the name of an identity: 1 to 64 ASCII
// letters, digits, dots, hyphens and underscores, not of dots alone.
func validName(s string) bool {
	return len(s) >= 1 && len(s) <= maxName && strings.Trim(s, ".") != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !isAlphanumeric(r) && r != '-' && r != '_' && r != '.'
	})
}

// Fingerprint is the lower-case hexadecimal SHA-256 of a certificate's DER.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}
