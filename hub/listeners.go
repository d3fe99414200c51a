package hub

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// The names of transports, as sessions have them.
const (
	transportTCP  = "TCP"
	transportTLS  = "TLS"
	transportWS   = "WebSocket"
	transportWSS  = "secure WebSocket"
	transportUnix = "Unix socket"
)

// endpoint is a listener with what to say of it.
type endpoint struct {
	watch.Listener
	ln net.Listener
}

// openListeners opens what the command line asks for, and the network when
// devices were enrolled.
func (h *Hub) openListeners() error {
	ln, moved, err := listenNear(h.ctx, h.cfg.Listen)
	if err != nil {
		return err
	}
	h.listen, h.Moved = ln, moved
	h.Address = "mqtt://" + ln.Addr().String()
	h.serve(transportTCP, ln)
	for _, o := range []struct{ transport, address string }{
		{transportTLS, h.cfg.ListenTLS}, {transportWS, h.cfg.ListenWS}, {transportWSS, h.cfg.ListenWSS}, {transportUnix, h.cfg.ListenUnix},
	} {
		if o.address == "" {
			continue
		}
		if _, err := h.open(o.transport, o.address); err != nil {
			return err
		}
	}
	if h.hasDevices() {
		if err := h.OpenNetwork(); err != nil {
			h.Store.Note(model.Event{At: time.Now(), Kind: model.EventTrouble, Serious: true, Text: err.Error()})
		}
	}
	return nil
}

// open opens an address for a transport and serves it. What comes from the
// network goes through layers, if there are any.
func (h *Hub) open(transport, address string, layers ...func(net.Listener) net.Listener) (net.Listener, error) {
	ln, err := h.listenFor(transport, address, layers)
	if err != nil {
		return nil, fmt.Errorf("let devices connect by %s at %s: %w", transport, address, err)
	}
	h.serve(transport, ln)
	return ln, nil
}

func (h *Hub) listenFor(transport, address string, layers []func(net.Listener) net.Listener) (net.Listener, error) {
	if transport == transportUnix {
		return listen.Unix(address)
	}
	ln, _, err := listenNear(h.ctx, address)
	if err != nil {
		return nil, err
	}
	for _, layer := range layers {
		ln = layer(ln)
	}
	if transport == transportTLS || transport == transportWSS {
		config, verify := h.Registry.ServerTLS()
		encrypted, err := listen.TLS(ln, config, verify)
		if err != nil {
			return nil, errors.Join(err, ln.Close())
		}
		ln = encrypted
	}
	if transport == transportWS || transport == transportWSS {
		ln = listen.WebSocket(ln, listen.Options{Origins: h.cfg.Origins, Hosts: h.cfg.Hosts, OnRefuse: h.onWebRefusal})
	}
	return ln, nil
}

// serve has the broker accept from a listener until the hub is closed.
func (h *Hub) serve(transport string, ln net.Listener) {
	e := &endpoint{ln: ln, Listener: describe(transport, ln.Addr())}
	e.Anonymous = e.Loopback || h.cfg.AllowAnonymous
	h.endpointMu.Lock()
	h.endpoints = append(h.endpoints, e)
	h.endpointMu.Unlock()
	h.group.Go(func() {
		err := h.Broker.Serve(h.ctx, ln)
		if err == nil || h.ctx.Err() != nil {
			return
		}
		h.endpointMu.Lock()
		e.Err = err.Error()
		h.endpointMu.Unlock()
		h.Store.Note(model.Event{At: time.Now(), Kind: model.EventTrouble, Text: err.Error(), Serious: true})
	})
}

// describe is what to tell of an address.
func describe(transport string, addr net.Addr) watch.Listener {
	l := watch.Listener{Address: addr.String(), Transport: transport, Encrypted: transport == transportTLS || transport == transportWSS}
	if transport == transportUnix {
		l.Loopback, l.URL = true, "unix://"+addr.String()
		return l
	}
	l.Loopback = isLoopback(addr.String())
	scheme := map[string]string{transportTCP: "mqtt", transportTLS: "mqtts", transportWS: "ws", transportWSS: "wss"}[transport]
	l.URL = scheme + "://" + reachable(addr.String())
	if transport == transportWS || transport == transportWSS {
		l.URL += "/mqtt"
	}
	return l
}

// isLoopback tells whether an address, host:port, is this machine's own alone.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// reachable is an address with the first of this machine's own in the place of
// "all of them".
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
		return address
	}
	own := ownAddresses()
	if i := slices.IndexFunc(own, func(ip net.IP) bool { return ip.To4() != nil }); i >= 0 {
		return net.JoinHostPort(own[i].String(), port)
	}
	if len(own) > 0 {
		return net.JoinHostPort(own[0].String(), port)
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// Listeners are where clients connect.
func (h *Hub) Listeners() []watch.Listener {
	counts := make(map[string]int)
	if h.Broker != nil {
		for _, s := range h.Broker.Sessions() {
			counts[baseTransport(s.Transport)]++
		}
	}
	h.endpointMu.Lock()
	defer h.endpointMu.Unlock()
	out := make([]watch.Listener, 0, len(h.endpoints))
	for _, e := range h.endpoints {
		l := e.Listener
		l.Connections = counts[l.Transport]
		out = append(out, l)
	}
	return out
}

// baseTransport is a transport without its version: "TLS" for "TLS 1.3".
func baseTransport(t string) string {
	switch {
	case strings.HasPrefix(t, transportTLS):
		return transportTLS
	case t == "Unix":
		return transportUnix
	}
	return t
}

// OpenNetwork lets enrolled devices of the network connect, with TLS alone, and
// new ones enrol. It does so once.
func (h *Hub) OpenNetwork() error {
	h.networkMu.Lock()
	defer h.networkMu.Unlock()
	if h.enrolment != nil {
		return nil
	}
	if h.cfg.ListenTLS == "" {
		if _, err := h.open(transportTLS, defaultTLS); err != nil {
			return err
		}
	}
	return h.openEnrolment()
}

// urlOf is the URL of the first listener of a transport, empty for none.
func (h *Hub) urlOf(transport, host string) string {
	h.endpointMu.Lock()
	defer h.endpointMu.Unlock()
	for _, e := range h.endpoints {
		if e.Transport != transport || e.Loopback && !isLoopback(net.JoinHostPort(host, "0")) {
			continue
		}
		_, port, err := net.SplitHostPort(e.Address)
		if err != nil {
			continue
		}
		scheme, rest, _ := strings.Cut(e.URL, "://")
		_, path, found := strings.Cut(rest, "/")
		u := scheme + "://" + net.JoinHostPort(host, port)
		if found {
			u += "/" + path
		}
		return u
	}
	return ""
}

// tlsAddress is where devices of the network connect with TLS.
func (h *Hub) tlsAddress() (host string, port int, err error) {
	address := reachable(orElse(h.cfg.ListenTLS, defaultTLS))
	if host, _, err = net.SplitHostPort(address); err != nil {
		return "", 0, err
	}
	u, err := url.Parse(h.urlOf(transportTLS, host))
	if err != nil {
		return "", 0, err
	}
	if port, err = strconv.Atoi(u.Port()); err != nil {
		return "", 0, fmt.Errorf("no listener with TLS is open at %s", address)
	}
	return host, port, nil
}
