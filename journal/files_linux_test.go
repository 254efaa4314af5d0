package journal

import "testing"

// A journal's folder may lie below one of a file system that syncs none, such as
// those that mount others when they are asked for.
func TestFoldersThatCantBeSynced(t *testing.T) {
	if err := (machine{}).SyncDir("/proc"); err != nil {
		t.Error(err)
	}
	if err := (machine{}).SyncDir("/nowhere"); err == nil {
		t.Error("a folder that is not there is durable")
	}
}
