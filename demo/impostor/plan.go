package impostor

import "slices"

// Plan is what the impostor tries, in its order.
func (i *Impostor) Plan() []Attack { return slices.Clone(i.acts) }
