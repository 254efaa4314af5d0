package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncTree makes the whole file system durable in one call: to sync thousands
// of small files one by one takes seconds.
func syncTree(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.Syncfs(int(d.Fd()))
}
