package hub

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/connection"
	"github.com/pilothouse/pilothouse/mqttlink"
)

// Connections are the brokers elsewhere that the operator knows: their profiles
// in a file of the data folder, their passwords in the store of secrets. Any
// goroutine may use it; what says that it may wait is not for the window's.
type Connections struct {
	h *Hub

	mu    sync.Mutex
	book  connection.Book
	fault error // why the file cannot be used; it is left as it is then
}

// connectionsName is the file of the profiles in the data folder.
const connectionsName = "connections.json"

// newConnections reads the profiles.
func newConnections(h *Hub) *Connections {
	c := &Connections{h: h}
	path := h.Dir.Path(connectionsName)
	raw, err := readBounded(path, connection.MaxBook)
	if errors.Is(err, fs.ErrNotExist) {
		return c
	}
	if err == nil {
		c.book, err = connection.Decode(raw)
	}
	if err != nil {
		c.fault = model.Faultf("the connections in %s cannot be used: %w; the file is left as it is: move it away to save connections again", path, err)
	}
	return c
}

// readBounded reads a file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	i, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if i.Size() > limit {
		return nil, model.Faultf("it has %d bytes, and may have %d", i.Size(), limit)
	}
	return os.ReadFile(path)
}

// Connections are the profiles of brokers elsewhere.
func (h *Hub) Connections() *Connections { return h.connections }

// Book is a copy of the profiles, and why they cannot be changed, nil when they
// can.
func (c *Connections) Book() (connection.Book, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.book.Clone(), c.fault
}

// secretName is under which the password of a profile is kept.
func secretName(id string) string { return "connection." + id }

// Save keeps a profile, and its password unless that is nil; an empty one is
// forgotten. It may wait for the keychain. It returns the profile as it is kept.
func (c *Connections) Save(p connection.Profile, password *string) (connection.Profile, error) {
	if c.Fault() != nil {
		return p, c.Fault()
	}
	if password != nil {
		p.HasPassword = *password != ""
	}
	if err := p.Check(); err != nil {
		return p, err
	}
	if password != nil {
		if err := c.keepPassword(p.ID, *password); err != nil {
			return p, err
		}
	}
	return p, c.change(func(b *connection.Book) error { return b.Put(p) })
}

// Fault is why the profiles cannot be changed, nil when they can.
func (c *Connections) Fault() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fault
}

// keepPassword keeps a password, or forgets it when it is empty.
func (c *Connections) keepPassword(id, password string) error {
	store, err := c.h.openSecrets()
	if err != nil {
		return err
	}
	if password == "" {
		return store.Delete(secretName(id))
	}
	return store.Put(secretName(id), secret.NewValue([]byte(password)))
}

// change changes the book and its file, or neither.
func (c *Connections) change(f func(*connection.Book) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault != nil {
		return c.fault
	}
	next := c.book.Clone()
	if err := f(&next); err != nil {
		return err
	}
	text, err := next.Encode()
	if err != nil {
		return err
	}
	if err := c.h.Dir.Write(connectionsName, text); err != nil {
		return err
	}
	c.book = next
	return nil
}

// Remove forgets a profile and its password. What was recorded stays. It may wait
// for the keychain, and fails for a profile that is watched.
func (c *Connections) Remove(id string) error {
	for _, s := range c.h.openSources() {
		if s.ID == id {
			return model.Faultf("it is being watched: watch another broker first")
		}
	}
	book, _ := c.Book()
	p, ok := book.Find(id)
	if !ok {
		return nil
	}
	if p.HasPassword {
		if err := c.keepPassword(id, ""); err != nil {
			return err
		}
	}
	return c.change(func(b *connection.Book) error { b.Remove(id); return nil })
}

// SetLast remembers which profile was watched last, empty for the broker inside.
func (c *Connections) SetLast(id string) error {
	return c.change(func(b *connection.Book) error { b.Last = id; return nil })
}

// Try tries a profile, with the password that is given or else the one that is
// kept, and tells each stage; see [mqttlink.Try].
func (c *Connections) Try(ctx context.Context, p connection.Profile, password *string, tell func(connection.Trial)) connection.Trial {
	how, err := c.profile(p, password)
	if err != nil {
		t := connection.Trial{Done: true}
		for i := range t.Steps {
			t.Steps[i].State = connection.Skipped
		}
		t.Steps[connection.StageSettings] = connection.Step{State: connection.Failed, Text: model.Sayf("The password cannot be read: %s", model.PhraseOf(err))}
		tell(t)
		return t
	}
	return mqttlink.Try(ctx, how, tell)
}

// profile is p as the link wants it.
func (c *Connections) profile(p connection.Profile, password *string) (mqttlink.Profile, error) {
	out := mqttlink.Profile{
		Name: p.Name, URL: p.URL, ClientID: p.ClientID, User: p.User, KeepAlive: time.Duration(p.KeepAlive) * time.Second,
		CAFile: p.CAFile, Trusted: p.Trusted, CertFile: p.CertFile, KeyFile: p.KeyFile, ServerName: p.ServerName, Filters: p.Subscriptions(),
	}
	switch {
	case password != nil:
		out.Password = mqttlink.NewSecret(*password)
	case p.HasPassword:
		store, err := c.h.openSecrets()
		if err != nil {
			return out, err
		}
		v, err := store.Get(secretName(p.ID))
		if err != nil {
			return out, err
		}
		out.Password = mqttlink.NewSecret(string(v.Reveal()))
	}
	return out, nil
}

// Keeper tells where passwords are kept, and why not well, empty when well. It
// may wait for the keychain.
func (c *Connections) Keeper() (place, weakness string, err error) {
	store, err := c.h.openSecrets()
	if err != nil {
		return "", "", err
	}
	return store.Place(), store.Weakness(), nil
}

// OpenProfile watches the broker of a profile, with a store of its own. It does
// not wait for the connection, but may for the keychain. The caller closes the
// source.
func (h *Hub) OpenProfile(id string) (*Source, error) {
	book, _ := h.connections.Book()
	p, ok := book.Find(id)
	if !ok {
		return nil, model.Faultf("there is no such connection any more")
	}
	how, err := h.connections.profile(p, nil)
	if err != nil {
		return nil, model.Faultf("the password of %s cannot be read: %w", p.Title(), err)
	}
	s, err := h.openSource(sourceOptions{name: p.Title(), id: id, history: "history-" + id + ".db"}, func(s *Source) (mqttlink.Link, error) { return s.dial(how) })
	if err != nil {
		return nil, model.Faultf("watch %s: %w", p.Title(), err)
	}
	return s, nil
}
