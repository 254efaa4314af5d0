package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every figure of docs/real-data.md is what the program says.
func TestFiguresOfThePage(t *testing.T) {
	data := os.Getenv("TRUCE_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(data); err != nil {
		t.Skip("needs the real data in ../shared/data or TRUCE_DATA: ", err)
	}
	if testing.Short() {
		t.Skip("the short run is the one with the race detector, under which this takes minutes")
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "real-data.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```text\n(.*?)^```").FindAllStringSubmatch(string(page), -1)
	all := runs()
	if len(blocks) != len(all) {
		t.Fatalf("%d blocks of figures for %d runs", len(blocks), len(all))
	}
	for i, r := range all {
		t.Run(r.name, func(t *testing.T) {
			var got strings.Builder
			if err := r.do(t.Context(), &got, data); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(blocks[i][1], got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
