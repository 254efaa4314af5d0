package journal_test

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/truce-monitor/truce/journal"
)

var errPower = errors.New("the power is gone")

// disk is a file system in memory that keeps apart what was synced and what
// was only written. After a loss of power it has all that was synced, and of
// the rest any part: of each write all, nothing or its beginning, of each name
// the old or the new.
type disk struct {
	mu      sync.Mutex
	names   map[string]*node // as processes see them
	durable map[string]*node
	locked  map[string]bool

	left int   // operations until the power goes; -1: it stays
	room int64 // bytes that may still be written; -1: any number
	bad  error // of every write and sync
}

type node struct {
	data, synced []byte
	writes       []write // since the last sync
	dir          bool
}

type write struct {
	at   int64
	data []byte // nil: a truncation to at
}

func newDisk() *disk {
	return &disk{names: map[string]*node{}, durable: map[string]*node{}, locked: map[string]bool{}, left: -1, room: -1}
}

// step counts an operation. The caller holds mu.
func (d *disk) step() error {
	if d.left == 0 {
		return errPower
	}
	if d.left > 0 {
		d.left--
	}
	return nil
}

// fail is step for an operation that changes something.
func (d *disk) fail() error {
	if err := d.step(); err != nil {
		return err
	}
	return d.bad
}

// restart is the disk after the loss of power.
func (d *disk) restart(r *rand.Rand) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := newDisk()
	kept := maps.Clone(d.durable)
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		if r.IntN(2) == 0 {
			kept[name] = d.names[name]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.durable)) {
		if d.names[name] == nil && r.IntN(2) == 0 {
			delete(kept, name) // removed or renamed away
		}
	}
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		if dir := path.Dir(name); dir == "." || out.names[dir] != nil { // not without its folder
			out.add(name, kept[name], r)
		}
	}
	return out
}

func (d *disk) add(name string, n *node, r *rand.Rand) {
	m := &node{dir: n.dir, data: slices.Clone(n.synced)}
	for _, w := range n.writes {
		switch r.IntN(3) {
		case 0:
			m.apply(w)
		case 1:
			if len(w.data) > 0 {
				w.data = w.data[:r.IntN(len(w.data))]
				m.apply(w)
			}
		}
	}
	m.synced = slices.Clone(m.data)
	d.names[name], d.durable[name] = m, m
}

func (n *node) apply(w write) {
	if w.data == nil {
		n.data = n.data[:min(int64(len(n.data)), w.at)]
		return
	}
	if end := w.at + int64(len(w.data)); end > int64(len(n.data)) {
		n.data = append(n.data, make([]byte, end-int64(len(n.data)))...)
	}
	copy(n.data[w.at:], w.data)
}

func (d *disk) OpenFile(name string, flag int, _ fs.FileMode) (journal.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return nil, err
	}
	n := d.names[name]
	if n == nil {
		if flag&syscall.O_CREAT == 0 {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		if d.bad != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: d.bad}
		}
		n = &node{}
		d.names[name] = n
	}
	if flag&syscall.O_TRUNC != 0 {
		w := write{at: 0}
		n.apply(w)
		n.writes = append(n.writes, w)
	}
	return &handle{d, n, name}, nil
}

func (d *disk) ReadDir(name string) ([]fs.DirEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []fs.DirEntry
	for _, p := range slices.Sorted(maps.Keys(d.names)) {
		if path.Dir(p) == name {
			out = append(out, fs.FileInfoToDirEntry(info{path.Base(p), d.names[p]}))
		}
	}
	return out, d.step()
}

func (d *disk) MkdirAll(name string, _ fs.FileMode) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for ; name != "." && name != "/"; name = path.Dir(name) {
		if d.names[name] == nil {
			d.names[name] = &node{dir: true}
		}
	}
	return d.fail()
}

func (d *disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fail(); err != nil {
		return err
	}
	d.names[to] = d.names[from]
	delete(d.names, from)
	return nil
}

func (d *disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fail(); err != nil {
		return err
	}
	if d.names[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	delete(d.names, name)
	return nil
}

func (d *disk) RemoveAll(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fail(); err != nil {
		return err
	}
	maps.DeleteFunc(d.names, func(p string, _ *node) bool { return p == name || strings.HasPrefix(p, name+"/") })
	return nil
}

func (d *disk) Lock(name string) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locked[name] {
		return nil, journal.ErrLocked
	}
	d.locked[name] = true
	return unlock{d, name}, nil
}

type unlock struct {
	d    *disk
	name string
}

func (u unlock) Close() error {
	u.d.mu.Lock()
	defer u.d.mu.Unlock()
	delete(u.d.locked, u.name)
	return nil
}

func (d *disk) SyncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fail(); err != nil {
		return err
	}
	maps.DeleteFunc(d.durable, func(p string, _ *node) bool { return path.Dir(p) == name && d.names[p] == nil })
	for p, n := range d.names {
		if path.Dir(p) == name {
			d.durable[p] = n
		}
	}
	return nil
}

func (d *disk) SyncTree(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fail(); err != nil {
		return err
	}
	below := func(p string) bool { return strings.HasPrefix(p, name+"/") }
	maps.DeleteFunc(d.durable, func(p string, _ *node) bool { return below(p) && d.names[p] == nil })
	for p, n := range d.names {
		if below(p) {
			d.durable[p] = n
			n.synced, n.writes = slices.Clone(n.data), nil
		}
	}
	return nil
}

type handle struct {
	d    *disk
	n    *node
	name string
}

func (h *handle) Name() string { return h.name }
func (h *handle) Close() error { return nil }

func (h *handle) ReadAt(b []byte, at int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if at >= int64(len(h.n.data)) {
		return 0, io.EOF
	}
	n := copy(b, h.n.data[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(b []byte, at int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	err := h.d.fail()
	if err != nil && !errors.Is(err, errPower) {
		return 0, err
	}
	fits := b
	switch {
	case err != nil: // the power went while it was being written
		fits = b[:len(b)/2]
	case h.d.room >= 0 && int64(len(b)) > h.d.room:
		fits, err = b[:h.d.room], syscall.ENOSPC
	}
	if h.d.room >= 0 {
		h.d.room -= int64(len(fits))
	}
	w := write{at, slices.Clone(fits)}
	if len(fits) > 0 {
		h.n.apply(w)
		h.n.writes = append(h.n.writes, w)
	}
	return len(fits), err
}

func (h *handle) Truncate(size int64) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if err := h.d.fail(); err != nil {
		return err
	}
	w := write{at: size}
	h.n.apply(w)
	h.n.writes = append(h.n.writes, w)
	return nil
}

func (h *handle) Sync() error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if err := h.d.fail(); err != nil {
		return err
	}
	h.n.synced, h.n.writes = slices.Clone(h.n.data), nil
	return nil
}

func (h *handle) Stat() (fs.FileInfo, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	return info{path.Base(h.name), h.n}, nil
}

type info struct {
	name string
	n    *node
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(len(i.n.data)) }
func (i info) IsDir() bool        { return i.n.dir }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) Sys() any           { return nil }
func (i info) Mode() fs.FileMode {
	if i.n.dir {
		return fs.ModeDir | 0o755
	}
	return 0o644
}
