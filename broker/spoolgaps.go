package broker

import "slices"

// spoolGap is a part of a kept session's spool whose messages were appended, and
// of which the journal has not been told yet: others that were appended behind
// them were quicker. It is not read, and when the process ends it is left out, as
// its messages were never acknowledged: their publishers send them again.
type spoolGap struct{ from, to spoolMark }

// extendLocked notes that the messages between two marks are promised, with what
// the journal knows of their publishers.
func (k *keptSession) extendLocked(from, to spoolMark) {
	if from.at >= k.tail.at {
		if from.at > k.tail.at {
			k.gaps = append(k.gaps, spoolGap{k.tail, from})
		}
		k.tail = to
		return
	}
	i := slices.IndexFunc(k.gaps, func(g spoolGap) bool { return g.from.at <= from.at && to.at <= g.to.at })
	if i < 0 {
		return
	}
	g := k.gaps[i]
	k.gaps = slices.Delete(k.gaps, i, i+1)
	if to.at < g.to.at {
		k.gaps = slices.Insert(k.gaps, i, spoolGap{to, g.to})
	}
	if g.from.at < from.at {
		k.gaps = slices.Insert(k.gaps, i, spoolGap{g.from, from})
	}
}

// sureLocked is up to where the spool may be read.
func (k *keptSession) sureLocked() spoolMark {
	sure := k.tail
	for _, g := range k.gaps {
		if g.from.at < sure.at {
			sure = g.from
		}
	}
	return sure
}

// passLocked forgets what is left out before the head.
func (k *keptSession) passLocked() {
	k.left = slices.DeleteFunc(k.left, func(g spoolGap) bool { return g.to.at <= k.head.at })
}

// appendGaps encodes what is not to be read after the end of the process.
func (k *keptSession) appendGaps(e *encoder) {
	for _, gaps := range [][]spoolGap{k.left, k.gaps} {
		for _, g := range gaps {
			for _, m := range []spoolMark{g.from, g.to} {
				e.number(uint64(m.at))
				e.number(m.n)
			}
		}
	}
}

// readGaps decodes them, in order. It reports false for what cannot be.
func (k *keptSession) readGaps(v *decoder) bool {
	for len(v.b) > 0 {
		g := spoolGap{spoolMark{int64(v.number()), v.number()}, spoolMark{int64(v.number()), v.number()}}
		if v.err != nil || g.from.at < 0 || g.to.at <= g.from.at || g.to.at > k.tail.at || g.to.n < g.from.n || g.to.n > k.tail.n {
			return false
		}
		k.left = append(k.left, g)
	}
	slices.SortFunc(k.left, func(a, b spoolGap) int { return int(a.from.at - b.from.at) })
	return true
}

// missing is how many messages are left out.
func (k *keptSession) missing() (n int) {
	for _, g := range k.left {
		n += int(g.to.n - g.from.n)
	}
	return n
}

// stepOverLocked moves the head over what is left out, and returns up to where can
// be read from there.
func (p *spool) stepOverLocked(limit spoolMark) spoolMark {
	for len(p.left) > 0 && p.left[0].from.at <= p.head.at {
		if p.left[0].to.at > p.head.at {
			p.head = p.left[0].to
		}
		p.left = p.left[1:]
	}
	if len(p.left) > 0 && p.left[0].from.at < limit.at {
		return p.left[0].from
	}
	return limit
}

// waitingLocked is how many messages are to be read.
func (p *spool) waitingLocked() int {
	n := int(p.tail.n - p.head.n)
	for _, g := range p.left {
		n -= int(g.to.n - max(g.from.n, p.head.n))
	}
	return n
}
