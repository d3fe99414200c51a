package listen

import (
	"net"
	"sync"
)

// handshakes counts those that go on, in all and by address.
type handshakes struct {
	mu      sync.Mutex
	all     int
	perHost map[string]int
}

// enter counts one more, unless there are too many.
func (h *handshakes) enter(host string, most, mostEach int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.all >= most || h.perHost[host] >= mostEach {
		return false
	}
	if h.perHost == nil {
		h.perHost = make(map[string]int)
	}
	h.all++
	h.perHost[host]++
	return true
}

func (h *handshakes) leave(host string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all--
	if h.perHost[host]--; h.perHost[host] == 0 {
		delete(h.perHost, host)
	}
}

// hostOf is the address of a client without its port. Clients without an IP
// address share one.
func hostOf(nc net.Conn) string {
	if a, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
		return a.IP.String()
	}
	return ""
}
