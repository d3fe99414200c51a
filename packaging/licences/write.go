package licences

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// ByModule is the first licence of each module, as "PATH VERSION" to its SPDX
// identifier.
func ByModule(notices []Notice) map[string]string {
	ids := make(map[string]string)
	for _, n := range notices {
		for _, of := range n.Of {
			if ids[of] == "" {
				ids[of] = n.ID
			}
		}
	}
	return ids
}

// rule stands between two texts.
var rule = strings.Repeat("-", 78)

// Write writes the notices as one plain text, preamble first.
func Write(w io.Writer, preamble string, notices []Notice) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, strings.TrimSpace(preamble))
	for _, n := range notices {
		fmt.Fprintf(b, "\n%s\n", rule)
		for _, of := range n.Of {
			fmt.Fprintln(b, of)
		}
		label := n.File
		if n.ID != "" {
			label += " (" + n.ID + ")"
		}
		fmt.Fprintf(b, "%s\n%s\n\n%s", label, rule, n.Text)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the licences: %w", err)
	}
	return nil
}
