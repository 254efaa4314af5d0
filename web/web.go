// Package web is the browser's side: the built pages, embedded, and how they are
// handed out. It knows nothing of what they show; they ask the API.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
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

// asset is a file as it is sent. Brotli at its best takes a second for the map's
// code, so it is made behind the first request; until then gzip is sent.
type asset struct {
	plain, gzip []byte // gzip: nil where it is no shorter
	brotli      atomic.Pointer[[]byte]
	kind, tag   string
}

type handler struct {
	files  fs.FS
	policy string
	mu     sync.Mutex
	ready  map[string]*asset
}

// Handler hands out the pages. A path that is no file and has no extension is a
// page of the application and gets index.html; put it behind all other routes.
func Handler() http.Handler { return HandlerWith("") }

// HandlerWith is Handler whose pages may also ask one other origin, such as
// "https://tiles.example.org", for pictures of an online base map.
func HandlerWith(origin string) http.Handler {
	h := &handler{files: Files(), policy: Policy, ready: map[string]*asset{}}
	if origin != "" {
		h.policy = strings.NewReplacer("img-src 'self'", "img-src 'self' "+origin, "connect-src 'self'", "connect-src 'self' "+origin).Replace(Policy)
	}
	return h
}

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
	a := &asset{plain: data, kind: kind(name), tag: base64.RawURLEncoding.EncodeToString(sum[:12])}
	h.ready[name] = a
	if strings.HasPrefix(a.kind, "font/") || strings.HasPrefix(a.kind, "image/png") || len(data) < 1024 {
		return a, nil
	}
	if a.gzip, err = gzipped(data); err != nil {
		return nil, fmt.Errorf("packing %s: %w", name, err)
	}
	go func() {
		if packed, err := brotlied(data); err == nil {
			a.brotli.Store(&packed)
		}
	}()
	return a, nil
}

func kind(name string) string {
	switch path.Ext(name) { // what the machine's own table may lack or say otherwise
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func gzipped(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

func brotlied(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
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
	head.Set("Vary", "Accept-Encoding")
	head.Set("Content-Security-Policy", h.policy)
	if strings.HasPrefix(name, "assets/") {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		head.Set("Cache-Control", "no-cache")
	}
	body, tag := a.plain, a.tag
	accepts := r.Header.Get("Accept-Encoding")
	if packed := a.brotli.Load(); packed != nil && strings.Contains(accepts, "br") {
		head.Set("Content-Encoding", "br")
		body, tag = *packed, tag+"-br"
	} else if a.gzip != nil && strings.Contains(accepts, "gzip") {
		head.Set("Content-Encoding", "gzip")
		body, tag = a.gzip, tag+"-gz"
	}
	head.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
