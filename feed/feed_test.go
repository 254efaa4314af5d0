package feed_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/truce-monitor/truce/feed"
)

// dataDir is the folder of real data that is not part of the repository.
func dataDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("TRUCE_DATA")
	if dir == "" {
		root, err := filepath.Abs("../../shared/data")
		if err != nil {
			t.Fatal(err)
		}
		dir = root
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the real data is missing: %v", err)
		}
		t.Skipf("the real data is missing: %v", err)
	}
	return dir
}

// all reads a stream to its end.
func all(t testing.TB, r io.Reader, name string, opt feed.Options) []feed.Item {
	t.Helper()
	s, err := feed.Open(r, name, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var items []feed.Item
	for {
		it, err := s.Next()
		if err == io.EOF {
			return items
		}
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, it)
	}
}
