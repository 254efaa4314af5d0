package api

import (
	"io"
	"net/http"
	"path"
	"strings"
)

// plain stands in for the pages where there are none.
const plain = `<!doctype html><html lang="en"><meta charset="utf-8"><title>truce</title><h1>truce</h1>
<p>The server runs; it has been built without pages. <a href="/openapi.json">What it answers</a> · <a href="/api/v1/status">Status</a></p></html>`

// pages hands to package web what no operation answers.
func (s *Server) pages(mux *http.ServeMux) {
	next := s.opt.Web
	if next == nil {
		next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if path.Ext(r.URL.Path) != "" {
				writeProblem(w, http.StatusNotFound, "there is nothing at this address")
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, plain)
		})
	}
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if ours(r.URL.Path) {
			writeProblem(w, http.StatusNotFound, "there is nothing at this address")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ours reports whether a path belongs to operations, of which none has it.
func ours(p string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path.Clean(p), "/"), "/")
	switch first {
	case "api", "ogc", "tiles", "log", "feeds", "downloads":
		return true
	}
	return false
}
