// Bench puts the broker beside mosquitto and nats-server: the same work, from
// this process over TCP loopback to servers in processes of their own, in
// alternating rounds, of which the medians are compared. It prints a table of
// ratios and writes bench.json, a list of {"name", "value", "unit", "goal",
// "met"}.
//
// The load generator shares the machine with the server it measures, so a rate
// is that of both together on all cores; the processor time of the server alone
// is printed beside it.
//
// So it is with the session in the process beside the raw subscriber, too: both
// are rates of the machine. The publishers' writes take about as much of it as
// all that the server does for a message that stays inside, and what a raw
// subscriber costs more is only that its bytes are written and read once more,
// many messages at a time. The processor times tell the two apart.
package main
