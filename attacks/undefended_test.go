package attacks

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/pilothouse/pilothouse/model"
)

// undefended is a broker as one writes it on a Sunday: it speaks MQTT to those
// who do, believes every name, bounds nothing, and ends like a process when a
// packet is not what it expects. It shows what attacks do where the defence is
// missing that cannot be switched off in the real one.
type undefended struct {
	heard func([]model.Message)

	mu       sync.Mutex
	conns    map[net.Conn]map[string]bool // filters
	levels   map[net.Conn]byte
	retained map[string][]byte
	died     bool
	work     sync.WaitGroup
}

// openUndefended starts one in place of the real broker.
func (w *world) openUndefended() {
	u := &undefended{conns: make(map[net.Conn]map[string]bool), levels: make(map[net.Conn]byte), retained: make(map[string][]byte)}
	w.audience.vouched = ""
	u.heard = w.audience.take
	w.audience.publish = func(_ context.Context, topic string, payload []byte) error {
		u.route(topic, payload)
		return nil
	}
	w.t.Cleanup(func() { u.die(); u.work.Wait() })
	w.serve(u.serve)
}

func (u *undefended) serve(ln net.Listener) error {
	for {
		nc, err := ln.Accept()
		if err != nil {
			return err
		}
		u.mu.Lock()
		if u.died {
			u.mu.Unlock()
			_ = nc.Close()
			continue
		}
		u.conns[nc] = make(map[string]bool)
		u.work.Go(func() { u.talk(nc) })
		u.mu.Unlock()
	}
}

// die ends everything, as a fault ends a process.
func (u *undefended) die() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.died = true
	for nc := range u.conns {
		_ = nc.Close()
	}
}

func (u *undefended) talk(nc net.Conn) {
	defer func() {
		if recover() != nil {
			u.die()
		}
		u.mu.Lock()
		delete(u.conns, nc)
		u.mu.Unlock()
		_ = nc.Close()
	}()
	r := bufio.NewReader(nc)
	for {
		first, err := r.ReadByte()
		if err != nil {
			return
		}
		n, err := binary.ReadUvarint(r)
		if err != nil {
			return
		}
		body := make([]byte, min(n, mostPromised)) // as was promised
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		if u.packet(nc, first, body) != nil {
			return
		}
	}
}

// mostPromised keeps even this broker from filling the machine's memory.
const mostPromised = 2 << 20

var errGoodbye = errors.New("goodbye")

// packet handles one packet, and looks at no length.
func (u *undefended) packet(nc net.Conn, first byte, b []byte) error {
	var answer []byte
	switch first >> 4 {
	case 1:
		u.mu.Lock()
		u.levels[nc] = b[6]
		u.mu.Unlock()
		if answer = []byte{0x20, 2, 0, 0}; b[6] == 5 {
			answer = []byte{0x20, 3, 0, 0, 0}
		}
	case 3:
		answer = u.published(nc, first, b)
	case 6:
		answer = []byte{0x70, 2, b[0], b[1]}
	case 8:
		answer = u.subscribed(nc, b)
	case 12:
		answer = []byte{0xd0, 0}
	case 14:
		return errGoodbye
	case 4, 5, 7, 10:
	default:
		panic("a packet that nobody thought of")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	_, err := nc.Write(answer)
	return err
}

func (u *undefended) published(nc net.Conn, first byte, b []byte) (answer []byte) {
	n := int(binary.BigEndian.Uint16(b))
	topic, b := string(b[2:2+n]), b[2+n:]
	if qos := first >> 1 & 3; qos > 0 {
		answer = []byte{[]byte{0, 0x40, 0x50, 0}[qos], 2, b[0], b[1]}
		b = b[2:]
	}
	u.mu.Lock()
	if u.levels[nc] == 5 {
		b = b[1+int(b[0]):]
	}
	if first&1 == 1 {
		u.retained[topic] = b
	}
	u.mu.Unlock()
	u.look(b)
	u.route(topic, b)
	u.heard([]model.Message{{Topic: topic, Payload: b}})
	return answer
}

// stackLevels is how deep a payload may be nested before a stack of ordinary size
// has no room.
const stackLevels = 100_000

// look looks into JSON by calling itself for each level.
func (u *undefended) look(b []byte) {
	var into func(b []byte, level int)
	into = func(b []byte, level int) {
		if level == stackLevels {
			panic("stack overflow")
		}
		if len(b) > 0 && b[0] == '[' {
			into(b[1:], level+1)
		}
	}
	into(b, 0)
}

func (u *undefended) subscribed(nc net.Conn, b []byte) []byte {
	id, rest := b[:2], b[2:]
	u.mu.Lock()
	defer u.mu.Unlock()
	five := u.levels[nc] == 5
	if five {
		rest = rest[1+int(rest[0]):]
	}
	n := int(binary.BigEndian.Uint16(rest))
	filter := string(rest[2 : 2+n])
	u.conns[nc][filter] = true
	out := []byte{0x90, 3, id[0], id[1], 0}
	if five {
		out = []byte{0x90, 4, id[0], id[1], 0, 0}
	}
	for topic, payload := range u.retained {
		if fits(filter, topic) {
			out = append(out, publication(topic, payload, five, 1)...)
		}
	}
	return out
}

// route sends a message to those who want it.
func (u *undefended) route(topic string, payload []byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for nc, filters := range u.conns {
		for f := range filters {
			if fits(f, topic) {
				_, _ = nc.Write(publication(topic, payload, u.levels[nc] == 5, 0))
				break
			}
		}
	}
}

func fits(filter, topic string) bool {
	root, deep := strings.CutSuffix(filter, "#")
	return filter == topic || deep && strings.HasPrefix(topic, root)
}

func publication(topic string, payload []byte, five bool, retain byte) []byte {
	b := append(binary.BigEndian.AppendUint16(nil, uint16(len(topic))), topic...)
	if five {
		b = append(b, 0)
	}
	b = append(b, payload...)
	return append(binary.AppendUvarint([]byte{0x30 | retain}, uint64(len(b))), b...)
}
