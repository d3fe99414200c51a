package main

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// counter is a number that two processes share, in a mapped file.
type counter struct {
	file   *os.File
	mapped []byte
}

const counterBytes = 4096

// newCounter maps a file, which it makes where it is missing.
func newCounter(path string) (*counter, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(counterBytes); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	m, err := syscall.Mmap(int(f.Fd()), 0, counterBytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("map %s: %w", path, err), f.Close())
	}
	return &counter{file: f, mapped: m}, nil
}

func (c *counter) value() *atomic.Int64 {
	return (*atomic.Int64)(unsafe.Pointer(&c.mapped[0]))
}

func (c *counter) close() error { return errors.Join(syscall.Munmap(c.mapped), c.file.Close()) }
