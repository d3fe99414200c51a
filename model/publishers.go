package model

// publishers numbers the publishers seen, so that a record of history needs
// four bytes for one. Number 0 is the unknown publisher.
type publishers struct {
	list []*Publisher
	nums map[*Publisher]uint32
}

// maxPublishers bounds the table: sessions beyond it are remembered with their
// latest message only, not through history.
const maxPublishers = 1 << 20

func (p *publishers) init() {
	p.list = []*Publisher{nil}
	p.nums = map[*Publisher]uint32{nil: 0}
}

func (p *publishers) number(pub *Publisher) uint32 {
	n, ok := p.nums[pub]
	if !ok && len(p.list) < maxPublishers {
		n = uint32(len(p.list))
		p.list = append(p.list, pub)
		p.nums[pub] = n
	}
	return n
}

func (p *publishers) get(n uint32) *Publisher { return p.list[n] }
