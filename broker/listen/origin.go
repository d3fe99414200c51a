package listen

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
)

// hostAllowed reports whether the Host of a request may be answered. Without a
// list those are addresses, which cannot be rebound, and this machine's names.
func hostAllowed(allowed []string, host string) bool {
	name := hostName(host)
	if len(allowed) > 0 {
		return slices.ContainsFunc(allowed, func(a string) bool { return a == "*" || strings.EqualFold(a, name) })
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	own, err := os.Hostname()
	return err == nil && own != "" && (strings.EqualFold(name, own) || strings.EqualFold(name, own+".local"))
}

// hostName is a Host field without port and brackets.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// originAllowed reports whether the web page that makes a request, if it is one,
// may do so: it is on the list, or without a list from the same host and port.
func originAllowed(allowed []string, r *http.Request) bool {
	origins := r.Header["Origin"]
	if len(origins) == 0 {
		return true // browsers always send one (RFC 6455 section 4.1)
	}
	if len(origins) > 1 {
		return false
	}
	if len(allowed) > 0 {
		return slices.ContainsFunc(allowed, func(a string) bool { return a == "*" || strings.EqualFold(a, origins[0]) })
	}
	u, err := url.Parse(origins[0])
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	port := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	return strings.EqualFold(withPort(u.Host, port), withPort(r.Host, port))
}

// withPort adds the port that a host leaves out.
func withPort(host, port string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(hostName(host), port)
}
