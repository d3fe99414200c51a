package enrol

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
)

// failure is a request that is not granted.
type failure struct {
	outcome Outcome
	status  int
	text    string // for people at the device
	detail  string // for the operator, instead of text
}

func refuse(o Outcome, status int, format string, args ...any) *failure {
	return &failure{outcome: o, status: status, text: fmt.Sprintf(format, args...)}
}

// endpoint answers one kind of request, or says why not. name is the identity
// concerned, as far as it is known.
type endpoint func(w http.ResponseWriter, r *http.Request) (name string, no *failure)

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for path, serve := range map[string]endpoint{askPath: s.ask, waitPath: s.wait, renewPath: s.renew} {
		mux.HandleFunc("POST "+Path+path, func(w http.ResponseWriter, r *http.Request) { s.run(serve, w, r) })
	}
	mux.HandleFunc("GET "+Path+"{$}", s.explain)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, "", refuse(BadRequest, http.StatusNotFound, "there is nothing here; devices enrol at %s", Path))
	})
	return mux
}

// ServeHTTP implements http.Handler. A caller other than Serve has to bound
// connections and times itself.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	spoke(r.Context())
	if !s.requests.allow(network(addrOf(r.RemoteAddr))) {
		w.Header().Set("Retry-After", "5")
		s.fail(w, r, "", refuse(Flooded, http.StatusTooManyRequests, "too many requests from this address; wait a little"))
		return
	}
	s.mux.ServeHTTP(w, r)
}

// explain is for a person who opens the invitation in a browser.
func (s *Server) explain(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "This is where devices enrol with Pilothouse. On the device, run\n\n    pilothouse enrol 'URL'\n\nwith the whole address as URL, the part after # included.")
}

// run bounds a request and lets serve answer it.
func (s *Server) run(serve endpoint, w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		s.fail(w, r, "", refuse(BadRequest, http.StatusUnsupportedMediaType, "the request has to be application/json"))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if name, no := serve(w, r); no != nil {
		s.fail(w, r, name, no)
	}
}

// fail answers with an error, and tells the operator.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, name string, no *failure) {
	detail := no.detail
	if detail == "" {
		detail = no.text
	}
	s.tell(no.outcome, r.RemoteAddr, name, detail)
	answer(w, no.status, errorReply{Reason: no.outcome.wire(), Error: no.text})
}

// read decodes the body.
func read(r *http.Request, into any) *failure {
	err := decode(r.Body, into)
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return refuse(BadRequest, http.StatusRequestEntityTooLarge, "the request has more than %d bytes", maxBody)
	case err != nil:
		return refuse(BadRequest, http.StatusBadRequest, "the request cannot be read: %v", err)
	}
	return nil
}
