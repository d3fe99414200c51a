package impostor

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/model"
)

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

// Told says to an audience what is tried on a victim.
func (a *Attack) Told(victim string) model.Phrase {
	if strings.Contains(a.Plain, "%s") {
		return model.Sayf(a.Plain, victim)
	}
	return model.Sayf(a.Plain)
}
