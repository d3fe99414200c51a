// Package i18n says the window's texts in the operator's language. The English
// text is the key: T, Tf, N and Nf are given it where it is shown, and answer
// with what the catalogue of the language has for it, or with the English when
// there is none.
//
// [Use] chooses the language once, before the window is made, and hands its
// catalogue to Fyne's package lang, where it also speaks for the texts of the
// toolkit itself. What is remembered here is what lang answers for every key of
// that catalogue, so that a text made for each frame costs one look-up and no
// allocation. All functions may be called by any goroutine.
//
// Texts that machines write or read stay as they are: times of day (15:04:05),
// dates (2006-01-02), units, topics, payloads, and the technical part of errors.
// Numbers keep the decimal point they have in payloads, charts and exports;
// [Count] groups digits so that a group is never mistaken for a decimal.
package i18n
