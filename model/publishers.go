package model

// publishers numbers the publishers that records of history name, so that a
// record needs four bytes for one. Number 0 is the unknown publisher. A number
// is given away again when the last record that held it has gone, so that short
// sessions without end cost no more than the history they left.
type publishers struct {
	list []*Publisher
	uses []uint32 // records that hold each number
	free []uint32
	nums map[*Publisher]uint32
}

// maxPublishers bounds the table: sessions beyond it are remembered with their
// latest message only, not through history.
const maxPublishers = 1 << 20

func (p *publishers) init() {
	p.list = []*Publisher{nil}
	p.uses = []uint32{0}
	p.nums = make(map[*Publisher]uint32)
}

// hold returns the number of pub for one more record.
func (p *publishers) hold(pub *Publisher) uint32 {
	if pub == nil {
		return 0
	}
	n, ok := p.nums[pub]
	switch {
	case ok:
	case len(p.free) > 0:
		n = p.free[len(p.free)-1]
		p.free = p.free[:len(p.free)-1]
		p.list[n], p.nums[pub] = pub, n
	case len(p.list) < maxPublishers:
		n = uint32(len(p.list))
		p.list, p.uses = append(p.list, pub), append(p.uses, 0)
		p.nums[pub] = n
	default:
		return 0
	}
	p.uses[n]++
	return n
}

// release tells that a record that held n has gone.
func (p *publishers) release(n uint32) {
	if n == 0 {
		return
	}
	if p.uses[n]--; p.uses[n] == 0 {
		delete(p.nums, p.list[n])
		p.list[n] = nil
		p.free = append(p.free, n)
	}
}

func (p *publishers) get(n uint32) *Publisher { return p.list[n] }
