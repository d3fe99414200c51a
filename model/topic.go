package model

import (
	"strings"
	"unicode/utf8"
)

// Bounds on topic names and filters. MQTT itself allows 65,535 bytes and as
// many levels; these are far above any sane use and keep hostile input cheap.
const (
	MaxTopicBytes  = 512
	MaxTopicLevels = 16
)

// Errors of topic names and filters, wrapped with the particulars.
var (
	ErrTopicEmpty    = Faultf("topic is empty")
	ErrTopicTooLong  = Faultf("topic is longer than %d bytes", MaxTopicBytes)
	ErrTopicTooDeep  = Faultf("topic has more than %d levels", MaxTopicLevels)
	ErrTopicEncoding = Faultf("topic is not valid UTF-8 text")
	ErrTopicWildcard = Faultf("a topic to publish to cannot hold the wildcards + or #")
	ErrFilterSyntax  = Faultf("a wildcard must be a whole level, and # the last one")
)

// CheckTopic reports why topic may not be published to, or nil (MQTT 5.0
// section 4.7; U+0000 and other control characters are refused as section
// 1.5.4 allows).
func CheckTopic(topic string) error {
	if err := checkText(topic); err != nil {
		return err
	}
	if strings.ContainsAny(topic, "+#") {
		return ErrTopicWildcard
	}
	return nil
}

// CheckFilter reports why filter may not be subscribed to, or nil (MQTT 5.0
// section 4.7.1). The prefix of a shared subscription is not understood here:
// the broker takes it off first.
func CheckFilter(filter string) error {
	if err := checkText(filter); err != nil {
		return err
	}
	rest, more := filter, true
	for more {
		var level string
		level, rest, more = strings.Cut(rest, "/")
		if len(level) > 1 && strings.ContainsAny(level, "+#") || level == "#" && more {
			return ErrFilterSyntax
		}
	}
	return nil
}

func checkText(s string) error {
	switch {
	case s == "":
		return ErrTopicEmpty
	case len(s) > MaxTopicBytes:
		return ErrTopicTooLong
	case strings.Count(s, "/") >= MaxTopicLevels:
		return ErrTopicTooDeep
	case !utf8.ValidString(s):
		return ErrTopicEncoding
	}
	for _, r := range s {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xfeff {
			return ErrTopicEncoding
		}
	}
	return nil
}

// MatchTopic reports whether a valid filter matches a valid topic (MQTT 5.0
// section 4.7). Topics whose first level starts with $ match only filters that
// name that level (section 4.7.2).
func MatchTopic(filter, topic string) bool {
	if strings.HasPrefix(topic, "$") && (strings.HasPrefix(filter, "+") || strings.HasPrefix(filter, "#")) {
		return false
	}
	for {
		f, fRest, fMore := strings.Cut(filter, "/")
		if f == "#" {
			return true
		}
		t, tRest, tMore := strings.Cut(topic, "/")
		if f != "+" && f != t {
			return false
		}
		switch {
		case !tMore && !fMore:
			return true
		case !tMore: // "a/#" matches "a" too
			return fRest == "#"
		case !fMore:
			return false
		}
		filter, topic = fRest, tRest
	}
}
