package bundle

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"embed"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode"
)

// Device is what a bundle is for. All fields but Root are needed.
type Device struct {
	// Name is the identity's, ClientID and Root what it has to use as client ID
	// and at the start of its topics. Without a Root topics start with Name.
	Name, ClientID, Root string
	// Host and Port are where the broker listens for MQTT over TLS, under a name
	// or address that its certificate has.
	Host string
	Port int
	// Key (PKCS#8 or SEC 1), Certificate and Authority are PEM.
	Key, Certificate, Authority []byte
}

// File is one file of a bundle.
type File struct {
	// Name is its path in the bundle, with slashes.
	Name string
	Mode fs.FileMode
	Data []byte
}

//go:embed templates
var templates embed.FS

// files are the files of a bundle that are made from templates.
func files() []File {
	return []File{
		{Name: "README.txt", Mode: 0o600},
		{Name: "publish.sh", Mode: 0o700},
		{Name: "publish.py", Mode: 0o600},
		{Name: "publish.go", Mode: 0o600},
		{Name: "device/device.ino", Mode: 0o600},
	}
}

// Make returns the files of a bundle. It refuses material that does not fit
// together, since no device could say why it does not work.
func Make(d Device) ([]File, error) {
	leaf, err := d.check()
	if err != nil {
		return nil, fmt.Errorf("make a bundle for %q: %w", d.Name, err)
	}
	all := []File{
		{Name: "device.key", Mode: 0o600, Data: d.Key},
		{Name: "device.crt", Mode: 0o600, Data: d.Certificate},
		{Name: "ca.crt", Mode: 0o600, Data: d.Authority},
	}
	values := d.values(leaf)
	for _, f := range files() {
		text, err := template.New(path.Base(f.Name)+".tmpl").Option("missingkey=error").
			Funcs(template.FuncMap{"shell": shell, "quote": strconv.Quote}).
			ParseFS(templates, "templates/"+path.Base(f.Name)+".tmpl")
		if err != nil {
			return nil, fmt.Errorf("read the template of %s: %w", f.Name, err)
		}
		var out bytes.Buffer
		if err := text.Execute(&out, values); err != nil {
			return nil, fmt.Errorf("write %s: %w", f.Name, err)
		}
		f.Data = out.Bytes()
		all = append(all, f)
	}
	return all, nil
}

// values are what the templates speak of.
type values struct {
	Device
	Topic   string
	Expires string
	// The three as text.
	KeyPEM, CertificatePEM, AuthorityPEM string
}

func (d *Device) values(leaf *x509.Certificate) values {
	root := d.Root
	if root == "" {
		root = d.Name
	}
	return values{Device: *d, Topic: root + "/hello", Expires: leaf.NotAfter.UTC().Format(time.DateOnly),
		KeyPEM: text(d.Key), CertificatePEM: text(d.Certificate), AuthorityPEM: text(d.Authority)}
}

// text is PEM as it stands between other lines.
func text(pem []byte) string { return strings.TrimSpace(string(pem)) }

// check reports the first thing in d that cannot work, and returns the device's
// certificate.
func (d *Device) check() (*x509.Certificate, error) {
	for what, s := range map[string]string{"client ID": d.ClientID, "host": d.Host} {
		if s == "" || !plain(s) {
			return nil, fmt.Errorf("the %s %q has to be text on one line", what, s)
		}
	}
	switch {
	case !validName(d.Name):
		return nil, errors.New("a name is 1 to 64 letters, digits, dots, hyphens and underscores")
	case !plain(d.Root) || strings.ContainsAny(d.Root, "+#"):
		return nil, fmt.Errorf("the topic root %q has to be text on one line, without wildcards", d.Root)
	case strings.HasPrefix(d.Host, "-") || strings.ContainsAny(d.Host, " /[]"):
		return nil, fmt.Errorf("the host %q is neither a name nor an IP address", d.Host)
	case d.Port < 1 || d.Port > 65535:
		return nil, fmt.Errorf("the port %d is not from 1 to 65535", d.Port)
	}
	pair, err := tls.X509KeyPair(d.Certificate, d.Key)
	if err != nil {
		return nil, err
	}
	block, rest := pem.Decode(d.Authority)
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("the authority is not one certificate in PEM")
	}
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the authority: %w", err)
	}
	if !authority.IsCA {
		return nil, errors.New("the authority's certificate is not that of an authority")
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		return nil, fmt.Errorf("verify the certificate: %w", err)
	}
	return pair.Leaf, nil
}

// validName reports whether s can be the name of an identity, and of a folder.
func validName(s string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"
	return s != "" && len(s) <= 64 && strings.Trim(s, ".") != "" && strings.Trim(s, alphabet) == ""
}

// plain reports whether s is text on one line, without what a reader cannot see.
func plain(s string) bool {
	return len(s) <= 512 && strings.ToValidUTF8(s, "") == s &&
		!strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// shell quotes s for a POSIX shell.
func shell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
