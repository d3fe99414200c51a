package broker

import (
	"container/list"

	"github.com/pilothouse/pilothouse/model"
)

var errCrowdedOut = model.Faultf("too many connections without CONNECT: this one was the oldest")

// pending is the connections that have not come to a session yet, oldest first:
// all of them, and those of each address. Broker.mu guards it.
type pending struct {
	all    list.List // of *conn
	byHost map[string]*list.List
}

// waiting is where a connection stands in both lists.
type waiting struct{ all, host *list.Element }

// add puts a connection into the lists. It returns one that has to go when there
// are too many: the oldest of the same address, or the oldest of all. So silent
// connections make way for those that come to the point.
func (p *pending) add(c *conn, most, mostPerHost int) (crowdedOut *conn) {
	if p.byHost == nil {
		p.byHost = make(map[string]*list.List)
	}
	host := p.byHost[c.host]
	if host == nil {
		host = list.New()
		p.byHost[c.host] = host
	}
	switch {
	case host.Len() >= mostPerHost:
		crowdedOut, _ = host.Front().Value.(*conn)
	case p.all.Len() >= most:
		crowdedOut, _ = p.all.Front().Value.(*conn)
	}
	c.waits = waiting{p.all.PushBack(c), host.PushBack(c)}
	if crowdedOut != nil {
		p.remove(crowdedOut)
	}
	return crowdedOut
}

// remove takes a connection out, if it is in.
func (p *pending) remove(c *conn) {
	if c.waits.all == nil {
		return
	}
	p.all.Remove(c.waits.all)
	host := p.byHost[c.host]
	host.Remove(c.waits.host)
	if host.Len() == 0 {
		delete(p.byHost, c.host)
	}
	c.waits = waiting{}
}

// crowdOut ends a connection without CONNECT for a newer one, nil for none.
func (b *Broker) crowdOut(c *conn) {
	if c != nil {
		c.kick(departure{reason: ConnectionLost, err: errCrowdedOut, quiet: true})
	}
}
