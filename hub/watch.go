package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/enrol"
	"github.com/pilothouse/pilothouse/broker/enrol/bundle"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Watch is who is at the broker, and what an operator may do about it. Snapshots
// are quick; the rest writes the registry to disk.
type Watch struct{ h *Hub }

// Watch is nil when a broker elsewhere is watched: who is there cannot be known.
func (h *Hub) Watch() *Watch {
	if h.Broker == nil {
		return nil
	}
	return &Watch{h}
}

// Feed is what was refused, denied or worth knowing lately.
func (w *Watch) Feed() *watch.Feed { return w.h.Feed }

// Listeners are where clients connect.
func (w *Watch) Listeners() []watch.Listener { return w.h.Listeners() }

// Sessions are all sessions.
func (w *Watch) Sessions() []watch.Session {
	infos := w.h.Broker.Sessions()
	out := make([]watch.Session, 0, len(infos))
	for i := range infos {
		out = append(out, w.session(&infos[i]))
	}
	return out
}

func (w *Watch) session(s *broker.SessionInfo) watch.Session {
	out := watch.Session{Publisher: s.Publisher, Transport: baseTransport(s.Transport), Connected: s.Connected, Since: s.Since,
		Filters: s.Subscriptions, Queued: s.Queued, QueuedBytes: s.QueuedBytes, Inflight: s.Inflight,
		Received: s.Received, ReceivedBytes: s.ReceivedBytes, Sent: s.Sent, SentBytes: s.SentBytes, Dropped: s.Dropped}
	switch s.Version {
	case packet.V5:
		out.Protocol = "MQTT 5"
	case packet.V311:
		out.Protocol = "MQTT 3.1.1"
	}
	if s.Cipher != "" {
		out.TLS = s.Cipher
		if strings.HasPrefix(s.Transport, transportTLS) {
			out.TLS = s.Transport + ", " + s.Cipher
		}
	}
	if who, ok := w.h.Registry.Get(s.Publisher.Identity); ok {
		out.Role = watch.Role(who.Role.String())
		out.Expected = who.Role != identity.Device
	}
	return out
}

// Identities are whom the broker vouches for.
func (w *Watch) Identities() []watch.Identity {
	here := make(map[string]bool)
	for _, s := range w.h.Broker.Sessions() {
		here[s.Publisher.Identity] = here[s.Publisher.Identity] || s.Connected
	}
	now := time.Now()
	list := w.h.Registry.List()
	out := make([]watch.Identity, 0, len(list))
	for i := range list {
		who := &list[i]
		v := watch.Identity{Name: who.Name, Role: watch.Role(who.Role.String()), Kind: who.Kind, Root: who.Root, ClientIDs: who.ClientIDs,
			Created: who.Created, LastSeen: w.h.seen.last(who.Name), Connected: here[who.Name], Password: who.HasPassword}
		for _, p := range who.Sources {
			v.Sources = append(v.Sources, p.String())
		}
		for _, c := range who.Certificates {
			if c.Revoked == nil && now.Before(c.Ends()) {
				v.Certificates++
				if c.Ends().After(v.Expires) {
					v.Expires = c.Ends()
				}
			}
		}
		if who.Revoked != nil {
			v.Revoked, v.Why = who.Revoked.At, who.Revoked.Why
		}
		out = append(out, v)
	}
	return out
}

// Certificates are those of the authority, its own first.
func (w *Watch) Certificates() []watch.Certificate {
	a := w.h.Registry.Authority()
	own := a.Certificate()
	out := []watch.Certificate{{Serial: own.SerialNumber.Text(16), Purpose: "authority", NotBefore: own.NotBefore, NotAfter: own.NotAfter,
		Fingerprint: a.Fingerprint()}}
	if config, _ := w.h.Registry.ServerTLS(); config.GetCertificate != nil {
		if c, err := config.GetCertificate(nil); err == nil {
			out = append(out, watch.Certificate{Serial: c.Leaf.SerialNumber.Text(16), Purpose: "this broker", NotBefore: c.Leaf.NotBefore,
				NotAfter: c.Leaf.NotAfter, Fingerprint: enrol.Fingerprint(c.Leaf)})
		}
	}
	for _, who := range w.h.Registry.List() {
		for _, c := range who.Certificates {
			v := watch.Certificate{Serial: c.Serial, Identity: who.Name, Purpose: "device", NotBefore: c.NotBefore, NotAfter: c.Ends(),
				Fingerprint: c.Fingerprint}
			if c.Revoked != nil {
				v.Revoked = c.Revoked.At
			}
			out = append(out, v)
		}
	}
	return out
}

