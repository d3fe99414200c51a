// Bench puts the broker beside mosquitto and nats-server: the same work, from
// this process over TCP loopback to servers in processes of their own, in
// alternating rounds, of which the medians are compared. It prints a table of
// ratios and writes bench.json, a list of {"name", "value", "unit", "goal",
// "met"}.
//
// The load generator shares the machine with the server it measures, so a rate
// is that of both together on all cores; the processor time of the server alone
// is printed beside it.
package main
