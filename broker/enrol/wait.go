package enrol

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"
)

// wait opens a ticket's commitment, and answers when there is a decision or
// PollTime is over.
func (s *Server) wait(w http.ResponseWriter, r *http.Request) (string, *failure) {
	var q waitRequest
	if no := read(r, &q); no != nil {
		return "", no
	}
	t, outcome := s.desk.open(q.Ticket, q.Nonce)
	switch outcome {
	case UnknownTicket:
		return "", refuse(UnknownTicket, http.StatusNotFound, "the hub does not know this request any more; ask for a new invitation")
	case BadCommitment:
		return t.name, refuse(BadCommitment, http.StatusForbidden, "the nonce is not the one that was committed to; ask for a new invitation")
	}
	// The server watches for the client's leaving by a read that must not time out.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.limits.PollTime + s.limits.RequestTime))
	s.await(r.Context(), t)
	s.deliver(w, r, t)
	return t.name, nil
}

// await returns when t is decided, or nobody should wait longer.
func (s *Server) await(ctx context.Context, t *ticket) {
	patience := time.NewTimer(s.limits.PollTime)
	defer patience.Stop()
	select {
	case <-t.decided:
	case <-patience.C:
	case <-ctx.Done():
	case <-s.done:
	}
}

// deliver answers with what is known of t now.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, t *ticket) {
	p, enrolled, first := s.desk.outcome(t)
	switch p {
	case approved:
		answer(w, http.StatusOK, s.reply(enrolled, r.Host))
		if first {
			s.tellOf(Collected, t)
		}
	case declined:
		// The operator knows.
		answer(w, http.StatusForbidden, errorReply{Reason: Declined.wire(), Error: "the operator did not let this device in"})
	case expired:
		answer(w, http.StatusGone, errorReply{Reason: TimedOut.wire(), Error: "nobody approved the device in time; ask for a new invitation"})
	default:
		answer(w, http.StatusAccepted, outcomeReply{Waiting: true})
	}
}

// reply is what an enrolled device gets that reached the hub as host.
func (s *Server) reply(e Enrolled, host string) outcomeReply {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return outcomeReply{Certificate: e.Certificate.Raw, Authority: s.registry.Authority().Raw,
		Brokers: s.brokers(strings.Trim(host, "[]")), Name: e.Name, ClientID: e.ClientID, Root: e.Root}
}
