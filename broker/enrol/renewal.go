package enrol

import (
	"net/http"
	"time"
)

// renew gives a device with a valid certificate the next one.
func (s *Server) renew(w http.ResponseWriter, r *http.Request) (string, *failure) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return "", refuse(RenewalRefused, http.StatusUnauthorized, "a certificate is renewed over a connection that it is used for; if it has expired, enrol again")
	}
	old := r.TLS.PeerCertificates[0]
	name := plausible(old.Subject.CommonName)
	var q renewRequest
	if no := read(r, &q); no != nil {
		return name, no
	}
	csr, err := parseCSR(q.CSR)
	switch {
	case err != nil:
		return name, refuse(BadProof, http.StatusBadRequest, "%v", err)
	case time.Now().After(old.NotAfter):
		return name, refuse(RenewalRefused, http.StatusForbidden, "the certificate has expired; enrol again")
	case !claims(csr, old.Subject.CommonName):
		return name, refuse(WrongName, http.StatusForbidden, "the signing request is for another name than the certificate")
	}
	next, err := s.registry.Renew(old, csr)
	if err != nil {
		return name, &failure{outcome: RenewalRefused, status: http.StatusForbidden, text: "the hub does not renew this certificate; its operator is told why", detail: err.Error()}
	}
	if err := s.checkIssued(next, csr); err != nil {
		return name, &failure{outcome: Failed, status: http.StatusInternalServerError, text: "the hub could not issue a certificate; its operator is told why", detail: err.Error()}
	}
	answer(w, http.StatusOK, s.reply(next, r.Host))
	s.tell(Renewed, r.RemoteAddr, next.Name, "")
	return name, nil
}
