package broker

import (
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// acknowledged takes a PUBACK, PUBREC or PUBCOMP from the client (MQTT 5.0
// section 4.3) and appends the answer, if there is one.
func (s *session) acknowledged(c *conn, p *packet.Ack, answer []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.flights[p.ID]
	known = known && f.sent
	switch {
	case p.Kind == packet.PUBREC:
		answer = s.recordedLocked(c, f, known, p, answer)
	case p.Kind == packet.PUBACK && known && f.qos == 1, p.Kind == packet.PUBCOMP && known && f.released:
		s.confirm(&f, p.Code)
		s.landLocked(p.ID, f)
	}
	if s.conn.Load() == c {
		s.pumpLocked(c)
	}
	if s.queueDrainsLocked() {
		s.gate.wake()
	}
	return answer
}

// confirm tells who wants to know that the client has a message.
func (s *session) confirm(f *flight, code packet.Code) {
	if f.m == nil || f.m.acknowledged == nil || code.Failed() {
		return
	}
	f.m.acknowledged(s.listener(f.qos), time.Now())
}

// listener is the session as one that gets messages.
func (s *session) listener(qos byte) model.Listener {
	p := s.pub.Load()
	return model.Listener{ClientID: p.ClientID, Identity: p.Identity, Connected: s.online(), QoS: qos}
}

// recordedLocked answers PUBREC by PUBREL [MQTT-4.3.3-4].
func (s *session) recordedLocked(c *conn, f flight, known bool, p *packet.Ack, answer []byte) []byte {
	switch {
	case known && f.qos == 2 && p.Code.Failed():
		s.landLocked(p.ID, f)
		return answer
	case known && f.qos == 2:
		s.confirm(&f, p.Code)
		s.letGoLocked(&f)
		f.released = true
		s.flights[p.ID] = f
		if f.record != nil { // once the client has PUBREL, it would take the message for a new one
			s.b.journal.release(f.record)
			c.ticket = s.b.journal.mark()
		}
		return packet.AppendAck(answer, packet.PUBREL, p.ID, packet.Success, c.version)
	case p.Code.Failed():
		return answer
	}
	return packet.AppendAck(answer, packet.PUBREL, p.ID, packet.PacketIDNotFound, c.version)
}

// landLocked ends a flight.
func (s *session) landLocked(id uint16, f flight) {
	s.letGoLocked(&f)
	s.forget(f.record)
	delete(s.flights, id)
	if f.counted {
		s.unacked--
	}
}

// letGoLocked drops the message of a flight, which need not be sent again.
func (s *session) letGoLocked(f *flight) {
	if f.m != nil {
		s.carryLocked(-f.m.size())
		f.m = nil
	}
}

// resumeLocked prepares to send again what an earlier connection left in flight,
// in the order of the first time [MQTT-4.4.0-1] [MQTT-4.6.0-1], and lets go
// what the client may no longer have.
func (s *session) resumeLocked() {
	s.unacked = 0
	s.resend = s.resend[:0]
	for id, f := range s.flights {
		if !f.released && !s.mayReceive(f.m.from, f.m.topic) {
			f.counted = false
			s.landLocked(id, f)
			s.drop(DropRevoked, 1)
			continue
		}
		f.counted = false
		s.flights[id] = f
		s.resend = append(s.resend, id)
	}
	slices.SortFunc(s.resend, func(a, b uint16) int {
		return int(s.flights[a].seq) - int(s.flights[b].seq)
	})
	s.backlog.Store(!s.queue.empty() || len(s.resend) > 0 || !s.spoolEmptyLocked())
}

// resendLocked sends again as far as the window of the new connection allows.
func (s *session) resendLocked(c *conn) {
	for len(s.resend) > 0 && c.out.roomy() {
		id := s.resend[0]
		f, still := s.flights[id]
		switch {
		case !still:
		case s.holds(f.qos) && !s.b.journal.settled(f.record):
			return
		case f.released:
			c.out.force(packet.AppendAck(nil, packet.PUBREL, id, packet.Success, c.version))
		case s.unacked >= c.window:
			return
		default:
			s.resendOneLocked(c, id, f)
		}
		s.resend = s.resend[1:]
	}
	if len(s.resend) == 0 {
		s.resend = nil
	}
}

func (s *session) resendOneLocked(c *conn, id uint16, f flight) {
	p := f.m.forward(time.Now())
	p.Dup, p.QoS, p.Retain, p.ID, p.SubscriptionIDs = f.sent, f.qos, f.retain, id, f.ids
	if p.Size(c.version) > c.maxPacket {
		s.landLocked(id, f)
		s.drop(DropTooLarge, 1)
		return
	}
	f.sent, f.counted = true, true
	s.unacked++
	s.flights[id] = f
	c.forward(&p, true)
	s.sent(1, uint64(len(f.m.payload)))
}
