package mqttlink

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/connection"
)

// Defaults and bounds of a [Profile].
const (
	DefaultKeepAlive = connection.DefaultKeepAlive
	// DefaultMaxPacket is the largest MQTT packet taken from a broker, in bytes.
	DefaultMaxPacket = 16 << 20
	// MinMaxPacket is the least that MaxPacket may be set to.
	MinMaxPacket = 1 << 10
	// MaxFilters is how many subscriptions a profile may hold.
	MaxFilters = connection.MaxFilters
)

// Profile is how to reach a broker. Only URL is needed.
type Profile struct {
	Name string `json:"name,omitempty"`
	// URL is the broker's address: mqtt:// or tcp:// (port 1883 unless given),
	// mqtts:// or ssl:// (8883), ws:// (80) or wss:// (443, path /mqtt unless
	// given). A user and password in it count as if given below.
	URL string `json:"url"`
	// ClientID is the MQTT client identifier; when empty, each [Remote] makes
	// a random one and keeps it.
	ClientID string `json:"client_id,omitempty"`
	User     string `json:"user,omitempty"`
	// Password is not written with the profile.
	Password Secret `json:"-"`
	// KeepAlive is the longest silence, in whole seconds from 1 s to 18 h;
	// zero means [DefaultKeepAlive].
	KeepAlive time.Duration `json:"keep_alive,omitempty"`
	// CAFile holds, in PEM form, the authorities to trust instead of those of
	// the system.
	CAFile string `json:"ca_file,omitempty"`
	// Trusted holds, in PEM form, a certificate to trust instead of the system's
	// authorities: that of an authority, or the broker's own.
	Trusted string `json:"trusted,omitempty"`
	// CertFile and KeyFile hold the client certificate and its key, in PEM form.
	CertFile string `json:"cert_file,omitempty"`
	KeyFile  string `json:"key_file,omitempty"`
	// ServerName is the name to expect in the broker's certificate, when it is
	// not the host of the URL.
	ServerName string `json:"server_name,omitempty"`
	// Filters are what to subscribe to; none means "#".
	Filters []string `json:"filters,omitempty"`
	// QoS is the quality of service of the subscriptions.
	QoS byte `json:"qos,omitempty"`
	// MaxPacket is the largest packet to take, in bytes; zero means
	// [DefaultMaxPacket].
	MaxPacket int `json:"max_packet,omitempty"`
}

// prepare fills in the defaults, takes the credentials out of the URL, and
// checks everything that can be checked without the network.
func (p Profile) prepare() (Profile, connection.Address, error) {
	at, user, err := parseURL(p.URL)
	if err != nil {
		return p, at, err
	}
	if user != nil {
		password, has := user.Password()
		if p.User == "" {
			p.User = user.Username()
		}
		if p.Password.Reveal() == "" && has {
			p.Password = NewSecret(password)
		}
	}
	p.URL = at.String()
	if p.ClientID == "" {
		var b [6]byte
		_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
		p.ClientID = "pilothouse-" + hex.EncodeToString(b[:])
	}
	p.Filters = unique(p.Filters)
	if len(p.Filters) == 0 {
		p.Filters = []string{"#"}
	}
	if p.KeepAlive == 0 {
		p.KeepAlive = DefaultKeepAlive
	}
	if p.MaxPacket == 0 {
		p.MaxPacket = DefaultMaxPacket
	}
	if err := p.check(at); err != nil {
		return p, at, &Error{Kind: KindProfile, Target: at.String(), Detail: model.PhraseOf(err), Err: err}
	}
	return p, at, nil
}

// unique returns the filters without repetitions, in order.
func unique(filters []string) []string {
	var out []string
	for _, f := range filters {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

func (p Profile) check(at connection.Address) error {
	switch {
	case len(p.ClientID) > 256 || strings.ContainsFunc(p.ClientID, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		return fmt.Errorf("the client ID must be at most 256 bytes of text")
	case len(p.User) > 65535 || len(p.Password.Reveal()) > 65535:
		return fmt.Errorf("user name and password must be at most 65,535 bytes each")
	case p.User == "" && p.Password.Reveal() != "":
		return fmt.Errorf("a password needs a user name with it")
	case p.KeepAlive < time.Second || p.KeepAlive > 65535*time.Second:
		return fmt.Errorf("the keep-alive must be from 1 s to 65,535 s")
	case p.QoS > 2:
		return fmt.Errorf("QoS must be 0, 1 or 2")
	case p.MaxPacket < MinMaxPacket:
		return fmt.Errorf("the largest packet must be at least %d bytes", MinMaxPacket)
	case len(p.Filters) > MaxFilters:
		return fmt.Errorf("more than %d subscriptions", MaxFilters)
	case (p.CertFile == "") != (p.KeyFile == ""):
		return fmt.Errorf("a client certificate and its key go together")
	case p.CertFile+p.CAFile+p.ServerName+p.Trusted != "" && !at.Secure():
		return fmt.Errorf("certificates need an address with mqtts:// or wss://")
	}
	for _, f := range p.Filters {
		if err := model.CheckFilter(f); err != nil {
			return fmt.Errorf("subscription %q: %w", f, err)
		}
	}
	return nil
}

// parseURL reads a broker's address. Its errors never quote it.
func parseURL(text string) (connection.Address, *url.Userinfo, error) {
	at, user, err := connection.ParseAddress(text)
	if err != nil {
		return at, nil, &Error{Kind: KindProfile, Detail: model.PhraseOf(err)}
	}
	return at, user, nil
}