// Invitations are those that are good.
func (w *Watch) Invitations() []watch.Invitation {
	var out []watch.Invitation
	for _, i := range w.h.Registry.Invitations() {
		out = append(out, invitationOf(i))
	}
	return out
}

// inviteTime is how long an invitation is good for.
const inviteTime = 10 * time.Minute

func invitationOf(i identity.Invitation) watch.Invitation {
	return watch.Invitation{ID: i.ID, Created: i.Expires.Add(-inviteTime), Expires: i.Expires,
		InviteFor: watch.InviteFor{Name: i.For.Name, Role: watch.Role(i.For.Role.String()), Kind: i.For.Kind, Root: i.For.Root}}
}

// Pending are the devices that ask to be let in.
func (w *Watch) Pending() []watch.Pending {
	e := w.h.enroller()
	if e == nil {
		return nil
	}
	var out []watch.Pending
	for _, p := range e.server.Pending() {
		_, renews := w.h.Registry.Get(p.Name)
		out = append(out, watch.Pending{ID: p.ID, Code: p.Code, Addr: p.Addr, At: p.Asked, Expires: p.Until, Renews: renews,
			InviteFor: watch.InviteFor{Name: p.Name, Role: watch.Role(orElse(p.Role, string(watch.RoleDevice))), Kind: p.Kind, Root: orElse(p.Root, p.Name)}})
	}
	return out
}

// Bans are who is kept out.
func (w *Watch) Bans() []watch.Ban {
	var out []watch.Ban
	for _, b := range w.h.Registry.Bans() {
		v := watch.Ban{Why: b.Why, Since: b.At}
		switch b.Of {
		case identity.BanAddress:
			v.Addr = b.Value
		case identity.BanClientID:
			v.ClientID = b.Value
		case identity.BanIdentity:
			v.Identity = b.Value
		}
		out = append(out, v)
	}
	return out
}

// shownPayload is how much of a retained payload is shown.
const shownPayload = 512

// Retained returns up to limit retained messages that hold all words of search,
// and how many there are.
func (w *Watch) Retained(search string, limit int) (found []watch.Retained, total int) {
	words := strings.Fields(strings.ToLower(search))
	for _, m := range w.h.Broker.Retained("#") {
		text := strings.ToLower(m.Topic + " " + m.Publisher.Name() + " " + string(m.Payload[:min(len(m.Payload), shownPayload)]))
		if slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
			continue
		}
		if total++; len(found) < limit {
			found = append(found, watch.Retained{Topic: m.Topic, Payload: m.Payload[:min(len(m.Payload), shownPayload)], Size: len(m.Payload),
				QoS: m.QoS, At: m.At, Expires: m.Expires, Publisher: m.Publisher})
		}
	}
	return found, total
}

// Disconnect ends the connection of a client ID.
func (w *Watch) Disconnect(_ context.Context, clientID string) error {
	if !w.h.Broker.Disconnect(clientID, packet.AdministrativeAction) {
		return fmt.Errorf("%s is not connected", clientID)
	}
	return nil
}

// Ban keeps a party out from now on.
func (w *Watch) Ban(_ context.Context, b watch.Ban) error {
	if strings.ContainsRune(b.ClientID, '…') {
		return errors.New("the client ID is shown shortened, as it may be a secret in the wrong place: ban the address instead")
	}
	of, value := banOf(b)
	return w.h.Registry.Ban(identity.Ban{Of: of, Value: value, Why: b.Why})
}

// Unban lets a party in again.
func (w *Watch) Unban(_ context.Context, b watch.Ban) error {
	return w.h.Registry.Unban(banOf(b))
}

func banOf(b watch.Ban) (identity.BanOf, string) {
	switch {
	case b.Identity != "":
		return identity.BanIdentity, b.Identity
	case b.ClientID != "":
		return identity.BanClientID, b.ClientID
	}
	return identity.BanAddress, b.Addr
}

// identityFor is the identity that somebody is invited to be.
func identityFor(who watch.InviteFor) (identity.Identity, error) {
	i := identity.Identity{Name: who.Name, Kind: who.Kind, Root: who.Root}
	err := i.Role.UnmarshalText([]byte(orElse(string(who.Role), string(watch.RoleDevice))))
	return i, err
}

