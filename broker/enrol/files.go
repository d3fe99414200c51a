package enrol

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The files of an enrolled device.
const (
	KeyFile         = "device.key"  // PKCS#8, PEM
	CertificateFile = "device.crt"  // PEM
	AuthorityFile   = "ca.crt"      // PEM
	ConfigFile      = "device.json" // name, client ID, topic root, addresses
)

// config is the content of ConfigFile.
type config struct {
	Name     string   `json:"name"`
	ClientID string   `json:"client_id"`
	Root     string   `json:"root"`
	Brokers  []string `json:"brokers"`
	Hub      string   `json:"hub"` // where the certificate is renewed, host:port
}

// ownerOnly is the mode of all files: the key is a secret, and the others are of
// use with the key only.
const ownerOnly = 0o600

// prepare makes sure, before the invitation is spent, that the files can be
// written to dir and are not there yet.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for the key: %w: choose another with --out", err)
	}
	for _, name := range []string{KeyFile, CertificateFile, AuthorityFile, ConfigFile} {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s exists and is not overwritten: choose another folder with --out, or move it away", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("look for %s: %w", path, err)
		}
	}
	trial, err := os.CreateTemp(dir, ".enrol-*")
	if err != nil {
		return fmt.Errorf("write to the folder for the key: %w: choose another with --out", err)
	}
	return errors.Join(trial.Close(), os.Remove(trial.Name()))
}

// save writes the four files, or none.
func save(dir string, c Credentials, key crypto.Signer) (err error) {
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode the key: %w", err)
	}
	settings, err := json.MarshalIndent(config{Name: c.Name, ClientID: c.ClientID, Root: c.Root, Brokers: c.Brokers, Hub: c.Hub}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the settings: %w", err)
	}
	var written []string
	defer func() {
		if err != nil {
			for _, path := range written {
				_ = os.Remove(path) // what cannot be removed was hardly written
			}
		}
	}()
	for _, file := range []struct {
		name string
		data []byte
	}{
		{KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})},
		{CertificateFile, certificatePEM(c.Certificate)},
		{AuthorityFile, certificatePEM(c.Authority)},
		{ConfigFile, append(settings, '\n')},
	} {
		path := filepath.Join(dir, file.name)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly)
		if err != nil {
			return fmt.Errorf("write %s: %w: the invitation is spent, ask for a new one", path, err)
		}
		written = append(written, path)
		if err := finish(f, file.data); err != nil {
			return fmt.Errorf("write %s: %w: the invitation is spent, ask for a new one", path, err)
		}
	}
	return nil
}

// finish writes data to f, to the disk too, and closes it.
func finish(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// replace puts data in the place of the file at path, whole or not at all.
func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".enrol-*") // mode 0600
	if err != nil {
		return fmt.Errorf("replace %s: %w", path, err)
	}
	err = finish(f, data)
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("replace %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}

func certificatePEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}
