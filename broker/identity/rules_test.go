package identity

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// small alphabets, so that levels often meet.
func topics() *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "$a", ""}), 1, 5), func(l []string) string { return strings.Join(l, "/") }).
		Filter(func(s string) bool { return model.CheckTopic(s) == nil })
}

func filters() *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "$a", "", "+", "+", "#"}), 1, 5), func(l []string) string {
		if i := slices.Index(l, "#"); i >= 0 {
			l = l[:i+1]
		}
		return strings.Join(l, "/")
	}).Filter(func(s string) bool { return model.CheckFilter(s) == nil })
}

// TestCoversIsSound: what is covered matches nothing that is not allowed.
func TestCoversIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		allowed, wanted, topic := filters().Draw(t, "allowed"), filters().Draw(t, "wanted"), topics().Draw(t, "topic")
		if covers(allowed, wanted) && model.MatchTopic(wanted, topic) && !model.MatchTopic(allowed, topic) {
			t.Fatalf("%s covers %s, but %s is in the latter only", allowed, wanted, topic)
		}
	})
}

// TestCoversIsNotTooStrict: a filter covers itself and what is narrower.
func TestCoversIsNotTooStrict(t *testing.T) {
	for _, c := range [][2]string{{"#", "#"}, {"#", "a"}, {"#", "+/a"}, {"a/#", "a"}, {"a/#", "a/#"}, {"a/#", "a/+/b"}, {"+/b", "a/b"},
		{"+/+", "+/b"}, {"$SYS/#", "$SYS/broker"}, {"+/#", "a/#"}, {"a/+", "a/"}} {
		if !covers(c[0], c[1]) {
			t.Errorf("%s does not cover %s", c[0], c[1])
		}
	}
	for _, c := range [][2]string{{"#", "$SYS/#"}, {"+/x", "$SYS/x"}, {"a/+", "a/#"}, {"+", "#"}, {"a", "+"}, {"a/b", "a"}, {"a", "a/b"}, {"a/+/c", "a/#"}} {
		if covers(c[0], c[1]) {
			t.Errorf("%s covers %s", c[0], c[1])
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if f := filters().Draw(t, "filter"); !covers(f, f) {
			t.Fatalf("%s does not cover itself", f)
		}
	})
}

// TestReachedIsSound: a filter that takes in a topic at or below a root reaches
// it, and only then.
func TestReachedIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tree rootTree
		root := rapid.StringMatching(`[abc](/[abc]){0,3}`).Draw(t, "root")
		tree.add(root, "owner")
		filter, topic := filters().Draw(t, "filter"), topics().Draw(t, "topic")
		owner, _ := tree.find(topic)
		if (owner != "") != (topic == root || strings.HasPrefix(topic, root+"/")) {
			t.Fatalf("the owner of %s is %q, the root is %s", topic, owner, root)
		}
		reached := tree.reached(filter) != ""
		if owner != "" && model.MatchTopic(filter, topic) && !reached {
			t.Fatalf("%s matches %s below %s and does not reach it", filter, topic, root)
		}
		if reached && !model.MatchTopic(filter, root) && !strings.HasPrefix(filter, "#") && len(strings.Split(filter, "/")) <= strings.Count(root, "/") && !strings.HasSuffix(filter, "#") {
			t.Fatalf("%s is too short to reach %s", filter, root)
		}
	})
}

// TestExpansionNeverWidens: whatever an identity is called, a rule for its own
// topics stays below its own root.
func TestExpansionNeverWidens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{"a", "+", "#", "/", "", "{root}", "{name}", "$", "b"})
		i := &Identity{Name: strings.Join(rapid.SliceOfN(part, 0, 3).Draw(t, "name"), ""), Root: strings.Join(rapid.SliceOfN(part, 0, 5).Draw(t, "root"), "")}
		for _, template := range []string{"{root}/#", "x/{name}/+", "{root}", "{name}/{root}/#"} {
			f, err := expand(template, i)
			if err != nil {
				continue
			}
			if extra := strings.Count(f, "+") + strings.Count(f, "#") - strings.Count(template, "+") - strings.Count(template, "#"); extra != 0 {
				t.Fatalf("%s became %s for %q and %q", template, f, i.Name, i.Root)
			}
			if strings.HasPrefix(template, "{root}") && f != i.Root && !strings.HasPrefix(f, i.Root+"/") || f == "#" || i.Root == "" && strings.Contains(template, "{root}") {
				t.Fatalf("%s became %s for %q", template, f, i.Root)
			}
		}
	})
}

