package main

import (
	"context"
	"time"
)

// sample is one measurement of one server.
type sample struct {
	value float64       // in the unit of the case
	cpu   time.Duration // of the server for one message, 0 where it means nothing
}

// workload does a case's work with a server for a time.
type workload func(ctx context.Context, s *server, d time.Duration) (sample, error)

// benchCase is one line of the table: the same work for several servers.
type benchCase struct {
	name, unit string
	contenders []kind
	work       workload
	// less tells that less is better.
	less bool
	// fresh asks for a server that was just started, in each round.
	fresh bool
	goals []goal
}

// goal is a bound for the ratio of one contender's median to another's, or for
// the first one's median itself when versus is none.
type goal struct {
	name          string
	first, versus kind
	bound         float64
}

// cases are all there are, in the order in which they are measured.
func cases() []benchCase {
	return []benchCase{
		{name: "QoS 0 fan-in", unit: "messages/s", contenders: []kind{ours, oursVouched, oursLocal, mosquitto, nats}, work: fanIn,
			goals: []goal{
				{"QoS 0 fan-in, 4 publishers, 1,000 topics, 64 bytes, raw subscriber, beside mosquitto", ours, mosquitto, 2},
				{"the same beside nats-server", ours, nats, 1},
				{"the same with identities, rules and publishers, beside the open broker", oursVouched, ours, 0.9},
				{"the same to the session in the process, beside the raw subscriber", oursLocal, ours, 2},
			}},
		{name: "QoS 1 both ways", unit: "messages/s", contenders: []kind{ours, mosquitto}, work: qos1,
			goals: []goal{{"QoS 1 both ways, no persistence, beside mosquitto", ours, mosquitto, 1.5}}},
		{name: "QoS 1 durable, session away", unit: "messages/s", contenders: []kind{oursDurable, mosquittoDurable}, work: qos1Away,
			goals: []goal{{"QoS 1 durable to a session that is away, beside mosquitto saving on each change", oursDurable, mosquittoDurable, 3}}},
		{name: "QoS 1 durable", unit: "messages/s", contenders: []kind{oursDurable, mosquittoDurable, nats}, work: qos1Durable,
			goals: []goal{{"QoS 1 durable beside mosquitto saving on each change", oursDurable, mosquittoDurable, 3}}},
		{name: "fan-out", unit: "deliveries/s", contenders: []kind{ours, mosquitto, nats}, work: fanOut,
			goals: []goal{{"fan-out, 1 publisher to 500 subscribers, beside mosquitto", ours, mosquitto, 1.5}}},
		{name: "latency p99", unit: "µs", contenders: []kind{ours, mosquitto, nats}, work: latency, less: true,
			goals: []goal{{"latency p99 at 20,000 messages/s, beside mosquitto", ours, mosquitto, 1}}},
		{name: "idle connection", unit: "KiB", contenders: []kind{ours, mosquitto, nats}, work: idle, less: true, fresh: true,
			goals: []goal{{"memory of an idle connection, of 5,000", ours, none, 12}}},
		{name: "allocations", unit: "allocations/message", contenders: []kind{ours}, work: allocations, less: true,
			goals: []goal{{"allocations of the process for a QoS 0 message routed to one subscriber", ours, none, 0.01}}},
	}
}
