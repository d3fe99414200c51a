package broker

// Store keeps records on disk for a broker. Without one (Options.Store is nil)
// what outlives a connection is in memory, and ends with the process.
//
// The broker alone knows what records mean. It makes all calls from one
// goroutine at a time.
type Store interface {
	// Load calls visit for each record, in the order of keys. The slices are
	// valid only during the call. An error of visit ends it.
	Load(visit func(key, value []byte) error) error
	// Commit makes all changes, or none. They are on disk when it returns nil:
	// neither the end of the process nor of the system undoes them. The store
	// keeps nothing of the slices.
	Commit(changes []Change) error
	// Close gives the store up. It can be called twice.
	Close() error
}

// Change sets the record with a key, or deletes it.
type Change struct {
	Key, Value []byte
	Delete     bool
}

// Recovery tells what a store found damaged when it was opened.
type Recovery struct {
	// Aside is the path under which the damaged file is kept.
	Aside string
	// Records is the number of records that were whole, and are used on. Damaged
	// is the number of records and of pages (of which each can have held several
	// records) that were not.
	Records, Damaged int
}

// Recoverer is a Store that can tell what it recovered: nil for nothing.
type Recoverer interface{ Recovered() *Recovery }

// StoreRecovered tells that the store was damaged. What was whole is used on; the damaged
// file is kept.
type StoreRecovered struct {
	Stamp
	Recovery
}

// StoreFailed tells that changes could not be put on disk. Until StoreWorks, messages of
// QoS 1 and 2 that have to be are refused; everything else goes on, and changes
// are tried again each second. Count is the number of attempts since the first.
type StoreFailed struct {
	Stamp
	Err   error
	Count uint64
}

// StoreWorks tells that changes are on disk again.
type StoreWorks struct{ Stamp }

// StoreUnreadable tells that the records could not be read. The broker started without
// them, and keeps what comes in memory only.
type StoreUnreadable struct {
	Stamp
	Err error
}

// StoreLoaded tells that the state of an earlier run was taken over.
type StoreLoaded struct {
	Stamp
	Sessions, Retained, Queued int
	// Lost counts records that made no sense, and were deleted.
	Lost int
}
