package connection

import (
	"crypto/rand"
	"encoding/hex"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pilothouse/pilothouse/model"
)

// Bounds of a [Profile].
const (
	MaxName       = 80
	MaxClientID   = 256 // bytes
	MaxCredential = 65_535
	MaxFilters    = 256
	MinKeepAlive  = time.Second
	MaxKeepAlive  = 65_535 * time.Second
	// DefaultKeepAlive is what a profile without one means.
	DefaultKeepAlive = 30 * time.Second
	// maxTrusted bounds the certificate that a profile trusts, in bytes of PEM.
	maxTrusted = 64 << 10
)

// Filters of the two choices that a profile is offered.
const (
	Everything = "#"
	System     = "$SYS/#"
)

// Profile is how a broker elsewhere is reached. The password is kept apart from
// it, under the profile's ID.
type Profile struct {
	// ID names the profile for good; it is made by [NewID].
	ID string `json:"id"`
	// Name is what the operator calls it; empty means the host.
	Name string `json:"name,omitempty"`
	// URL is the broker's address, without user or password.
	URL  string `json:"url"`
	User string `json:"user,omitempty"`
	// HasPassword tells that a password is kept for it.
	HasPassword bool `json:"has_password,omitempty"`
	// CAFile holds, in PEM form, the authorities to trust instead of the system's,
	// and Trusted a certificate that the operator has agreed to trust by its
	// fingerprint, in PEM form.
	CAFile  string `json:"ca_file,omitempty"`
	Trusted string `json:"trusted,omitempty"`
	// CertFile and KeyFile hold the client certificate and its key in PEM form.
	CertFile string `json:"cert_file,omitempty"`
	KeyFile  string `json:"key_file,omitempty"`
	// ServerName is the name to expect in the certificate, when it is not the host.
	ServerName string `json:"server_name,omitempty"`
	// ClientID is the MQTT client identifier; empty for a random one.
	ClientID string `json:"client_id,omitempty"`
	// KeepAlive is the longest silence in seconds; 0 means [DefaultKeepAlive].
	KeepAlive int `json:"keep_alive_s,omitempty"`
	// Filters are what to subscribe to; none means [Everything].
	Filters []string `json:"filters,omitempty"`
}

// NewID makes the ID of a profile.
func NewID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}

// validID tells whether a text is one of NewID's: it names files and secrets.
func validID(id string) bool {
	b, err := hex.DecodeString(id)
	return err == nil && len(b) == 8 && strings.ToLower(id) == id
}

// Address is where the broker is; zero when the URL says nothing of use.
func (p Profile) Address() Address {
	at, _, _ := ParseAddress(p.URL)
	return at
}

// Title is what to call the profile.
func (p Profile) Title() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Address().Host
}

// Subscriptions are the filters to ask for.
func (p Profile) Subscriptions() []string {
	if len(p.Filters) == 0 {
		return []string{Everything}
	}
	return p.Filters
}

// Same tells whether two profiles say the same.
func (p Profile) Same(q Profile) bool {
	p.Filters, q.Filters = p.Subscriptions(), q.Subscriptions()
	return reflect.DeepEqual(p, q)
}

// Check reports the first thing that makes no sense.
func (p Profile) Check() error {
	at, user, err := ParseAddress(p.URL)
	switch {
	case err != nil:
		return err
	case user != nil:
		return model.Faultf("user and password do not belong into the address")
	case !validID(p.ID):
		return model.Faultf("the profile's ID is not one of this program's")
	case utf8.RuneCountInString(p.Name) > MaxName || !plain(p.Name):
		return model.Faultf("the name must be at most %d characters of text", MaxName)
	case len(p.ClientID) > MaxClientID || !plain(p.ClientID):
		return model.Faultf("the client ID must be at most %d bytes of text", MaxClientID)
	case len(p.User) > MaxCredential || !plain(p.User):
		return model.Faultf("the user must be at most %d bytes of text", MaxCredential)
	case p.HasPassword && p.User == "":
		return model.Faultf("a password needs a user with it")
	case p.KeepAlive < 0 || p.KeepAlive > int(MaxKeepAlive/time.Second):
		return model.Faultf("the keep-alive must be from 1 s to %d s", MaxKeepAlive/time.Second)
	case (p.CertFile == "") != (p.KeyFile == ""):
		return model.Faultf("a client certificate and its key go together")
	case p.CertFile+p.CAFile+p.ServerName+p.Trusted != "" && !at.Secure():
		return model.Faultf("certificates need an address with mqtts:// or wss://")
	case len(p.Trusted) > maxTrusted:
		return model.Faultf("the trusted certificate is too large")
	}
	return p.checkFilters()
}

func (p Profile) checkFilters() error {
	if len(p.Filters) > MaxFilters {
		return model.Faultf("more than %d subscriptions", MaxFilters)
	}
	for _, f := range p.Filters {
		if err := model.CheckFilter(f); err != nil {
			return model.Faultf("subscription %q: %w", f, err)
		}
	}
	return nil
}

// plain tells that a text holds no control characters.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r == 0x7f })
}
