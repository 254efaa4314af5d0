package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/api"
)

// steps are the reasons anywhere in an answer, by code, in their order, and the
// phrases by which observations are of an incident.
func steps(t *testing.T, body []byte) (codes, texts []string) {
	t.Helper()
	var answer any
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			code, _ := v["code"].(string)
			if text, ok := v["text"].(string); ok && code != "" {
				codes, texts = append(codes, code), append(texts, text)
			}
			if why, ok := v["why"].(string); ok && v["score"] != nil {
				codes, texts = append(codes, "why"), append(texts, why)
			}
			for _, key := range []string{"members", "incident", "reasons", "findings", "commitments", "commitment", "condition", "terms"} {
				walk(v[key])
			}
		}
	}
	walk(answer)
	return codes, texts
}

// Every answer that carries reasons says all of them in the language asked for, and
// English is what it says unasked.
func TestReasonsInTheReadersLanguage(t *testing.T) {
	mission := serve(t, demo.app, api.Options{})
	promises := promised(t)
	worst := get[struct{ Incidents []struct{ ID string } }](t, mission, "verifier", "/api/v1/incidents?result=breach&limit=1").Incidents
	if len(worst) == 0 {
		t.Fatal("no breach")
	}
	for _, c := range []struct {
		of   *site
		path string
	}{
		{mission, "/api/v1/incidents/" + worst[0].ID + "?"},
		{mission, "/api/v1/findings?limit=200&"},
		{mission, "/api/v1/explain?id=" + worst[0].ID + "&"},
		{promises, "/api/v1/commitments?at=2026-03-06&"},
		{promises, "/api/v1/posture?at=2026-03-06&"},
		{promises, "/api/v1/explain?id=us-guarantee&"},
	} {
		_, unasked := c.of.ask(t, "verifier", "GET", strings.TrimRight(c.path, "?&"))
		want, english := steps(t, unasked)
		if len(english) < 3 {
			t.Errorf("%s has only the reasons %v", c.path, english)
		}
		for _, lang := range []string{"en", "fr", "uk"} {
			response, body := c.of.ask(t, "verifier", "GET", c.path+"lang="+lang)
			if response.StatusCode != http.StatusOK {
				t.Errorf("%slang=%s: %s", c.path, lang, response.Status)
				continue
			}
			codes, texts := steps(t, body)
			if len(codes) != len(want) {
				t.Errorf("%slang=%s: %d reasons; want %d", c.path, lang, len(codes), len(want))
				continue
			}
			for i, text := range texts {
				if (text == english[i]) != (lang == "en") || text == "" || strings.ContainsAny(text, "{}⟨⟩") {
					t.Errorf("%slang=%s: %s: %q, in English %q", c.path, lang, codes[i], text, english[i])
				}
			}
		}
		if _, body := c.of.ask(t, "verifier", "GET", c.path+"lang="); string(body) != string(unasked) {
			t.Errorf("%slang= is not as unasked: %s", c.path, body)
		}
		if response, _ := c.of.ask(t, "verifier", "GET", c.path+"lang=de"); response.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%slang=de: %s", c.path, response.Status)
		}
	}
}
