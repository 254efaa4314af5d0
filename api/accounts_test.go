package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/api"
)

func TestAccountsAreKeptByAdministrators(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	const path = "/api/v1/accounts"
	boris := `{"account":"boris","name":"B. Watch","role":"watch-officer","password":"correct horse battery"}`
	for _, c := range []struct {
		role, method, path, body string
		status                   int
	}{
		{"", "GET", path, "", http.StatusUnauthorized},
		{"verifier", "GET", path, "", http.StatusForbidden},
		{"verifier", "POST", path, boris, http.StatusForbidden},
		{"administrator", "POST", path, boris, http.StatusCreated},
		{"administrator", "POST", path, boris, http.StatusUnprocessableEntity}, // the name is taken
		{"administrator", "POST", path, `{"account":"c","role":"verifier","password":"short"}`, http.StatusUnprocessableEntity},
		{"administrator", "POST", path, `{"account":"c","role":"party-liaison","party":"atlantis"}`, http.StatusUnprocessableEntity},
		{"administrator", "PUT", path + "/boris/password", `{"password":"another horse battery"}`, http.StatusOK},
		{"administrator", "PUT", path + "/nobody/password", `{"password":"another horse battery"}`, http.StatusNotFound},
		{"administrator", "DELETE", path + "/administrator", "", http.StatusConflict},
	} {
		if resp, body := x.deliver(t, c.role, c.method, c.path, nil, c.body); resp.StatusCode != c.status {
			t.Errorf("%s %s as %q: %s; want %d\n%s", c.method, c.path, c.role, resp.Status, c.status, body)
		}
	}
	list := get[struct{ Accounts []access.Account }](t, x, "administrator", path)
	found := false
	for _, a := range list.Accounts {
		found = found || a.Name == "boris" && a.Role == access.WatchOfficer
	}
	if !found {
		t.Errorf("boris is not among %+v", list.Accounts)
	}
	if resp, body := x.deliver(t, "", "POST", "/api/v1/session", nil, `{"account":"boris","password":"another horse battery"}`); resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "B. Watch") {
		t.Errorf("boris signs in: %s\n%s", resp.Status, body)
	}
	if resp, _ := x.deliver(t, "administrator", "DELETE", path+"/boris", nil, ""); resp.StatusCode != http.StatusOK {
		t.Errorf("removing boris: %s", resp.Status)
	}
}

func TestTokensAreKeptByTheirOwners(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	const path = "/api/v1/tokens"
	if resp, _ := x.deliver(t, "", "POST", path, nil, `{}`); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the public makes a token: %s", resp.Status)
	}
	if resp, _ := x.deliver(t, "observer", "POST", path, nil, `{"account":"verifier"}`); resp.StatusCode != http.StatusForbidden {
		t.Errorf("an observer makes a verifier's token: %s", resp.Status)
	}
	if resp, body := x.deliver(t, "observer", "POST", path, nil, `{"scopes":["conquer"]}`); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an unknown scope: %s\n%s", resp.Status, body)
	}
	resp, body := x.deliver(t, "observer", "POST", path, nil, `{"label":"array 7","scopes":["submit"]}`)
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s\n%s", resp.Status, body)
	}
	secret := string(body)[strings.Index(string(body), "truce_"):]
	secret = secret[:strings.IndexByte(secret, '"')]
	x.tokens["array"] = secret
	if resp, _ := x.ask(t, "array", "GET", "/api/v1/incidents"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a token for submitting reads: %s", resp.Status)
	}
	if resp, _ := x.deliver(t, "array", "POST", path, nil, `{}`); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a narrowed token makes a wide one: %s", resp.Status)
	}
	list := get[struct{ Tokens []access.Token }](t, x, "observer", path)
	if len(list.Tokens) != 2 {
		t.Fatalf("%+v", list.Tokens)
	}
	if theirs := get[struct{ Tokens []access.Token }](t, x, "administrator", path+"?account=observer"); len(theirs.Tokens) != 2 {
		t.Errorf("the administrator sees %+v", theirs.Tokens)
	}
	id := list.Tokens[1].ID
	if list.Tokens[0].Label == "array 7" {
		id = list.Tokens[0].ID
	}
	if resp, _ := x.deliver(t, "verifier", "DELETE", path+"/"+id, nil, ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("somebody else revokes it: %s", resp.Status)
	}
	if resp, _ := x.deliver(t, "observer", "DELETE", path+"/"+id, nil, ""); resp.StatusCode != http.StatusOK {
		t.Errorf("revoking: %s", resp.Status)
	}
	if resp, _ := x.ask(t, "array", "GET", "/api/v1/status"); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a revoked token: %s", resp.Status)
	}
}
