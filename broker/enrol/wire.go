package enrol

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// maxBody is the size of the largest request and answer in bytes.
const maxBody = 16 << 10

// The paths of the protocol, below Path.
const (
	askPath   = "ask"
	waitPath  = "wait"
	renewPath = "renew"
)

// askRequest begins an enrolment.
type askRequest struct {
	Token      string `json:"token"`
	CSR        []byte `json:"csr"` // PKCS#10, DER
	Commitment []byte `json:"commitment"`
	// Name is what the device wants to be called, if it minds; Host what it
	// calls itself, for the operator to read.
	Name string `json:"name,omitempty"`
	Host string `json:"host,omitempty"`
}

// askReply hands out a ticket.
type askReply struct {
	Ticket string `json:"ticket"`
	Nonce  []byte `json:"nonce"`
}

// waitRequest opens the commitment and waits for the operator.
type waitRequest struct {
	Ticket string `json:"ticket"`
	Nonce  []byte `json:"nonce"`
}

// renewRequest asks for the next certificate.
type renewRequest struct {
	CSR []byte `json:"csr"`
}

// outcomeReply is a decision, or tells that there is none yet.
type outcomeReply struct {
	Waiting     bool     `json:"waiting,omitempty"`
	Certificate []byte   `json:"certificate,omitempty"` // DER
	Authority   []byte   `json:"authority,omitempty"`   // DER
	Brokers     []string `json:"brokers,omitempty"`     // mqtts and wss URLs
	Name        string   `json:"name,omitempty"`
	ClientID    string   `json:"client_id,omitempty"`
	Root        string   `json:"root,omitempty"`
}

// errorReply says why not.
type errorReply struct {
	Reason string `json:"reason"` // an outcome
	Error  string `json:"error"`  // for people
}

var errTrailing = errors.New("something follows the JSON object")

// decode reads one JSON object of at most maxBody bytes.
func decode(r io.Reader, into any) error {
	d := json.NewDecoder(r)
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errTrailing
	}
	return nil
}

// answer writes v as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil { // none of the types above can fail
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a device that went away asks again
}
