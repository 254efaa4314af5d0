package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// asset is a file of the pages, in memory as it is sent.
type asset struct {
	kind, tag    string
	plain, gzip  []byte
	neverChanges bool // its name holds its hash
}

// plain stands in for the pages where there are none.
const plain = `<!doctype html><html lang="en"><meta charset="utf-8"><title>truce</title><h1>truce</h1>
<p>The server runs; it has been built without pages. <a href="/openapi.json">What it answers</a> · <a href="/api/v1/status">Status</a></p></html>`

// pages serves the files of package web; any other path without a dot in its
// last part is a page's own and gets the one document. A file NAME.gz beside
// NAME is what is sent to those who unpack.
func (s *Server) pages(mux *http.ServeMux) error {
	files := map[string]*asset{"index.html": newAsset("index.html", []byte(plain), nil)}
	if s.opt.Web != nil {
		err := fs.WalkDir(s.opt.Web, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(name, ".gz") {
				return err
			}
			data, err := fs.ReadFile(s.opt.Web, name)
			if err != nil {
				return err
			}
			packed, _ := fs.ReadFile(s.opt.Web, name+".gz") // none: packed as it is sent
			files[name] = newAsset(name, data, packed)
			return nil
		})
		if err != nil {
			return fmt.Errorf("reading the pages: %w", err)
		}
	}
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if name == "" {
			name = "index.html"
		}
		a := files[name]
		if a == nil && !strings.Contains(path.Base(name), ".") && !ours(name) {
			a = files["index.html"]
		}
		if a == nil {
			writeProblem(w, http.StatusNotFound, "there is nothing at this address")
			return
		}
		a.serve(w, r)
	})
	return nil
}

// ours reports whether a path belongs to operations, of which none has it.
func ours(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	switch first {
	case "api", "ogc", "tiles", "log", "feeds", "downloads", "assets":
		return true
	}
	return false
}

func newAsset(name string, data, packed []byte) *asset {
	sum := sha256.Sum256(data)
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = http.DetectContentType(data)
	}
	if path.Ext(name) == ".webmanifest" {
		kind = "application/manifest+json"
	}
	return &asset{kind: kind, tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, plain: data, gzip: packed, neverChanges: strings.HasPrefix(name, "assets/")}
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "no-cache")
	if a.neverChanges {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := a.plain
	tag := a.tag
	if a.gzip != nil {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body, tag = a.gzip, strings.TrimSuffix(a.tag, `"`)+`-gz"`
		}
	}
	h.Set("ETag", tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
