package model

import "strings"

// DeviceRule tells which topics belong to a kind of device and how the device
// is commanded. The first rule whose Filter matches the front of a topic wins.
type DeviceRule struct {
	// Filter matches a device's root topic, such as "solent/ferries/+". It holds
	// no "#".
	Filter string `json:"filter"`
	// Kind is what the device is, such as "ferry".
	Kind string `json:"kind"`
	// Values are what to show first of the device, the most important first.
	Values []ValueSpec `json:"values,omitempty"`
	// Commands are the buttons of the device.
	Commands []CommandSpec `json:"commands,omitempty"`
}

// ValueSpec names a value of a device and how to show it.
type ValueSpec struct {
	// Topic is the topic below the device's root, empty for the root itself.
	Topic string `json:"topic"`
	// Pointer is the field (RFC 6901).
	Pointer string `json:"pointer"`
	Label   string `json:"label"`
	Unit    string `json:"unit,omitempty"`
	// Decimals is how many to show; -1 for as many as the value needs.
	Decimals int `json:"decimals"`
}

// match returns the root of the device that topic belongs to by r.
func (r *DeviceRule) match(topic string) (root string, ok bool) {
	levels := strings.Count(r.Filter, "/") + 1
	end := 0
	for i := range levels {
		if i > 0 {
			end++ // the slash
		}
		next := strings.IndexByte(topic[min(end, len(topic)):], '/')
		if next < 0 {
			if i < levels-1 {
				return "", false
			}
			end = len(topic)
			break
		}
		end += next
	}
	root = topic[:end]
	return root, MatchTopic(r.Filter, root)
}

// verbs are the levels below a device that carry no reading of their own: by
// custom (Homie, Tasmota, Zigbee2MQTT, Home Assistant) they command, answer or
// tell whether the device is there.
var verbs = map[string]topicRole{
	"command": roleInbound, "commands": roleInbound, "cmd": roleInbound, "cmnd": roleInbound,
	"set": roleInbound, "get": roleInbound,
	"ack": roleReport, "acks": roleReport,
	"status": roleStatus, "availability": roleStatus, "lwt": roleStatus, "LWT": roleStatus,
	"state": roleReport, "voyage": roleVoyage,
}

// guessRoot is the root of the device that topic belongs to when no rule says:
// the topic up to its first verb, else without its last level when it has three
// or more, else the topic itself.
func guessRoot(topic string) string {
	levels := 0
	for end := 0; ; {
		next := strings.IndexByte(topic[end:], '/')
		if next < 0 {
			if _, verb := verbs[topic[end:]]; verb && end > 1 || levels >= 2 {
				return topic[:end-1]
			}
			return topic
		}
		if _, verb := verbs[topic[end:end+next]]; verb && end > 1 {
			return topic[:end-1]
		}
		levels++
		end += next + 1
	}
}

// roleBelow is what the topic is to the device with the given root, told by the
// first level below it. A command to a part of the device ("lamp/white/set") is
// one further down, and one to everything ("cmnd/lamp/POWER") comes first.
func roleBelow(root, topic string) topicRole {
	if first, _, _ := strings.Cut(topic, "/"); first == "cmnd" {
		return roleInbound
	}
	rest := strings.TrimPrefix(topic[len(root):], "/")
	level, rest, more := strings.Cut(rest, "/")
	role := verbs[level]
	for role == roleReport && more {
		level, rest, more = strings.Cut(rest, "/")
		if verbs[level] == roleInbound {
			role = roleInbound
		}
	}
	return role
}
