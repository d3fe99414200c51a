package enrol

import (
	"errors"
	"fmt"
	"time"
)

// ErrNotPending is returned for a request that is not, or no longer, waiting.
var ErrNotPending = errors.New("no such request is waiting: it was decided, or it took too long")

// Pending is a device that waits for the operator.
type Pending struct {
	ID string
	// Code is what the device shows, too: "123 456".
	Code string
	// Name is the identity it will be; Role, Kind and Root are the invitation's.
	Name, Role, Kind, Root string
	// Addr is where it asks from, ip:port; Host what it calls itself, which
	// nobody has checked.
	Addr, Host string
	// Key is the kind of its key, such as "ECDSA P-256".
	Key string
	// Asked is when it began, Until when the request lapses.
	Asked, Until time.Time
}

// pending is t as the operator sees it.
func (t *ticket) pending() Pending {
	return Pending{ID: t.id, Code: t.code, Name: t.name, Role: t.invitation.Role, Kind: t.invitation.Kind, Root: t.invitation.Root,
		Addr: t.addr, Host: t.host, Key: keyKind(t.csr.PublicKey), Asked: t.asked, Until: t.until}
}

// Pending lists the devices that wait for the operator, the first comer first.
func (s *Server) Pending() []Pending { return s.desk.list() }

// Approve lets the device in: the registry issues its certificate, which it gets
// at once if it is still there. When the registry fails, or another device got
// the name meanwhile, the request stays pending. An unknown id is ErrNotPending.
func (s *Server) Approve(id string) error {
	s.issuing.Lock()
	defer s.issuing.Unlock()
	t, ok := s.desk.take(id)
	if !ok {
		return ErrNotPending
	}
	enrolled, err := s.issue(t)
	if err != nil {
		s.desk.giveBack(t)
		s.tell(Failed, t.addr, t.name, err.Error())
		return fmt.Errorf("enrol %s: %w", t.name, err)
	}
	s.desk.settle(t, approved, enrolled, s.limits.KeepTime)
	s.tellOf(Approved, t)
	s.changed()
	return nil
}

// issue has the registry enrol the device.
func (s *Server) issue(t *ticket) (Enrolled, error) {
	if t.invitation.Name == "" && s.registry.Exists(t.name) {
		return Enrolled{}, errors.New("another device got that name meanwhile: refuse this one, and invite it under another name")
	}
	enrolled, err := s.registry.Enrol(t.invitation, t.name, t.csr)
	if err != nil {
		return Enrolled{}, err
	}
	return enrolled, s.checkIssued(enrolled, t.csr)
}

// Refuse sends the device away. An unknown id is ErrNotPending.
func (s *Server) Refuse(id string) error {
	t, ok := s.desk.take(id)
	if !ok {
		return ErrNotPending
	}
	s.desk.settle(t, declined, Enrolled{}, s.limits.OpenTime)
	s.tellOf(Declined, t)
	s.changed()
	return nil
}
