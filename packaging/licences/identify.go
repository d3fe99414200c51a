package licences

import "strings"

// known are the licences that may be shipped in the program, told apart by
// phrases that only their texts have. The first whose phrases are all there wins.
// All of them ask for no more than their text and notices beside the binary, or,
// as MPL 2.0, for the source of changed files.
func known() []pattern {
	return []pattern{
		{"Apache-2.0", []string{"apache license", "version 2.0, january 2004"}},
		{"MPL-2.0", []string{"mozilla public license version 2.0"}},
		{"OFL-1.1", []string{"sil open font license version 1.1"}},
		{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "neither the name"}},
		{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "may not be used to endorse or promote"}},
		{"BSD-2-Clause", []string{"redistribution and use in source and binary forms"}},
		{"MIT", []string{"permission is hereby granted, free of charge", "the above copyright notice and this permission notice"}},
		{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose"}},
		{"ISC", []string{"permission to use, copy, modify, and distribute this software for any purpose"}},
		{"Zlib", []string{"this software is provided 'as-is'", "altered source versions must be plainly marked"}},
		{"FTL", []string{"the freetype project license"}},
		{"EPL-2.0", []string{"eclipse public license - v 2.0"}},
		{"BSL-1.0", []string{"boost software license - version 1.0"}},
		{"Unlicense", []string{"free and unencumbered software released into the public domain"}},
		{"CC0-1.0", []string{"cc0 1.0 universal"}},
		{"PostgreSQL", []string{"permission to use, copy, modify, and distribute this software and its documentation for any purpose, without fee"}},
		{"blessing", []string{"may you do good and not evil"}},
	}
}

type pattern struct {
	id      string
	phrases []string
}

// Identify names the licence of a text by its identifier in the SPDX licence list;
// it is empty when the text is none of those known.
func Identify(text string) string {
	flat := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	flat = strings.NewReplacer("‘", "'", "’", "'", "``as-is''", "'as-is'", "–", "-").Replace(flat)
	for _, p := range known() {
		if p.in(flat) {
			return p.id
		}
	}
	return ""
}

func (p pattern) in(flat string) bool {
	for _, phrase := range p.phrases {
		if !strings.Contains(flat, phrase) {
			return false
		}
	}
	return true
}
