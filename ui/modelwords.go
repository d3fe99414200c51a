package ui

import (
	"slices"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

// stateWords are the states of devices, commands, voyages and the record.
func stateWords() []string {
	return slices.Concat(
		[]string{i18n.Mark("unknown"), i18n.Mark("alive"), i18n.Mark("offline"), i18n.Mark("late"), i18n.Mark("silent"), i18n.Mark("lost")},
		[]string{i18n.Mark("sent"), i18n.Mark("accepted"), i18n.Mark("acknowledged"), i18n.Mark("timed out"), i18n.Mark("failed"),
			i18n.Mark("accepted and kept"), i18n.Mark("Listening"), i18n.Mark("Broker"), i18n.Mark("Delivered"), i18n.Mark("Device")},
		[]string{i18n.Mark("none"), i18n.Mark("from the distance"), i18n.Mark("from the lane"), i18n.Mark("from earlier voyages")},
		[]string{i18n.Mark("recording"), i18n.Mark("keeping on disk until the database is back"), i18n.Mark("disk full"),
			i18n.Mark("cannot write"), i18n.Mark("stopped")},
		[]string{i18n.Mark("valid"), i18n.Mark("expires soon"), i18n.Mark("not valid yet"), i18n.Mark("expired"), i18n.Mark("revoked")},
		[]string{i18n.Mark("device"), i18n.Mark("this broker"), i18n.Mark("authority")},
	)
}

// attemptWords are the kinds of attempts, and what was done about them.
func attemptWords() []string {
	return []string{
		i18n.Mark("Refused"), i18n.Mark("Impersonation refused"), i18n.Mark("Wrong password"), i18n.Mark("Locked out"), i18n.Mark("New source, held"),
		i18n.Mark("Anonymous refused"), i18n.Mark("Plain connection refused"), i18n.Mark("Unknown identity"), i18n.Mark("Unknown authority"),
		i18n.Mark("Certificate out of date"), i18n.Mark("Revoked key tried"), i18n.Mark("Banned"), i18n.Mark("Two devices, one key"),
		i18n.Mark("Flapping"), i18n.Mark("Bad name"), i18n.Mark("Topic denied"), i18n.Mark("Retain denied"), i18n.Mark("Will refused"),
		i18n.Mark("Filter denied"), i18n.Mark("Delivery denied"), i18n.Mark("Command denied"), i18n.Mark("Session taken over"),
		i18n.Mark("Second writer"), i18n.Mark("Listens to everything"), i18n.Mark("Flood"), i18n.Mark("Malformed packets"),
		i18n.Mark("Origin refused"), i18n.Mark("Old TLS refused"), i18n.Mark("Handshake failed"), i18n.Mark("Quota reached"),
		i18n.Mark("Clock wrong"), i18n.Mark("Certificate expires soon"), i18n.Mark("Wants to be enrolled"), i18n.Mark("Defence switched off"),
		i18n.Mark("open"), i18n.Mark("ignored"), i18n.Mark("enrolled"), i18n.Mark("banned"), i18n.Mark("restored"),
	}
}

// listenerWords are the warnings about listeners.
func listenerWords() []string {
	return []string{
		i18n.Mark("Anyone on the network can read and change what is said here: it is not encrypted."),
		i18n.Mark("Anyone on the network is let in without proving who they are."),
	}
}

// dropWords are the reasons for which something was let go.
func dropWords() []string {
	return []string{
		i18n.Mark("messages on topics beyond the topic limit"), i18n.Mark("messages whose topic is not allowed"),
		i18n.Mark("values of fields beyond the field limit"), i18n.Mark("messages shed from history to stay within memory"),
		i18n.Mark("samples shed from series to stay within memory"),
		i18n.Mark("messages of which only the front was kept, to stay within memory"),
		i18n.Mark("topics without a device, beyond the device limit"),
		i18n.Mark("slow reader"), i18n.Mark("queue full"), i18n.Mark("too large for the client"), i18n.Mark("retained store full"),
		i18n.Mark("right withdrawn"), i18n.Mark("lost in a damaged store"), i18n.Mark("not recorded"),
		i18n.Mark("the window could not keep up"),
	}
}

// impostorWords are the attacks of the demo's impostor, and their outcomes.
func impostorWords() []string {
	return []string{
		i18n.Mark("waiting"), i18n.Mark("trying …"), i18n.Mark("refused"), i18n.Mark("succeeded"), i18n.Mark("not carried out"),
		i18n.Mark("Spoofed client ID"), i18n.Mark("Stolen password"), i18n.Mark("Guessed password"), i18n.Mark("Cloned certificate"),
		i18n.Mark("Takeover war"), i18n.Mark("Bad certificates"), i18n.Mark("Anonymous"), i18n.Mark("Evil names"), i18n.Mark("Another's topics"),
		i18n.Mark("Forged will"), i18n.Mark("Forged retained position"), i18n.Mark("Snooping"), i18n.Mark("Snooping on the broker"),
		i18n.Mark("Injected command"), i18n.Mark("Topic alias"), i18n.Mark("Topic explosion"), i18n.Mark("Topics of 30,000 levels"),
		i18n.Mark("Changed on the wire"), i18n.Mark("TLS 1.0 and 1.1"), i18n.Mark("Man in the middle"), i18n.Mark("Silent sockets"),
		i18n.Mark("Huge lengths"), i18n.Mark("JSON bomb"), i18n.Mark("Web page"),
		i18n.Mark("Client ID bound to its identity"), i18n.Mark("Passwords pinned to addresses"), i18n.Mark("Quarantine of cloned keys"),
		i18n.Mark("Limit on takeovers"), i18n.Mark("Own-root rule"), i18n.Mark("Rule for wills"), i18n.Mark("Rule for retained messages"),
		i18n.Mark("Rule for filters"), i18n.Mark("Alias resolved before the rule"), i18n.Mark("Devices know their authority"),
		i18n.Mark("Caps on silent sockets"),
	}
}

// demoWords are what the demo's devices are, say and are told, and the texts of its
// boards.
func demoWords() []string {
	return []string{
		i18n.Mark("ferry"), i18n.Mark("buoy"), i18n.Mark("Speed"), i18n.Mark("Oil"), i18n.Mark("Engine"), i18n.Mark("Fuel"), i18n.Mark("Aboard"),
		i18n.Mark("Heading"), i18n.Mark("Course"), i18n.Mark("Delay by its own word"), i18n.Mark("Horn"), i18n.Mark("Lights"),
		i18n.Mark("Hold position"), i18n.Mark("Resume"), i18n.Mark("Hold"),
		i18n.Mark("Fleet"), i18n.Mark("One ferry"), i18n.Mark("Speeds"), i18n.Mark("# Solent ferries"), i18n.Mark("Speed over ground"),
		i18n.Mark("Where they are"), i18n.Mark("Red Falcon lights"), i18n.Mark("Fastest ferry"), i18n.Mark("Passengers at sea"),
		i18n.Mark("Deck lights"), i18n.Mark("Oil temperature"), i18n.Mark("Position"), i18n.Mark("Passengers aboard"), i18n.Mark("Longest delay"),
		i18n.Mark("Least fuel"), i18n.Mark("Hottest oil"), i18n.Mark("What they answered"),
	}
}

// sessionWords are over what sessions go, and how they end.
func sessionWords() []string {
	return []string{
		i18n.Mark("built-in broker"), i18n.Mark("in-process"), i18n.Mark("secure WebSocket"), i18n.Mark("Unix socket"),
		i18n.Mark("left and had its will sent"), i18n.Mark("connection lost"), i18n.Mark("keep-alive missed"), i18n.Mark("broke the protocol"),
		i18n.Mark("taken over by a newer connection"), i18n.Mark("did not read"), i18n.Mark("disconnected by the operator"),
		i18n.Mark("broker closing"), i18n.Mark("internal fault"), i18n.Mark("what it sent could not be put on disk"), i18n.Mark("its will was sent"),
	}
}

// refusalWords are what becomes of requests to be enrolled, and why connections do
// not become WebSockets.
func refusalWords() []string {
	return []string{
		i18n.Mark("asks to be let in"), i18n.Mark("approved"), i18n.Mark("declined"), i18n.Mark("has its certificate"), i18n.Mark("certificate renewed"),
		i18n.Mark("nobody decided in time"), i18n.Mark("approved, but the device did not come back"), i18n.Mark("began and did not go on"),
		i18n.Mark("unknown invitation"), i18n.Mark("invitation used twice"), i18n.Mark("invitation expired"), i18n.Mark("malformed request"),
		i18n.Mark("no proof of the key"), i18n.Mark("a name the invitation is not for"), i18n.Mark("commitment broken"), i18n.Mark("unknown ticket"),
		i18n.Mark("renewal refused"), i18n.Mark("too many requests"), i18n.Mark("silent connection"), i18n.Mark("address barred"),
		i18n.Mark("the registry failed"), i18n.Mark("closing"),
		i18n.Mark("Origin refused"), i18n.Mark("Host refused"), i18n.Mark("unknown path"), i18n.Mark("not a WebSocket request"),
		i18n.Mark("the subprotocol mqtt is not offered"), i18n.Mark("too many handshakes at once"), i18n.Mark("the handshake was not completed"),
	}
}

// attackWords are what the demo's impostor tries, and why it cannot.
func attackWords() []string {
	return []string{
		i18n.Mark("It says hello under the name of %s, to take over its session and read what waits in it."),
		i18n.Mark("It has the password of %s, and uses it from another address."),
		i18n.Mark("It has a copy of the key of %s, and speaks at the same time."),
		i18n.Mark("It reconnects as fast as it can, to drown %s and everybody else."),
		i18n.Mark("It reports, in its own name, a false position on the topics of %s."),
		i18n.Mark("It leaves a will that says %s is lost, and breaks its connection."),
		i18n.Mark("It leaves a false position of %s for everybody who looks later."),
		i18n.Mark("It asks to be told everything that %s and the others say."),
		i18n.Mark("It hides the topic of %s behind a number, as MQTT 5 allows."),
		i18n.Mark("It lures a device to a hub of its own, with a certificate of another authority."),
		i18n.Mark("It opens connection after connection and says nothing, until %s cannot get in."),
		i18n.Mark("the fleet is in port: start the demo first"),
	}
}
