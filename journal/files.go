package journal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Files is the file system under a journal. The zero Options use the
// machine's; tests put one there that loses power or fills up.
type Files interface {
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	ReadDir(name string) ([]fs.DirEntry, error)
	MkdirAll(name string, perm fs.FileMode) error
	Rename(from, to string) error
	Remove(name string) error
	RemoveAll(name string) error
	// Lock takes the file as a lock that ends with the process, or returns
	// [ErrLocked].
	Lock(name string) (io.Closer, error)
	// SyncDir returns when the names of new, renamed and removed files in a
	// folder are durable.
	SyncDir(name string) error
	// SyncTree returns when everything below a folder is durable.
	SyncTree(name string) error
}

// File is an open file of [Files].
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Name() string
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	// Sync returns when what was written is durable.
	Sync() error
}

// machine is the file system of the machine.
type machine struct{}

func (machine) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err // not a nil *os.File in the interface
	}
	return f, nil
}

func (machine) ReadDir(name string) ([]fs.DirEntry, error)   { return os.ReadDir(name) }
func (machine) MkdirAll(name string, perm fs.FileMode) error { return os.MkdirAll(name, perm) }
func (machine) Rename(from, to string) error                 { return os.Rename(from, to) }
func (machine) Remove(name string) error                     { return os.Remove(name) }
func (machine) RemoveAll(name string) error                  { return os.RemoveAll(name) }
func (machine) Lock(name string) (io.Closer, error)          { return lockFile(name) }
func (machine) SyncTree(name string) error                   { return syncTree(name) }

func (machine) SyncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	switch {
	case errors.Is(err, fs.ErrPermission): // Windows can't sync a folder, and need not
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.EINVAL): // nor can some file systems, as those that nothing is written to
	default:
		return err
	}
	return nil
}

// readFile returns a whole file.
func readFile(files Files, name string) ([]byte, error) {
	f, err := files.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	data := make([]byte, info.Size())
	n, err := f.ReadAt(data, 0)
	if err == io.EOF {
		err = nil
	}
	return data[:n], err
}

// writeFile writes a whole file.
func writeFile(files Files, name string, data []byte, sync bool) error {
	f, err := files.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	if err == nil && sync {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// replaceFile writes a whole file so that a reader, or a machine after a
// crash, finds the old one or the new one.
func replaceFile(files Files, name string, data []byte, sync bool) error {
	if err := writeFile(files, name+".new", data, sync); err != nil {
		return err
	}
	return files.Rename(name+".new", name)
}
