package model

import (
	"errors"
	"strings"
	"testing"
)

func TestMatchTopic(t *testing.T) {
	for _, tc := range []struct {
		filter, topic string
		want          bool
	}{ // the examples of MQTT 5.0 section 4.7.1, and their edges
		{"sport/tennis/player1/#", "sport/tennis/player1", true},
		{"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
		{"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
		{"sport/#", "sport", true},
		{"sport/+", "sport", false},
		{"sport/+", "sport/", true},
		{"+/+", "/finance", true},
		{"/+", "/finance", true},
		{"+", "/finance", false},
		{"#", "a/b", true},
		{"#", "$SYS/uptime", false},
		{"+/monitor/Clients", "$SYS/monitor/Clients", false},
		{"$SYS/#", "$SYS/uptime", true},
		{"$SYS/monitor/+", "$SYS/monitor/Clients", true},
		{"a/+/c", "a/b/c", true},
		{"a/+/c", "a/b/d", false},
		{"a/+/c/#", "a/b/c", true},
		{"a", "a/b", false},
		{"a/b", "a", false},
		{"a//b", "a//b", true},
		{"a/+/b", "a//b", true},
	} {
		if got := MatchTopic(tc.filter, tc.topic); got != tc.want {
			t.Errorf("MatchTopic(%q, %q) = %v", tc.filter, tc.topic, got)
		}
	}
}

func TestCheckTopicAndFilter(t *testing.T) {
	deep := strings.Repeat("a/", MaxTopicLevels) + "a"
	for _, tc := range []struct {
		s             string
		topic, filter error
	}{
		{"", ErrTopicEmpty, ErrTopicEmpty},
		{"a//b", nil, nil},
		{"/", nil, nil},
		{strings.Repeat("x", MaxTopicBytes+1), ErrTopicTooLong, ErrTopicTooLong},
		{deep, ErrTopicTooDeep, ErrTopicTooDeep},
		{"a\x00b", ErrTopicEncoding, ErrTopicEncoding},
		{"a\xffb", ErrTopicEncoding, ErrTopicEncoding},
		{"a\nb", ErrTopicEncoding, ErrTopicEncoding},
		{"a/+/b", ErrTopicWildcard, nil},
		{"a/#", ErrTopicWildcard, nil},
		{"a/#/b", ErrTopicWildcard, ErrFilterSyntax},
		{"a+/b", ErrTopicWildcard, ErrFilterSyntax},
		{"a/b#", ErrTopicWildcard, ErrFilterSyntax},
		{"küche/thermometer", nil, nil},
	} {
		if err := CheckTopic(tc.s); !errors.Is(err, tc.topic) {
			t.Errorf("CheckTopic(%.20q) = %v, want %v", tc.s, err, tc.topic)
		}
		if err := CheckFilter(tc.s); !errors.Is(err, tc.filter) {
			t.Errorf("CheckFilter(%.20q) = %v, want %v", tc.s, err, tc.filter)
		}
	}
}

func TestNaturalOrder(t *testing.T) {
	sorted := []string{"", "a", "a1", "a02", "a2b", "a10", "a10b2", "a10b10", "b"}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := lessNatural(a, b); got != (i < j) {
				t.Errorf("lessNatural(%q, %q) = %v", a, b, got)
			}
		}
	}
}
