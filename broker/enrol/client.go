package enrol

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Denied is an answer of the hub that is no.
type Denied struct {
	Outcome Outcome
	// Text is the hub's explanation, for people.
	Text  string
	retry time.Duration // when to try again, if it is worth it
}

// Error implements error.
func (d *Denied) Error() string { return "the hub says no: " + d.Text }

// client speaks with the endpoint, which has to be certified by the authority.
type client struct {
	host      string
	transport *http.Transport
	http      *http.Client
}

// answerTime is how long an answer may take. The hub holds one back for
// Limits.PollTime.
const answerTime = 90 * time.Second

// newClient makes a client for the hub at host, host:port. certificates are the
// device's own, if it has any.
func newClient(host string, authority *x509.Certificate, certificates ...tls.Certificate) *client {
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	transport := &http.Transport{
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, Certificates: certificates},
		TLSHandshakeTimeout:    dialTime,
		MaxResponseHeaderBytes: maxBody,
		DisableCompression:     true,
	}
	return &client{host: host, transport: transport, http: &http.Client{Transport: transport, Timeout: answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (c *client) close() { c.transport.CloseIdleConnections() }

// post sends in to the path below Path, and reads the answer into out. An answer
// that is no is a *Denied.
func (c *client) post(ctx context.Context, path string, in, out any) error {
	text, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("write a request: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+c.host+Path+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("make a request for %s: %w", c.host, err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		var shown *tls.CertificateVerificationError
		if errors.As(err, &shown) {
			return explainTLS(c.host, shown.Err)
		}
		return unreachable(c.host, err)
	}
	defer func() { _ = response.Body.Close() }()
	body := io.LimitReader(response.Body, maxBody)
	if response.StatusCode >= 300 {
		return denied(response, body)
	}
	if err := decode(body, out); err != nil {
		return fmt.Errorf("read the answer of the hub at %s: %w: is it Pilothouse, of the same age?", c.host, err)
	}
	return nil
}

// denied reads an answer that is no.
func denied(response *http.Response, body io.Reader) error {
	var e errorReply
	if err := decode(body, &e); err != nil {
		return &Denied{Outcome: Failed, Text: "status " + strconv.Itoa(response.StatusCode) + ", without a reason that can be read"}
	}
	outcome, known := parseOutcome(e.Reason)
	if !known {
		outcome = Failed
	}
	d := &Denied{Outcome: outcome, Text: legible(e.Error)}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		d.retry = time.Duration(min(max(seconds, 1), 60)) * time.Second
	}
	return d
}

// legible is what another machine said, made fit for a terminal.
func legible(text string) string {
	const most = 300
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if len(clean) > most {
		clean = strings.ToValidUTF8(clean[:most], "") + "..."
	}
	return clean
}

// pause waits, and reports whether ctx lasted.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
