// Package demo is a ferry fleet on the Solent: real crossings, on a timetable,
// each vessel and buoy a real MQTT 3.1.1 client over TCP.
//
// Two halves meet in [Demo]. The simulation ([Fleet], [Vessel]) is a pure
// function of a seed and a simulated clock and knows no sockets. The transport
// gives each vessel and buoy its own connection, with a will, and publishes at
// the cadence of real time whatever the speed of the simulation.
//
// # Topics
//
//	solent/ferries/<vessel>/position    1 s      {"lat","lon","sog","cog","hdg","time"}
//	solent/ferries/<vessel>/engine      2 s      {"rpm","oil_temp_c","fuel_pct"}
//	solent/ferries/<vessel>/passengers  10 s     {"aboard","capacity"}, and on change
//	solent/ferries/<vessel>/voyage      5 s      {"from","to","departed","scheduled_arrival","predicted_arrival","delay_s"}, and on change
//	solent/ferries/<vessel>/status      retained online, offline or lost, as plain text
//	solent/ferries/<vessel>/command/<horn|lights|hold|resume>
//	solent/ferries/<vessel>/ack/<name>           {"id","ok","reason","time","state"}
//	solent/buoys/<id>/ok                5 s      I'm not broken
//	solent/buoys/<id>/position          retained {"lat","lon"}
//
// Times are simulated time, RFC 3339 in UTC; speeds knots; courses degrees
// from true north. A vessel's status is "online" while it is connected,
// "offline" after it said goodbye, and "lost" when its will spoke. In port,
// departed is null and from and to are the next voyage's.
//
// # Concurrency
//
// A Fleet and its vessels belong to one goroutine at a time. In a running Demo
// each vessel belongs to the goroutine that publishes for it.
package demo
