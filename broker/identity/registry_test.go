package identity

import (
	"testing"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
)

func TestOpenTwice(t *testing.T) {
	dir, keep := t.TempDir(), secret.Memory()
	r, err := Open(Options{Dir: dir, Secrets: keep})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Put(Identity{Name: "wight-sun", Root: "solent/ferries/wight-sun"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.IssueKey("wight-sun", 0); err != nil {
		t.Fatal(err)
	}
	if err := r.SetPassword("wight-sun", "correct horse"); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r, err = Open(Options{Dir: dir, Secrets: keep})
	if err != nil {
		t.Fatal(err)
	}
	i, ok := r.Get("wight-sun")
	if !ok || len(i.Certificates) != 1 || !i.HasPassword {
		t.Errorf("%+v", i)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}
