package broker

import "sync"

// pool keeps values for use again. The zero value is ready and makes zero ones.
type pool[T any] struct{ values sync.Pool }

// get takes a value out, as it was put in or new.
func (p *pool[T]) get() *T {
	if v, ok := p.values.Get().(*T); ok {
		return v
	}
	return new(T)
}

// put gives a value back; the caller uses it no more.
func (p *pool[T]) put(v *T) { p.values.Put(v) }
