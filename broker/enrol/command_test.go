package enrol

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// screen is what a command prints, to be read while it runs.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func TestCommand(t *testing.T) {
	h := newHub(t, Limits{})
	u := h.invite(Invitation{Root: "pumps/7"})
	dir := filepath.Join(t.TempDir(), "out")
	var out, errs screen
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	status := make(chan int, 1)
	go func() { status <- Command(ctx, []string{"--name", "pump-7", u.String(), "--out", dir}, &out, &errs) }()
	p := h.one(t)
	eventually(t, "code", func() bool { return strings.Contains(out.String(), p.Code) })
	if err := h.Approve(p.ID); err != nil {
		t.Fatal(err)
	}
	if got := <-status; got != 0 || errs.String() != "" {
		t.Fatalf("status %d: %s", got, &errs)
	}
	for _, part := range []string{"Enrolled as pump-7 until", "mqtts://127.0.0.1:8883", "pumps/7/...", "--renew " + dir} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("it does not say %q:\n%s", part, &out)
		}
	}
	var renewed screen
	if got := Command(ctx, []string{"--renew", dir}, &renewed, &errs); got != 0 || !strings.Contains(renewed.String(), "valid until") {
		t.Errorf("renewed: %d, %s%s", got, &renewed, &errs)
	}
	noSecrets(t, h, dir, u.Token, out.String()+errs.String()+renewed.String())
}

// noSecrets looks for the token and the key where they have no business.
func noSecrets(t *testing.T, h *hub, dir, token, printed string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(dir, KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{token, strings.Split(string(key), "\n")[1]}
	told := printed
	for _, e := range h.told() {
		told += e.Addr + e.Name + e.Detail
	}
	for _, name := range []string{CertificateFile, AuthorityFile, ConfigFile} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		told += string(text)
	}
	for _, secret := range secrets {
		if len(secret) < minToken || strings.Contains(told, secret) {
			t.Errorf("a secret (%.4s...) was told", secret)
		}
	}
}

func TestCommandRefuses(t *testing.T) {
	h := newHub(t, Limits{})
	good := h.invite(Invitation{Name: "x"}).String()
	cut, _, _ := strings.Cut(good, "#")
	used := h.invite(Invitation{Name: "x"})
	if _, err := h.registry.Redeem(used.Token); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"nothing":        {nil, 2, "in quotes"},
		"help":           {[]string{"--help"}, 0, "Usage: pilothouse enrol"},
		"no such option": {[]string{"--skip-verify", good}, 2, "skip-verify"},
		"two URLs":       {[]string{good, good}, 2, "in quotes"},
		"URL and renew":  {[]string{good, "--renew", "x"}, 2, "in quotes"},
		"cut URL":        {[]string{cut}, 2, "put the URL in quotes"},
		"a bad name":     {[]string{good, "--name", "a/b", "--out", t.TempDir()}, 1, "letters, digits"},
		"a file as out":  {[]string{good, "--out", file}, 1, "--out"},
		"used":           {[]string{used.String(), "--out", t.TempDir()}, 1, "used already"},
		"renew nothing":  {[]string{"--renew", t.TempDir()}, 1, CertificateFile},
	} {
		var out, errs screen
		if got := Command(t.Context(), c.args, &out, &errs); got != c.status || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%s: %d, %q, want %d and %q", name, got, errs.String(), c.status, c.says)
		}
		if strings.Contains(out.String()+errs.String(), strings.SplitN(good, "#", 2)[1]) {
			t.Errorf("%s: the invitation was printed", name)
		}
	}
}
