package impostor

import "slices"

// Plan is what an [Impostor] tries, in its order.
func Plan() []Attack {
	all := Attacks()
	var acts []Attack
	for _, name := range program() {
		at := slices.IndexFunc(all, func(a Attack) bool { return a.Name == name })
		acts = append(acts, all[at])
	}
	return acts
}