func TestTemplates(t *testing.T) {
	for _, good := range []string{"#", "{root}/#", "a/{name}/+"} {
		if err := checkTemplate(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "{root}#", "x{root}", "{client}/#", "{", "a/{}/b", "#/a", "a+", "{root}/{Name}"} {
		if checkTemplate(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// world is a registry with a few identities, for questions.
func world(t testing.TB) *Registry {
	t.Helper()
	r, err := Open(Options{Dir: t.TempDir(), Secrets: secret.Memory(), OpenLoopback: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	for _, i := range []Identity{
		{Name: "own", Root: "a/own"}, {Name: "rootless"}, {Name: "op", Role: Operator}, {Name: "re", Role: Reader},
		{Name: "br", Role: Bridge, Root: "br", Publish: []string{"shared/+"}, Read: []string{"down/#"}},
	} {
		if err := r.Put(i); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func as(name string) *model.Publisher {
	return &model.Publisher{ClientID: name, Identity: name, Addr: "127.0.0.1:1"}
}

// TestRulesOfRoles asks what each role may by default.
func TestRulesOfRoles(t *testing.T) {
	r := world(t)
	nobody := &model.Publisher{ClientID: "x", Addr: "127.0.0.1:1"}
	for _, c := range []struct {
		who     *model.Publisher
		topic   string
		publish bool
		retain  bool
		will    bool
		read    bool
	}{
		{as("own"), "a/own/x", true, true, true, true},
		{as("own"), "a/own", true, true, true, true},
		{as("own"), "a/own/command/x", false, false, false, true},
		{as("own"), "a/owner", false, false, false, false},
		{as("own"), "a", false, false, false, false},
		{as("own"), "br/x", false, false, false, false},
		{as("rootless"), "a/own/x", false, false, false, false},
		{as("rootless"), "/", false, false, false, false},
		{as("rootless"), "#", false, false, false, false},
		{as("op"), "a/own/command/x", true, true, true, true},
		{as("op"), "z", true, true, true, true},
		{as("re"), "a/own/x", false, false, false, true},
		{as("br"), "br/x", true, true, true, true},
		{as("br"), "shared/x", true, true, false, false},
		{as("br"), "down/x/y", false, false, false, true},
		{as("br"), "br/command/x", false, false, false, true},
		{as("nobody"), "free", false, false, false, false},
		{nobody, "free", true, true, true, true},
		{nobody, "set/free", true, true, true, true},
		{nobody, "a/own/x", false, false, false, false},
		{nobody, "a/own/command/x", false, false, false, false},
		{&model.Publisher{ClientID: "x", Addr: "192.0.2.1:1"}, "free", false, false, false, false},
		{&model.Publisher{ClientID: "x"}, "free", false, false, false, false},
	} {
		from := &model.Publisher{ClientID: "pilothouse", Addr: model.InProcess}
		got := []bool{r.Publish(c.who, c.topic, false) == nil, r.Publish(c.who, c.topic, true) == nil, r.Will(c.who, c.topic, true) == nil, r.Deliver(c.who, from, c.topic) == nil}
		if want := []bool{c.publish, c.retain, c.will, c.read}; !slices.Equal(got, want) {
			t.Errorf("%s on %s: publish, retain, will, read are %v, want %v", c.who.Name(), c.topic, got, want)
		}
	}
}

// TestEmptyRulesAllowNothing has a policy without a word in it.
func TestEmptyRulesAllowNothing(t *testing.T) {
	r := world(t)
	if err := r.SetPolicy(Policy{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"own", "rootless", "op", "re"} {
		p := as(name)
		for _, topic := range []string{"a/own/x", "x", "a"} {
			if r.Publish(p, topic, false) == nil || r.Publish(p, topic, true) == nil || r.Will(p, topic, false) == nil || r.Deliver(p, p, topic) == nil || r.Subscribe(p, topic) == nil || r.Subscribe(p, "#") == nil {
				t.Errorf("%s may do something on %s", name, topic)
			}
		}
	}
}

// TestPolicyCannotBeChangedFromOutside changes what was handed out.
func TestPolicyCannotBeChangedFromOutside(t *testing.T) {
	r := world(t)
	p := r.Policy()
	p.Roles[Reader] = Rules{Publish: []string{"#"}}
	p.Roles[Device].Publish[0] = "#"
	i, _ := r.Get("own")
	i.Root = "elsewhere"
	if again, _ := r.Get("own"); again.Root == i.Root {
		t.Error("a copy is the registry's own")
	}
	br, _ := r.Get("br")
	br.Publish[0] = "#"
	if r.Publish(as("re"), "x", false) == nil || r.Publish(as("own"), "x", false) == nil || r.Policy().Roles[Device].Publish[0] == "#" {
		t.Error("a copy is the registry's own")
	}
	if again, _ := r.Get("br"); again.Publish[0] != "shared/+" {
		t.Error("a copy is the registry's own")
	}
	p.Roles[Reader] = Rules{Publish: []string{"{rot}"}}
	before := r.Generation()
	if err := r.SetPolicy(p); err == nil || r.Generation() != before {
		t.Errorf("a rule that cannot be was taken: %v", err)
	}
}

// TestDenialsAreRefusals: the broker sees kind and code in them.
func TestDenialsAreRefusals(t *testing.T) {
	for d := notYours; d <= quotaReached; d++ {
		var refusal *broker.Refusal
		if err := fmt.Errorf("wrapped: %w", d); !errors.As(err, &refusal) || refusal.Kind == watch.Other || !refusal.Code.Failed() || refusal.Error() != d.Error() || model.PhraseOf(d).String() != d.Error() {
			t.Errorf("%d: %+v", d, refusal)
		}
	}
}

// FuzzFilters has rules answer about arbitrary filters and topics.
func FuzzFilters(f *testing.F) {
	for _, s := range []string{"#", "a/own/#", "$SYS/#", "+/own/x", "a/+/#", "{root}/#", "a//", "\xff"} {
		f.Add(s, "a/own/x")
	}
	r := world(f)
	f.Fuzz(func(t *testing.T, filter, topic string) {
		_ = checkTemplate(filter)
		if model.CheckFilter(filter) != nil || model.CheckTopic(topic) != nil {
			return
		}
		for _, name := range []string{"own", "rootless", "re", "br"} {
			p := as(name)
			if r.Subscribe(p, filter) == nil && model.MatchTopic(filter, topic) && r.Deliver(p, p, topic) != nil {
				t.Errorf("%s may subscribe to %q, but not have %q", name, filter, topic)
			}
		}
		if (r.Publish(as("own"), topic, false) == nil) && topic != "a/own" && !strings.HasPrefix(topic, "a/own/") {
			t.Errorf("it may write to %q", topic)
		}
	})
}

// FuzzDocument reads arbitrary registries.
func FuzzDocument(f *testing.F) {
	r := world(f)
	d := *r.policy.Load().doc
	for _, b := range documents(f, &d) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := parseDocument("registry.json", b)
		if err != nil {
			var damaged *DamagedError
			var newer *NewerFormatError
			if !errors.As(err, &damaged) && !errors.As(err, &newer) {
				t.Errorf("%v", err)
			}
			return
		}
		p := compile(d) // whatever is taken can be used, and gives nobody two owners
		for _, m := range p.members {
			for _, filter := range slices.Concat(m.publish, m.read, m.will, m.retain, m.command) {
				if model.CheckFilter(filter) != nil {
					t.Errorf("a rule became %q", filter)
				}
			}
		}
	})
}
