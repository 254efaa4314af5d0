package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the figures of docs/real-data.md")

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
	name := filepath.Join("..", "..", "docs", "real-data.md")
	page, err := os.ReadFile(name)
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
			if *update {
				page = []byte(strings.Replace(string(page), blocks[i][1], got.String(), 1))
			} else if diff := cmp.Diff(blocks[i][1], got.String()); diff != "" {
				t.Errorf("%s; run with -update after looking at it, and see whether the text still holds", diff)
			}
		})
	}
	if *update {
		if err := os.WriteFile(name, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