// Invite makes an invitation for one device, and opens the network for it.
func (w *Watch) Invite(_ context.Context, who watch.InviteFor) (watch.Offer, error) {
	if err := w.h.OpenNetwork(); err != nil {
		return watch.Offer{}, err
	}
	as, err := identityFor(who)
	if err != nil {
		return watch.Offer{}, err
	}
	token, err := w.h.Registry.Invite(identity.Invitation{For: as})
	if err != nil {
		return watch.Offer{}, err
	}
	e := w.h.enroller()
	url := e.server.Invite(e.host, token).String()
	offer := watch.Offer{URL: url, Command: "pilothouse enrol '" + url + "'"}
	if offer.QR, err = enrol.QR(url); err != nil {
		return watch.Offer{}, err
	}
	open := w.h.Registry.Invitations()
	if len(open) == 0 {
		return watch.Offer{}, errors.New("the invitation was withdrawn at once")
	}
	offer.Invitation = invitationOf(open[len(open)-1])
	return offer, nil
}

// Withdraw takes an invitation back.
func (w *Watch) Withdraw(_ context.Context, invitation string) error {
	return w.h.Registry.Withdraw(invitation)
}

// Approve lets a device that asks in.
func (w *Watch) Approve(_ context.Context, request string, as watch.InviteFor) error {
	e := w.h.enroller()
	if e == nil {
		return enrol.ErrNotPending
	}
	if _, known := w.h.Registry.Get(as.Name); !known && as.Name != "" {
		who, err := identityFor(as)
		if err != nil {
			return err
		}
		if err := w.h.Registry.Put(who); err != nil {
			return err
		}
	}
	return e.server.Approve(request)
}

// Refuse sends a device that asks away.
func (w *Watch) Refuse(_ context.Context, request string) error {
	e := w.h.enroller()
	if e == nil {
		return enrol.ErrNotPending
	}
	return e.server.Refuse(request)
}

// MakeBundle enrols a device that cannot do it itself, and writes all it needs to
// a new zip archive.
func (w *Watch) MakeBundle(_ context.Context, who watch.InviteFor, path string) error {
	if err := w.h.OpenNetwork(); err != nil {
		return err
	}
	as, err := identityFor(who)
	if err != nil {
		return err
	}
	if _, known := w.h.Registry.Get(as.Name); !known {
		if err := w.h.Registry.Put(as); err != nil {
			return err
		}
	}
	as, _ = w.h.Registry.Get(as.Name)
	cert, key, err := w.h.Registry.IssueKey(as.Name, 0)
	if err != nil {
		return err
	}
	host, port, err := w.h.tlsAddress()
	if err != nil {
		return err
	}
	files, err := bundle.Make(bundle.Device{Name: as.Name, ClientID: clientIDOf(&as), Root: as.Root, Host: host, Port: port,
		Key: key, Certificate: cert, Authority: w.h.Registry.Authority().PEM()})
	if err != nil {
		return err
	}
	return bundle.SaveZip(path, as.Name, files)
}

// Revoke puts an identity out; with purge what it retained goes, too.
func (w *Watch) Revoke(_ context.Context, name, why string, purge bool) error {
	if purge {
		return w.h.Registry.RevokeAndPurge(name, why)
	}
	return w.h.Registry.Revoke(name, why)
}

// Restore takes an identity back.
func (w *Watch) Restore(_ context.Context, name string) error { return w.h.Registry.Restore(name) }

// RevokeCertificate revokes one certificate.
func (w *Watch) RevokeCertificate(_ context.Context, serial, why string) error {
	return w.h.Registry.RevokeCertificate(serial, why)
}

// SetRole changes what an identity is for.
func (w *Watch) SetRole(_ context.Context, name string, role watch.Role) error {
	who, ok := w.h.Registry.Get(name)
	if !ok {
		return fmt.Errorf("%s: %w", name, identity.ErrUnknown)
	}
	if err := who.Role.UnmarshalText([]byte(role)); err != nil {
		return err
	}
	return w.h.Registry.Put(who)
}

// DeleteRetained deletes the retained messages of topics.
func (w *Watch) DeleteRetained(ctx context.Context, topics []string) error {
	return w.h.deleteRetained(ctx, topics)
}
