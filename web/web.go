// Package web is the browser's side: the built pages, embedded, and how they are
// handed out. It knows nothing of what they show; they ask the API.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed all:dist
var dist embed.FS

// Policy is the Content-Security-Policy of every page: nothing comes from, or goes
// to, another origin. MapLibre makes images of what it draws (blob:, data:).
const Policy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Files is what was built: index.html, assets whose names carry a hash of their
// content, base data of the map.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is a constant
	}
	return files
}

// asset is a file as it is sent.
type asset struct {
	plain, packed []byte // packed: gzip, or nil where that is no shorter
	kind, tag     string
}

type handler struct {
	files fs.FS
	mu    sync.Mutex
	ready map[string]*asset
}

// Handler hands out the pages. A path that is no file and has no extension is a
// page of the application and gets index.html; put it behind all other routes.
func Handler() http.Handler { return &handler{files: Files(), ready: map[string]*asset{}} }

func (h *handler) asset(name string) (*asset, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if a := h.ready[name]; a != nil {
		return a, nil
	}
	data, err := fs.ReadFile(h.files, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	a := &asset{plain: data, kind: mime.TypeByExtension(path.Ext(name)), tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	switch path.Ext(name) {
	case ".js", ".mjs":
		a.kind = "text/javascript; charset=utf-8"
	case ".webmanifest":
		a.kind = "application/manifest+json"
	case ".woff2":
		a.kind = "font/woff2"
	case ".txt":
		a.kind = "text/plain; charset=utf-8"
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if b.Len() < len(data)*9/10 {
		a.packed = b.Bytes()
	}
	h.ready[name] = a
	return a, nil
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the pages are only read", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if path.Ext(name) == "" {
		name = "index.html"
	}
	a, err := h.asset(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	head := w.Header()
	head.Set("Content-Type", a.kind)
	head.Set("ETag", a.tag)
	head.Set("Vary", "Accept-Encoding")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "same-origin")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Content-Security-Policy", Policy)
	head.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
	if strings.HasPrefix(name, "assets/") {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		head.Set("Cache-Control", "no-cache")
	}
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, a.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if a.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		head.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the reader may have gone
}
