package identity

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/model"
)

// fold is the form of names that are told apart: their alphabet is ASCII.
func fold(name string) string { return strings.ToLower(name) }

// claims is who owns which client IDs and topic roots. Nothing belongs to two.
type claims struct {
	clientIDs map[string]string // folded client ID to the name of its owner
	roots     rootTree
}

func newClaims() claims { return claims{clientIDs: make(map[string]string)} }

// claim adds what belongs to i, or says who has it already. The name of an
// identity is reserved as a client ID whether it is used or not.
func (c *claims) claim(i *Identity) error {
	for _, id := range append([]string{i.Name}, i.ClientIDs...) {
		if owner, taken := c.clientIDs[fold(id)]; taken && owner != i.Name {
			return fmt.Errorf("the client ID %q of %s belongs to %s", id, i.Name, owner)
		}
		c.clientIDs[fold(id)] = i.Name
	}
	if i.Root == "" {
		return nil
	}
	if owner := c.roots.overlap(i.Root); owner != "" && owner != i.Name {
		return fmt.Errorf("the topic root %q of %s overlaps with that of %s", i.Root, i.Name, owner)
	}
	c.roots.add(i.Root, i.Name)
	return nil
}

// owner is the identity that a client ID is bound to, empty for none.
func (c *claims) owner(clientID string) string { return c.clientIDs[fold(clientID)] }

// rootTree holds topic roots by level. Roots in it do not overlap.
type rootTree struct {
	children map[string]*rootTree
	owner    string // of the root that ends here
}

func (t *rootTree) add(root, owner string) {
	for level := range strings.SplitSeq(root, "/") {
		child := t.children[level]
		if child == nil {
			child = &rootTree{}
			if t.children == nil {
				t.children = make(map[string]*rootTree)
			}
			t.children[level] = child
		}
		t = child
	}
	t.owner = owner
}

// find is the owner of the root that topic is at or below, empty for none, and
// what of topic comes after the root.
func (t *rootTree) find(topic string) (owner, below string) {
	rest, more := topic, true
	for more {
		var level string
		level, rest, more = strings.Cut(rest, "/")
		if t = t.children[level]; t == nil {
			return "", topic
		}
		if t.owner != "" {
			return t.owner, rest
		}
	}
	return "", topic
}

// overlap is the owner of a root that is at, above or below another, empty for
// none.
func (t *rootTree) overlap(root string) string {
	if owner, _ := t.find(root); owner != "" {
		return owner
	}
	return t.reached(root + "/#")
}

// reached is the owner of one of the roots that a filter takes in something of,
// empty for none. Wildcards are looked at, at most maxVisits levels of roots.
func (t *rootTree) reached(filter string) string {
	visits := 0
	return t.reach(filter, true, &visits)
}

// maxVisits bounds the search of reached; a filter that would need more is said
// to reach a root.
const maxVisits = 10_000

func (t *rootTree) reach(rest string, more bool, visits *int) string {
	if t.owner != "" {
		return t.owner
	}
	if *visits++; *visits > maxVisits {
		return "an identity"
	}
	if !more {
		return ""
	}
	level, rest, more := strings.Cut(rest, "/")
	switch level {
	case "#":
		return t.any()
	case "+":
		for _, child := range t.children {
			if owner := child.reach(rest, more, visits); owner != "" {
				return owner
			}
		}
		return ""
	}
	if child := t.children[level]; child != nil {
		return child.reach(rest, more, visits)
	}
	return ""
}

// any is the owner of some root below t.
func (t *rootTree) any() string {
	for depth := 0; t.owner == "" && depth <= model.MaxTopicLevels; depth++ {
		for _, child := range t.children {
			t = child
			break
		}
	}
	return t.owner
}
