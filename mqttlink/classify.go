package mqttlink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/pilothouse/pilothouse/model"
)

// classify turns the failure of an attempt to connect into an [*Error]. asked
// tells that the broker wanted a client certificate.
func classify(err error, asked bool) *Error {
	var known *Error
	if errors.As(err, &known) {
		copied := *known
		return &copied
	}
	for _, try := range []func(error) *Error{refusal, certificateFault, tlsFault, networkFault} {
		if e := try(err); e != nil {
			return e
		}
	}
	e := &Error{Kind: KindClosed, Err: err}
	var handshake *handshakeError
	switch {
	case asked:
		e.Kind = KindTLSClient
	case errors.As(err, &handshake):
		e.Kind = KindNotTLS
	case strings.Contains(err.Error(), "malformed HTTP"):
		e.Kind = KindNotMQTT
		e.Detail = model.Sayf("it does not speak HTTP, which a WebSocket starts with")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isErrno(err, syscall.ECONNRESET, syscall.EPIPE):
		e.Detail = model.Sayf("at the very start")
	}
	return e
}

// refusal recognises the codes of CONNACK (MQTT 3.1.1 section 3.2.2.3).
func refusal(err error) *Error {
	for code, kind := range map[byte]Kind{
		packets.ErrRefusedBadProtocolVersion:    KindVersion,
		packets.ErrRefusedIDRejected:            KindClientID,
		packets.ErrRefusedServerUnavailable:     KindUnavailable,
		packets.ErrRefusedBadUsernameOrPassword: KindCredentials,
		packets.ErrRefusedNotAuthorised:         KindNotAuthorized,
	} {
		if errors.Is(err, packets.ConnErrors[code]) {
			return &Error{Kind: kind}
		}
	}
	return nil
}

// certificateFault recognises what we found wrong with the broker's certificate.
func certificateFault(err error) *Error {
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	switch {
	case errors.As(err, &host):
		return &Error{Kind: KindTLSHost, Detail: hostDetail(host), Err: err}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if c := invalid.Cert; time.Now().Before(c.NotBefore) {
			return &Error{Kind: KindTLSExpired, Detail: model.Sayf("it is valid only from %s", day(c.NotBefore)), Err: err}
		}
		return &Error{Kind: KindTLSExpired, Detail: model.Sayf("it expired on %s", day(invalid.Cert.NotAfter)), Err: err}
	case errors.As(err, &authority):
		e := &Error{Kind: KindTLSAuthority, Err: err}
		if authority.Cert != nil {
			e.Detail = model.Sayf("signed by %q", authority.Cert.Issuer.String())
		}
		return e
	case errors.As(err, &invalid):
		return &Error{Kind: KindTLS, Err: err}
	}
	return nil
}

// hostDetail says which names a certificate holds; five are enough.
func hostDetail(e x509.HostnameError) model.Phrase {
	names := append([]string(nil), e.Certificate.DNSNames...)
	for _, ip := range e.Certificate.IPAddresses {
		names = append(names, ip.String())
	}
	for i, name := range names {
		names[i] = fmt.Sprintf("%+q", name)
	}
	switch n := len(names); {
	case n == 0:
		return model.Sayf("it holds no name that could be %s", e.Host)
	case n > 5:
		return model.Sayf("it is for %s and %d more, not %s", strings.Join(names[:5], ", "), n-5, e.Host)
	}
	return model.Sayf("it is for %s, not %s", strings.Join(names, ", "), e.Host)
}

// Alerts of TLS (RFC 8446 section 6, RFC 5246 section 7.2).
const (
	alertHandshakeFailure    tls.AlertError = 40
	alertBadCertificate      tls.AlertError = 42
	alertUnsupportedCert     tls.AlertError = 43
	alertCertificateRevoked  tls.AlertError = 44
	alertCertificateExpired  tls.AlertError = 45
	alertCertificateUnknown  tls.AlertError = 46
	alertUnknownCA           tls.AlertError = 48
	alertAccessDenied        tls.AlertError = 49
	alertProtocolVersion     tls.AlertError = 70
	alertCertificateRequired tls.AlertError = 116
)

// tlsFault recognises what went wrong in TLS itself, alerts of the other side
// included.
func tlsFault(err error) *Error {
	var record tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return &Error{Kind: KindNotTLS, Detail: model.Sayf("what it answered is not TLS"), Err: err}
	case strings.Contains(err.Error(), "server selected unsupported protocol version"):
		return &Error{Kind: KindTLSVersion, Err: err}
	case errors.As(err, &op) && op.Op == "remote error":
		return alertFault(op)
	case strings.Contains(err.Error(), "tls: "):
		return &Error{Kind: KindTLS, Err: err}
	}
	return nil
}

// alertFault names an alert of the other side. The type of the alert is not
// exported by crypto/tls, so that its text must tell.
func alertFault(op *net.OpError) *Error {
	is := func(alerts ...tls.AlertError) bool {
		for _, a := range alerts {
			if op.Err.Error() == a.Error() {
				return true
			}
		}
		return false
	}
	e := &Error{Kind: KindTLS, Detail: model.Sayf("the broker says: %s", strings.TrimPrefix(op.Err.Error(), "tls: ")), Err: op}
	switch {
	case is(alertProtocolVersion):
		e.Kind = KindTLSVersion
	case is(alertCertificateRequired, alertBadCertificate, alertUnsupportedCert, alertCertificateRevoked,
		alertCertificateExpired, alertCertificateUnknown, alertUnknownCA, alertAccessDenied, alertHandshakeFailure):
		e.Kind = KindTLSClient
	}
	return e
}

// networkFault recognises failures below TLS.
func networkFault(err error) *Error {
	var name *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &name):
		if name.IsTimeout {
			return &Error{Kind: KindTimeout, Detail: model.Sayf("the name server does not answer for %s", name.Name), Err: err}
		}
		return &Error{Kind: KindName, Detail: model.Quoted(name.Name), Err: err}
	case isErrno(err, syscall.ECONNREFUSED, 10061): // WSAECONNREFUSED
		return &Error{Kind: KindRefused, Err: err, Detail: model.Sayf("no one listens there")}
	case isErrno(err, syscall.EHOSTUNREACH, syscall.ENETUNREACH, 10051, 10065): // WSAENETUNREACH, WSAEHOSTUNREACH
		return &Error{Kind: KindUnreachable, Detail: model.Sayf("there is no route to it"), Err: err}
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		return &Error{Kind: KindTimeout, Detail: model.Sayf("nothing came back"), Err: err}
	}
	return nil
}

func isErrno(err error, numbers ...syscall.Errno) bool {
	var e syscall.Errno
	if !errors.As(err, &e) {
		return false
	}
	for _, n := range numbers {
		if e == n {
			return true
		}
	}
	return false
}
