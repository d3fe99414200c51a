package model

import (
	"encoding/json"
	"strconv"
	"strings"
)

// atPointer is the value at a JSON Pointer (RFC 6901) in a document that
// encoding/json has read; ok is false when there is none.
func atPointer(doc any, pointer string) (value any, ok bool) {
	if pointer == "" {
		return doc, true
	}
	if pointer[0] != '/' {
		return nil, false
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for level := range strings.SplitSeq(pointer[1:], "/") {
		level = unescape.Replace(level)
		switch in := doc.(type) {
		case map[string]any:
			if doc, ok = in[level]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(level)
			if err != nil || i < 0 || i >= len(in) {
				return nil, false
			}
			doc = in[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

// plainText is a value as a template writes it: strings without quotes, all else
// as JSON.
func plainText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	out, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(out)
}
