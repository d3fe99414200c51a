package ui

// option is one of several to choose from: what the program calls it, and how it
// is shown.
type option struct{ is, shown string }

// options are what one is chosen from, in order. The texts that are shown differ.
type options []option

// labels are the options as they are shown.
func (o options) labels() []string {
	out := make([]string, len(o))
	for i := range o {
		out[i] = o[i].shown
	}
	return out
}

// key is the option that is shown as label; the first when none is.
func (o options) key(label string) string {
	for i := range o {
		if o[i].shown == label {
			return o[i].is
		}
	}
	return o[0].is
}

// label is how the option key is shown; the first when there is none such.
func (o options) label(key string) string {
	for i := range o {
		if o[i].is == key {
			return o[i].shown
		}
	}
	return o[0].shown
}
