package identity

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/model"
)

// The placeholders of filters in rules. Each is a whole level; {root} becomes as
// many levels as the root has.
const (
	rootPlaceholder = "{root}"
	namePlaceholder = "{name}"
)

// checkTemplate reports why a filter with placeholders cannot be a rule, or nil.
func checkTemplate(t string) error {
	if err := model.CheckFilter(t); err != nil {
		return err
	}
	for level := range strings.SplitSeq(t, "/") {
		if strings.ContainsAny(level, "{}") && level != rootPlaceholder && level != namePlaceholder {
			return fmt.Errorf("%q is no placeholder: there are {root} and {name}, each a level of its own", level)
		}
	}
	return nil
}

var errExpansion = errors.New("a placeholder stands for nothing, or for a wildcard")

// expand puts an identity's values into a template. It fails rather than widen
// the filter: a value that is empty or holds a wildcard expands to nothing.
func expand(template string, i *Identity) (string, error) {
	levels := strings.Split(template, "/")
	for n, level := range levels {
		var value string
		switch level {
		case rootPlaceholder:
			value = i.Root
		case namePlaceholder:
			value = i.Name
		default:
			continue
		}
		if value == "" || strings.ContainsAny(value, "+#{}") || strings.HasPrefix(value, "$") {
			return "", errExpansion
		}
		levels[n] = value
	}
	filter := strings.Join(levels, "/")
	if err := model.CheckFilter(filter); err != nil {
		return "", err
	}
	return filter, nil
}

// expandAll expands templates and leaves out those that stand for nothing.
func expandAll(i *Identity, lists ...[]string) (filters []string) {
	for _, list := range lists {
		for _, t := range list {
			if f, err := expand(t, i); err == nil {
				filters = append(filters, f)
			}
		}
	}
	return filters
}

// matchesAny tells whether one of filters matches topic. No filters match
// nothing.
func matchesAny(filters []string, topic string) bool {
	for _, f := range filters {
		if model.MatchTopic(f, topic) {
			return true
		}
	}
	return false
}

// coversAny tells whether one of filters covers wanted.
func coversAny(filters []string, wanted string) bool {
	for _, f := range filters {
		if covers(f, wanted) {
			return true
		}
	}
	return false
}

// covers tells whether every topic that matches wanted matches allowed.
func covers(allowed, wanted string) bool {
	if strings.HasPrefix(wanted, "$") && (strings.HasPrefix(allowed, "+") || strings.HasPrefix(allowed, "#")) {
		return false // MQTT 5.0 section 4.7.2
	}
	for {
		a, aRest, aMore := strings.Cut(allowed, "/")
		if a == "#" {
			return true
		}
		w, wRest, wMore := strings.Cut(wanted, "/")
		if w == "#" || a != "+" && a != w {
			return false
		}
		switch {
		case !wMore && !aMore:
			return true
		case !wMore: // "a/#" covers "a" too
			return aRest == "#"
		case !aMore:
			return false
		}
		allowed, wanted = aRest, wRest
	}
}
