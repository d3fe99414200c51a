package identity

// Warnings are what the operator should see for as long as it is so: a weak place
// for the authority's key, options that let anybody in, defences that are off, a
// clock that is wrong. Each is a sentence; none is good.
func (r *Registry) Warnings() (all []string) {
	if weak := r.o.Secrets.Weakness(); weak != "" {
		all = append(all, weak)
	}
	if r.o.AllowPlain {
		all = append(all, "connections from other machines need no encryption: whoever is on the network can read and change what is said")
	}
	if r.o.AllowAnonymous {
		all = append(all, "connections from other machines need no identity: whoever reaches this machine may come in")
	}
	for _, d := range Defences() {
		if r.isOff(d) {
			all = append(all, "a defence is switched off: "+d.String())
		}
	}
	if late := r.clock.behind(); late > clockTolerance {
		all = append(all, clockReason(late).String())
	}
	return all
}
