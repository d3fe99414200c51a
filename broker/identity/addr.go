package identity

import (
	"net/netip"
	"strings"
)

// isLocal tells whether an address of the broker is of this machine: loopback,
// Unix sockets and the listener in memory.
func isLocal(addr string) bool {
	if a, ok := ipOf(addr); ok {
		return a.IsLoopback()
	}
	return addr == "memory" || addr == "pipe" || strings.HasPrefix(addr, "unix:")
}

// ipOf is the IP address in host:port, without a zone.
func ipOf(addr string) (netip.Addr, bool) {
	p, err := netip.ParseAddrPort(addr)
	if err != nil {
		return netip.Addr{}, false
	}
	return p.Addr().Unmap().WithZone(""), true
}

// sourceOf is what attempts from an address are counted under: the IPv4 address
// or the IPv6 network of 64 bits, which one customer has to himself.
func sourceOf(addr string) string {
	a, ok := ipOf(addr)
	if !ok {
		return addr[:min(len(addr), maxText)]
	}
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return a.String()
	}
	return p.String()
}
