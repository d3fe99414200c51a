package broker

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// kinder is an error that knows what kind of attempt it speaks of.
type kinder interface{ Kind() watch.Kind }

// KindOf says what kind of attempt ended in err, the end of a connection before
// its CONNECT packet. An error that has a method Kind() watch.Kind decides
// itself; failures of TLS are told apart; everything else, silence among it, is
// watch.Flood.
func KindOf(err error) watch.Kind {
	var own kinder
	var issuer x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return watch.Flood
	case errors.As(err, &own):
		return own.Kind()
	case errors.As(err, &issuer):
		return watch.UnknownIssuer
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return watch.Expired
	case strings.Contains(err.Error(), oldVersions):
		return watch.DowngradeTried
	case handshakeFailed(err):
		return watch.HandshakeFailed
	}
	return watch.Flood
}

// oldVersions is part of what crypto/tls says of a client without a version that
// is allowed. It has no error type for that.
const oldVersions = "client offered only unsupported versions"

// handshakeFailed tells a failure of TLS: of verification, by an alert, or of
// bytes that are not TLS.
func handshakeFailed(err error) bool {
	var verification *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	var op *net.OpError
	return errors.As(err, &verification) || errors.As(err, &header) ||
		errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") ||
		strings.HasPrefix(err.Error(), "tls: ")
}

// neverConnected reports a connection that ended before its CONNECT packet.
func (b *Broker) neverConnected(c *conn, d *departure) {
	kind, reason := KindOf(d.err), model.Sayf("the connection ended before CONNECT")
	switch {
	case errors.Is(d.err, errConnectLate), errors.Is(d.err, errCrowdedOut), kind != watch.Flood:
		reason = model.PhraseOf(d.err)
	}
	b.refused(Refused{Addr: c.addr, Code: packet.UnspecifiedError, Reason: reason.String(), Said: reason, Kind: kind})
}
