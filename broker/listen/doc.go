// Package listen makes the listeners on which a broker serves clients: TLS,
// WebSocket (MQTT 5.0 section 6), Unix sockets, and connections inside this
// process. Each is an ordinary [net.Listener] that can be put around another:
// secure WebSocket is [WebSocket] around [TLS].
//
// Listeners and connections may be used by several goroutines at once. Closing a
// listener leaves the connections that were accepted from it alone. A read
// deadline that passes does no harm to any of these connections: the next read
// goes on where the last one stopped.
package listen
