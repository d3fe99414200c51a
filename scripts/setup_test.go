//go:build linux

package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// machine is a made-up system for scripts/setup: a PATH with stand-ins for the
// programs it asks and the usual tools, nothing else.
type machine struct {
	t    *testing.T
	path string
	os   string // the contents of os-release
	env  []string
}

func newMachine(t *testing.T, osRelease string) machine {
	t.Helper()
	m := machine{t: t, path: t.TempDir(), os: osRelease}
	for _, tool := range []string{"sh", "sed", "dirname", "mktemp", "cat", "rm", "tail", "env", "grep", "install", "sleep"} {
		place, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(place, filepath.Join(m.path, tool)); err != nil {
			t.Fatal(err)
		}
	}
	m.program("uname", "echo Linux")
	m.program("id", "echo 0")
	m.program("go", `case $* in version) echo go version go1.26.8 linux/amd64;; *GOENV) echo /nowhere;; *) echo auto;; esac`)
	return m
}

// program puts a shell script on the machine's PATH.
func (m machine) program(name, body string) {
	m.t.Helper()
	// What stands there may be a link to the machine's own program.
	if err := os.Remove(filepath.Join(m.path, name)); err != nil && !os.IsNotExist(err) {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(m.path, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// debian gives the machine a dpkg that has the packages, and an apt-get that
// writes down how it was called and ends with status.
func (m machine) debian(packages string, status string) (calls string) {
	m.t.Helper()
	calls = filepath.Join(m.t.TempDir(), "calls")
	m.program("dpkg-query", `for p; do :; done
case " `+packages+` " in *" $p "*|*" all "*) printf 'install ok installed';; *) exit 1;; esac`)
	m.program("apt-get", `echo "$DEBIAN_FRONTEND $*" >>`+calls+`
echo "E: what apt says"
exit `+status)
	m.program("update-rc.d", `echo "update-rc.d $*" >>`+calls)
	m.program("systemctl", `echo "systemctl $*" >>`+calls)
	return calls
}

// setup runs the script and returns what it said and whether it succeeded.
func (m machine) setup(purpose string) (string, bool) {
	m.t.Helper()
	release := filepath.Join(m.t.TempDir(), "os-release")
	if err := os.WriteFile(release, []byte(m.os), 0o600); err != nil {
		m.t.Fatal(err)
	}
	command := exec.Command("/bin/sh", "./setup", purpose)
	command.Env = append([]string{"PATH=" + m.path, "OS_RELEASE=" + release}, m.env...)
	output, err := command.CombinedOutput()
	return string(output), err == nil
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(text)
}

func TestSetupSaysNothingWhenAllIsThere(t *testing.T) {
	m := newMachine(t, "ID=debian\n")
	calls := m.debian("all", "0")
	said, ok := m.setup("test")
	if !ok || said != "" || read(t, calls) != "" {
		t.Errorf("succeeded %v, said %q, called %q; want silence", ok, said, read(t, calls))
	}
}

func TestSetupInstallsWhatIsMissing(t *testing.T) {
	const compiling = "clang gcc libc6-dev pkg-config ca-certificates libgl-dev libegl-dev libx11-dev libxcursor-dev " +
		"libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev libwayland-dev"
	m := newMachine(t, "ID=ubuntu\nID_LIKE=debian\n")
	calls := m.debian(compiling+" libgl1 libegl1 libgl1-mesa-dri", "0")
	said, ok := m.setup("run")
	if !ok || !strings.Contains(said, "to compile the window: libxkbcommon-dev") {
		t.Errorf("succeeded %v, said %q", ok, said)
	}
	got := strings.Split(strings.TrimSpace(read(t, calls)), "\n")
	if len(got) != 2 || !strings.HasPrefix(got[0], "noninteractive ") || !strings.HasSuffix(got[0], " update") ||
		!strings.HasSuffix(got[1], "install --no-install-recommends libxkbcommon-dev") {
		t.Errorf("called %q", got)
	}
}

func TestSetupTriesTwiceAndSaysWhy(t *testing.T) {
	m := newMachine(t, "ID=debian\n")
	m.program("sleep", ":")
	calls := m.debian("", "100")
	said, ok := m.setup("run")
	if ok || !strings.Contains(said, "E: what apt says") || !strings.Contains(said, "apt-get install clang") {
		t.Errorf("succeeded %v, said %q", ok, said)
	}
	if n := strings.Count(read(t, calls), " update\n"); n != 2 {
		t.Errorf("%d attempts, want 2", n)
	}
}

func TestSetupWithoutRootOrSudo(t *testing.T) {
	m := newMachine(t, "ID=debian\n")
	m.program("id", "echo 1000")
	calls := m.debian("", "0")
	said, ok := m.setup("run")
	if ok || !strings.Contains(said, "there is no sudo") || read(t, calls) != "" {
		t.Errorf("succeeded %v, said %q", ok, said)
	}
}

func TestSetupUsesSudoWithoutAsking(t *testing.T) {
	m := newMachine(t, "ID=debian\n")
	m.program("id", "echo 1000")
	m.program("sudo", `[ "$1" = -n ] || exit 9; shift; exec "$@"`)
	calls := m.debian("", "0")
	if said, ok := m.setup("run"); !ok || !strings.Contains(read(t, calls), "install") {
		t.Errorf("succeeded %v, said %q", ok, said)
	}
}

func TestSetupOnOtherSystems(t *testing.T) {
	systems := map[string]string{
		"ID=fedora\n": "dnf install",
		"ID=\"rocky\"\nID_LIKE=\"rhel fedora\"\n": "dnf install",
		"ID=arch\n": "pacman -S",
		"ID=\"opensuse-leap\"\nID_LIKE=\"suse\"\n": "zypper install",
		"ID=alpine\n": "apk add",
		"ID=nixos\n":  "xkbcommon",
		"ID=manjaro\nID_LIKE=arch\nVERSION_ID=24.0\n": "pacman -S",
	}
	for release, want := range systems {
		t.Run(want, func(t *testing.T) {
			said, ok := newMachine(t, release).setup("test")
			if ok || !strings.Contains(said, want) || !strings.Contains(said, "To test:") {
				t.Errorf("succeeded %v, said %q, want %q", ok, said, want)
			}
		})
	}
	for kernel, want := range map[string]string{"Darwin": "xcode-select --install", "MINGW64_NT-10.0": "winget install"} {
		t.Run(kernel, func(t *testing.T) {
			m := newMachine(t, "")
			m.program("uname", "echo "+kernel)
			if said, ok := m.setup("run"); ok || !strings.Contains(said, want) || strings.Contains(said, "To test:") {
				t.Errorf("succeeded %v, said %q, want %q", ok, said, want)
			}
		})
	}
}

func TestSetupGoesOnWhereAllIsThere(t *testing.T) {
	m := newMachine(t, "ID=fedora\n")
	for _, program := range []string{
		"clang", "pkg-config", "Xvfb", "xdotool", "import", "xdpyinfo", "mosquitto", "mosquitto_pub", "mosquitto_sub", "openssl", "sqlite3",
	} {
		m.program(program, ":")
	}
	if said, ok := m.setup("test"); !ok || said != "" {
		t.Errorf("succeeded %v, said %q; want silence", ok, said)
	}
}

func TestSetupChecksGo(t *testing.T) {
	cases := map[string]struct {
		version, toolchain, want string
		ok                       bool
	}{
		"ancient":                {"1.19.8", "", "too old to fetch", false},
		"old, may fetch":         {"1.24.4", "auto", "fetches that version itself", true},
		"old, may not":           {"1.24.4", "local", "Unset GOTOOLCHAIN", false},
		"the one":                {"1.26.0", "local", "", true},
		"newer":                  {"1.31", "local", "", true},
		"the next major version": {"2.0", "local", "", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, "ID=debian\n")
			m.debian("all", "0")
			m.env = []string{"GOTOOLCHAIN=" + c.toolchain}
			m.program("go", `case $* in version) echo go version go`+c.version+` linux/amd64;; *GOENV) echo /nowhere;; *) echo `+c.toolchain+`;; esac`)
			if said, ok := m.setup("run"); ok != c.ok || !strings.Contains(said, c.want) || c.want == "" && said != "" {
				t.Errorf("succeeded %v, said %q, want %q", ok, said, c.want)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		m := newMachine(t, "ID=debian\n")
		if err := os.Remove(filepath.Join(m.path, "go")); err != nil {
			t.Fatal(err)
		}
		if said, ok := m.setup("run"); ok || !strings.Contains(said, "https://go.dev/dl/") {
			t.Errorf("succeeded %v, said %q", ok, said)
		}
	})
}
