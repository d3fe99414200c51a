package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// ackWindow is how many messages of a publisher may wait for their PUBACK.
const ackWindow = 500

// qos1 is QoS 1 from 4 publishers to one subscriber, both ways acknowledged.
func qos1(ctx context.Context, s *server, d time.Duration) (sample, error) {
	return acknowledged(ctx, s, d, true)
}

// qos1Durable is the same to a session that is kept.
func qos1Durable(ctx context.Context, s *server, d time.Duration) (sample, error) {
	return acknowledged(ctx, s, d, false)
}

// qos1Away is QoS 1 to a session that is kept and away, so that every message
// has to be on disk before it is acknowledged.
func qos1Away(ctx context.Context, s *server, d time.Duration) (sample, error) {
	sub, err := keeper(ctx, s, false)
	if err != nil {
		return sample{}, err
	}
	if err := sub.Close(); err != nil {
		return sample{}, err
	}
	var acked atomic.Int64
	return withPublishers(ctx, s, d, &acked, acked.Load)
}

func acknowledged(ctx context.Context, s *server, d time.Duration, clean bool) (sample, error) {
	sub, err := keeper(ctx, s, clean)
	if err != nil {
		return sample{}, err
	}
	defer drop(sub)
	var got, acked atomic.Int64
	fault := make(chan error, 1)
	go func() { fault <- answer(sub, &got) }()
	result, err := withPublishers(ctx, s, d, &acked, got.Load)
	select {
	case fault := <-fault:
		err = errors.Join(err, fault)
	default:
	}
	f := flood{got: got.Load}
	f.sent.Store(acked.Load())
	if err == nil {
		err = f.drain()
	}
	return result, err
}

// keeper is a new session that is subscribed to all, and kept unless clean.
func keeper(ctx context.Context, s *server, clean bool) (*client, error) {
	last, err := dial(ctx, s, "keeper", true) // ends what an earlier round left
	if err != nil {
		return nil, err
	}
	if err := last.Close(); err != nil {
		return nil, err
	}
	sub, err := dial(ctx, s, "keeper", clean)
	if err != nil {
		return nil, err
	}
	if err := sub.subscribe(1); err != nil {
		return nil, errors.Join(err, sub.Close())
	}
	return sub, nil
}

// withPublishers has publishers work for a time, counts their acknowledged
// messages, and measures how a count goes up meanwhile.
func withPublishers(ctx context.Context, s *server, d time.Duration, acked *atomic.Int64, count func() int64) (sample, error) {
	done := make(chan struct{})
	faults := make(chan error, publishers)
	var all sync.WaitGroup
	for i := range publishers {
		c, err := dial(ctx, s, fmt.Sprint("publisher-", i), true)
		if err != nil {
			return sample{}, err
		}
		defer drop(c)
		all.Go(func() { faults <- publishAcked(c, i, acked, done) })
	}
	result, err := measured(ctx, s, count, d)
	close(done)
	all.Wait()
	for range publishers {
		err = errors.Join(err, <-faults)
	}
	return result, err
}

// publishAcked keeps up to ackWindow messages unacknowledged until done, and
// then waits for the last PUBACK.
func publishAcked(c *client, number int, total *atomic.Int64, done <-chan struct{}) error {
	const group = 50
	var acked atomic.Int64
	fault := make(chan error, 1)
	wake := make(chan struct{}, 1)
	go func() { fault <- countAcks(c, &acked, total, wake) }()
	pack := burst(group, number*group, 1)
	size := len(pack) / group
	idAt := size - payloadBytes - 2
	var own int64
	for {
		select {
		case <-done:
			return awaitAcks(&acked, own, fault, wake)
		case err := <-fault:
			return err
		default:
		}
		if own-acked.Load() > ackWindow-group {
			select {
			case <-wake:
			case <-done:
			}
			continue
		}
		for i := range group {
			binary.BigEndian.PutUint16(pack[i*size+idAt:], uint16((own+int64(i))%60_000)+1)
		}
		own += group
		if _, err := c.Write(pack); err != nil {
			return err
		}
	}
}

func awaitAcks(acked *atomic.Int64, own int64, fault <-chan error, wake <-chan struct{}) error {
	limit := time.After(patience)
	for acked.Load() < own {
		select {
		case err := <-fault:
			return err
		case <-wake:
		case <-limit:
			return fmt.Errorf("%d messages were not acknowledged", own-acked.Load())
		}
	}
	return nil
}

// countAcks counts PUBACK packets, of four bytes each under MQTT 3.1.1, for one
// publisher and for all.
func countAcks(c *client, acked, all *atomic.Int64, wake chan<- struct{}) error {
	const ackBytes = 4
	buf := make([]byte, 16<<10)
	for total := 0; ; {
		n, err := c.r.Read(buf)
		total += n
		now := int64(total / ackBytes)
		all.Add(now - acked.Swap(now))
		select {
		case wake <- struct{}{}:
		default:
		}
		if err != nil {
			return err
		}
	}
}

// answer acknowledges every message that a subscriber receives, as many at once
// as were read at once.
func answer(c *client, got *atomic.Int64) error {
	r := bufio.NewReaderSize(c.r, 128<<10)
	var acks []byte
	for n := int64(0); ; {
		frame, err := nextFrame(r)
		if err != nil {
			return err
		}
		if packet.Type(frame[0]>>4) == packet.PUBLISH {
			n++
			topic := int(binary.BigEndian.Uint16(frame[2:]))
			acks = append(acks, byte(packet.PUBACK)<<4, 2, frame[4+topic], frame[5+topic])
		}
		if _, err := r.Discard(len(frame)); err != nil {
			return err
		}
		if r.Buffered() > 0 && len(acks) < 8<<10 {
			continue
		}
		got.Store(n)
		if _, err := c.Write(acks); err != nil {
			return err
		}
		acks = acks[:0]
	}
}

// nextFrame peeks at the next packet, of at most 127 bytes after its header.
func nextFrame(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(2)
	if err != nil {
		return nil, err
	}
	if head[1] > 127 {
		return nil, errors.New("a packet is longer than expected")
	}
	return r.Peek(2 + int(head[1]))
}
