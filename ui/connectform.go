package ui

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model/connection"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// connectText is a profile as its form shows it.
type connectText struct {
	name, scheme, host, port, path string
	user                           string
	ca, trusted, cert, key, server string
	clientID, keepAlive            string
	everything, system             bool
	more                           string // further filters, separated by spaces, commas or lines
}

// textOf is the form of a profile; a new one begins with mqtt:// and everything.
func textOf(p connection.Profile) connectText {
	at := p.Address()
	t := connectText{
		name: p.Name, scheme: orElse(at.Scheme, connection.SchemeMQTT), host: at.Host, port: at.Port, path: at.Path, user: p.User,
		ca: p.CAFile, trusted: p.Trusted, cert: p.CertFile, key: p.KeyFile, server: p.ServerName, clientID: p.ClientID,
	}
	t.port = orElse(t.port, connection.DefaultPort(t.scheme))
	if p.KeepAlive > 0 {
		t.keepAlive = strconv.Itoa(p.KeepAlive)
	}
	var more []string
	for _, f := range p.Subscriptions() {
		switch f {
		case connection.Everything:
			t.everything = true
		case connection.System:
			t.system = true
		default:
			more = append(more, f)
		}
	}
	t.more = strings.Join(more, " ")
	return t
}

// secure tells whether the form's scheme speaks TLS.
func (t *connectText) secure() bool { return connection.Address{Scheme: t.scheme}.Secure() }

// webSocket tells whether the form's scheme has a path.
func (t *connectText) webSocket() bool { return connection.Address{Scheme: t.scheme}.WebSocket() }

// setScheme chooses a scheme. A port that is the usual one stays the usual one.
func (t *connectText) setScheme(scheme string) {
	if t.port == "" || t.port == connection.DefaultPort(t.scheme) {
		t.port = connection.DefaultPort(scheme)
	}
	t.scheme = scheme
	if t.webSocket() {
		t.path = orElse(t.path, "/mqtt")
	}
}

// take takes a pasted URL apart; it reports false for what is none. A password in
// it is returned, nil for none.
func (t *connectText) take(pasted string) (password *string, took bool) {
	if !connection.IsURL(pasted) {
		return nil, false
	}
	at, user, err := connection.ParseAddress(pasted)
	if err != nil {
		return nil, false
	}
	t.scheme, t.host, t.port, t.path = at.Scheme, at.Host, at.Port, at.Path
	if user != nil {
		t.user = user.Username()
		if text, has := user.Password(); has {
			password = &text
		}
	}
	return password, true
}

// profile is what the form says, over the profile that it was filled in from.
func (t *connectText) profile(p connection.Profile) (connection.Profile, error) {
	if strings.TrimSpace(t.host) == "" {
		return p, i18n.Error("say where the broker is: its host name or address")
	}
	host := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(t.host), "["), "]")
	url := t.scheme + "://" + net.JoinHostPort(host, orElse(strings.TrimSpace(t.port), connection.DefaultPort(t.scheme)))
	if t.webSocket() {
		url += "/" + strings.TrimPrefix(strings.TrimSpace(t.path), "/")
	}
	at, user, err := connection.ParseAddress(url)
	if err == nil && user != nil {
		err = i18n.Error("the host holds a user: write it into its own field")
	}
	if err != nil {
		return p, err
	}
	p.Name, p.URL, p.User, p.ClientID = strings.TrimSpace(t.name), at.URL(), strings.TrimSpace(t.user), strings.TrimSpace(t.clientID)
	p.CAFile, p.Trusted, p.CertFile, p.KeyFile, p.ServerName = "", "", "", "", ""
	if t.secure() {
		p.CAFile, p.Trusted, p.ServerName = strings.TrimSpace(t.ca), t.trusted, strings.TrimSpace(t.server)
		p.CertFile, p.KeyFile = strings.TrimSpace(t.cert), strings.TrimSpace(t.key)
	}
	if p.KeepAlive, err = keepAliveIn(t.keepAlive); err != nil {
		return p, err
	}
	if p.Filters = t.filters(); len(p.Filters) == 0 {
		return p, i18n.Error("choose what to subscribe to: everything, or topics of your own")
	}
	return p, p.Check()
}

// keepAliveIn reads a number of seconds; empty is 0, for the default.
func keepAliveIn(text string) (int, error) {
	text = strings.TrimSuffix(strings.TrimSpace(text), "s")
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > int(connection.MaxKeepAlive/time.Second) {
		return 0, i18n.Errorf("the keep-alive is a number of seconds from 1 to %d", connection.MaxKeepAlive/time.Second)
	}
	return n, nil
}

// filters are what to subscribe to.
func (t *connectText) filters() []string {
	var out []string
	if t.everything {
		out = append(out, connection.Everything)
	}
	if t.system {
		out = append(out, connection.System)
	}
	for _, f := range strings.FieldsFunc(t.more, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' }) {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// stageNames are the stages of a trial as they are shown.
func stageNames() [connection.StageSubscribe + 1]string {
	return [...]string{i18n.T("Settings"), i18n.T("Name"), i18n.T("Network"), "TLS", "MQTT", i18n.T("Topics")}
}

// trialVerdict is what came of a trial, in a line; failed tells that it is bad
// news. It is empty while the trial runs.
func trialVerdict(t *connection.Trial) (text string, failed bool) {
	if at, bad := t.Failed(); bad {
		s := t.Steps[at]
		text = sentence(sayPhrase(s.Text))
		if !s.Hint.Empty() {
			text = i18n.Tf("%s. %s", strings.TrimSuffix(text, "."), sayPhrase(s.Hint))
		}
		return text, true
	}
	if !t.Done {
		return "", false
	}
	if s := t.Steps[connection.StageSubscribe]; s.State == connection.Partly {
		return i18n.Tf("%s. %s", sentence(sayPhrase(s.Text)), sayPhrase(s.Hint)), false
	}
	return i18n.T("It works: everything above was really done."), false
}

// certificateLines say what a certificate says.
func certificateLines(c *connection.Certificate) []string {
	lines := []string{i18n.Tf("For %s", orElse(c.Subject, i18n.T("nobody in particular"))), i18n.Tf("Signed by %s", orElse(c.Issuer, i18n.T("nobody in particular")))}
	if len(c.Names) > 0 {
		lines = append(lines, i18n.Tf("Names: %s", strings.Join(c.Names[:min(len(c.Names), 8)], ", ")))
	}
	return append(lines, i18n.Tf("Valid from %s to %s", formatDay(c.NotBefore), formatDay(c.NotAfter)))
}

func formatDay(t time.Time) string { return t.Local().Format("2006-01-02") }

// trustText says what trusting an offered certificate means.
func trustText(c *connection.Certificate) string {
	if c.Authority {
		return i18n.T("This authority is not known to this computer. Compare its fingerprint with whoever runs the broker, by another way than this " +
			"connection. When it is the same, you may trust it, for this connection only: names and dates are still verified.")
	}
	return i18n.T("The broker did not send the certificate of its authority, so only this very certificate can be trusted, until it is renewed; better " +
		"ask for the authority's file and name it as CA file. Compare the fingerprint with whoever runs the broker, by another way than this connection.")
}
