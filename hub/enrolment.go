package hub

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/broker/enrol"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/model"
)

// The addresses at which devices of the network connect and enrol, unless the
// command line says otherwise.
const (
	defaultTLS   = ":8883"
	defaultEnrol = ":8884"
)

// enrolment is the endpoint at which devices ask to be let in.
type enrolment struct {
	server *enrol.Server
	// host is where devices reach it, host:port.
	host string
}

// openEnrolment opens the endpoint.
func (h *Hub) openEnrolment() error {
	ln, _, err := listenNear(h.ctx, orElse(h.cfg.Enrol, defaultEnrol))
	if err != nil {
		return fmt.Errorf("let devices enrol: %w", err)
	}
	s, err := enrol.New(enrol.Options{Registry: enrolRegistry{h.Registry}, Brokers: h.brokersFor, OnEvent: h.onEnrolEvent})
	if err != nil {
		return fmt.Errorf("let devices enrol: %w", err)
	}
	config, _ := h.Registry.ServerTLS()
	h.enrolment = &enrolment{server: s, host: reachable(ln.Addr().String())}
	h.group.Go(func() {
		if err := s.Serve(ln, config); err != nil && h.ctx.Err() == nil {
			note(h.Store, model.Event{At: time.Now(), Kind: model.EventTrouble, Serious: true}, model.Sayf("devices cannot enrol any more: %s", err.Error()))
		}
	})
	return nil
}

// enroller is the endpoint, nil while the network is not open.
func (h *Hub) enroller() *enrolment {
	h.networkMu.Lock()
	defer h.networkMu.Unlock()
	return h.enrolment
}

// brokersFor lists where a device connects that reached this hub at a host.
func (h *Hub) brokersFor(host string) []string {
	var urls []string
	for _, transport := range []string{transportTLS, transportWSS} {
		if u := h.urlOf(transport, host); u != "" {
			urls = append(urls, u)
		}
	}
	return urls
}

// enrolRegistry is the registry as the endpoint wants it.
type enrolRegistry struct{ *identity.Registry }

// Authority implements enrol.Registry.
func (r enrolRegistry) Authority() *x509.Certificate { return r.Registry.Authority().Certificate() }

// Redeem implements enrol.Registry.
func (r enrolRegistry) Redeem(token string) (enrol.Invitation, error) {
	i, err := r.Registry.Redeem(token)
	why := enrol.ErrUnknownToken
	switch {
	case err == nil:
		return enrol.Invitation{Name: i.For.Name, Role: i.For.Role.String(), Kind: i.For.Kind, Root: i.For.Root}, nil
	case errors.Is(err, identity.ErrUsedInvitation):
		why = enrol.ErrUsedToken
	case errors.Is(err, identity.ErrExpiredInvitation):
		why = enrol.ErrExpiredToken
	}
	return enrol.Invitation{}, fmt.Errorf("%w: %w", why, err)
}

// Exists implements enrol.Registry.
func (r enrolRegistry) Exists(name string) bool {
	_, ok := r.Get(name)
	return ok
}

// Enrol implements enrol.Registry.
func (r enrolRegistry) Enrol(i enrol.Invitation, name string, csr *x509.CertificateRequest) (enrol.Enrolled, error) {
	who, known := r.Get(name)
	if !known {
		if err := who.Role.UnmarshalText([]byte(orElse(i.Role, "device"))); err != nil {
			return enrol.Enrolled{}, err
		}
		who.Name, who.Kind, who.Root = name, i.Kind, orElse(i.Root, name)
		if err := r.Put(who); err != nil {
			return enrol.Enrolled{}, err
		}
	}
	return r.issue(who, csr)
}

// Renew implements enrol.Registry.
func (r enrolRegistry) Renew(old *x509.Certificate, csr *x509.CertificateRequest) (enrol.Enrolled, error) {
	for _, i := range r.List() {
		for _, c := range i.Certificates {
			if c.Fingerprint != enrol.Fingerprint(old) {
				continue
			}
			if c.Revoked != nil || i.Revoked != nil || time.Now().After(c.Ends()) {
				return enrol.Enrolled{}, fmt.Errorf("the certificate of %s is revoked or has ended: enrol the device again", i.Name)
			}
			return r.issue(i, csr)
		}
	}
	return enrol.Enrolled{}, fmt.Errorf("the certificate %s is of nobody who is enrolled here", old.SerialNumber.Text(16))
}

func (r enrolRegistry) issue(who identity.Identity, csr *x509.CertificateRequest) (enrol.Enrolled, error) {
	cert, err := r.Issue(who.Name, csr, 0)
	if err != nil {
		return enrol.Enrolled{}, err
	}
	return enrol.Enrolled{Certificate: cert, Name: who.Name, ClientID: clientIDOf(&who), Root: who.Root}, nil
}

// clientIDOf is the client ID that an identity uses first.
func clientIDOf(i *identity.Identity) string {
	if len(i.ClientIDs) > 0 {
		return i.ClientIDs[0]
	}
	return i.Name
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
