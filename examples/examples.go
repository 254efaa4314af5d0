// Package examples holds agreement files that show what the language can say,
// each in its own folder with the GeoJSON files that it names.
//
// It must not know more than the files: what they mean is the business of
// package agreement.
package examples

import (
	"embed"
	"io/fs"
)

//go:embed */*.yaml */*.geojson */*.csv
var files embed.FS

// Files returns the examples: a folder for each, with agreement.yaml in it.
func Files() fs.FS { return files }

// Names lists the examples in alphabetical order.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil { // an embedded root can always be read
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}
