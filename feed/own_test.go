package feed_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/feed"
	"github.com/truce-monitor/truce/feed/truceown"
)

func TestTemplateIsReadable(t *testing.T) {
	if items := all(t, bytes.NewReader(truceown.Template()), "template.csv", feed.Options{}); len(items) != 0 {
		t.Fatalf("comments came through: %+v", items[0].Quarantine)
	}
	// A user takes the mark off the example rows.
	text := strings.ReplaceAll(string(truceown.Template()), "\n# ", "\n")
	items := all(t, strings.NewReader(text), "template.csv", feed.Options{})
	if len(items) != 2 {
		t.Fatalf("%d items", len(items))
	}
	for _, it := range items {
		if it.Observation == nil {
			t.Errorf("%+v", it.Quarantine)
		}
	}
}
