//go:build linux

package scripts_test

import (
	"strings"
	"testing"
)

// TestSetupOfPackages installs what packing wants, and not what trying the packages
// does.
func TestSetupOfPackages(t *testing.T) {
	for purpose, wanted := range map[string]string{"packages": "nsis", "packages-test": "lintian"} {
		m := newMachine(t, "ID=debian\n")
		calls := m.debian("", "0")
		said, ok := m.setup(purpose)
		called := read(t, calls)
		if !ok || !strings.Contains(said, "to pack it") || !strings.Contains(called, " "+wanted) {
			t.Errorf("%s: succeeded %v, said %q, called %q", purpose, ok, said, called)
		}
		if purpose == "packages" && strings.Contains(called, "debootstrap") {
			t.Errorf("packing alone installs what trying needs: %q", called)
		}
	}
}

func TestSetupOfPackagesElsewhere(t *testing.T) {
	m := newMachine(t, "ID=fedora\n")
	if said, ok := m.setup("packages"); ok || !strings.Contains(said, "Debian and Ubuntu only") {
		t.Errorf("succeeded %v, said %q", ok, said)
	}
}
