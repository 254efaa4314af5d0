package access_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/observation"
)

var update = flag.Bool("update", false, "write the table of who may do what")

func labels() []observation.Handling {
	return []observation.Handling{observation.Clear, observation.Green, observation.Amber, observation.AmberStrict, observation.Red}
}

// The whole table: role by action by handling level, for an account with the
// highest clearance that its role can have. It is kept as a file, so that every
// change of who may do what is seen in review; -update writes it.
func TestTable(t *testing.T) {
	var b strings.Builder
	roles := append([]access.Role{access.Public}, access.Roles()...)
	fmt.Fprintf(&b, "%-15s", "")
	for _, r := range roles {
		fmt.Fprintf(&b, " %-18s", r)
	}
	b.WriteString("\n")
	for _, a := range access.Actions() {
		fmt.Fprintf(&b, "%-15s", a)
		for _, r := range roles {
			most := "-"
			for _, level := range labels() {
				if access.Decide(access.Identity{Role: r, Clearance: observation.Red}, a, level).Allowed {
					most = string(level)
				}
			}
			fmt.Fprintf(&b, " %-18s", most)
		}
		b.WriteString("\n")
	}
	lines := strings.SplitAfter(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \n") + l[len(strings.TrimRight(l, "\n")):]
	}
	got := strings.Join(lines, "")
	path := filepath.Join("testdata", "table.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("who may do what has changed (-kept +now):\n%s", diff)
	}
}

// Whatever the account says: nobody sees above its clearance, a scope never
// adds anything, and one who may do something with a label may do it with a
// less restricted one.
func TestDecideHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roles := append([]access.Role{access.Public, "king"}, access.Roles()...)
		id := access.Identity{
			Role:      rapid.SampledFrom(roles).Draw(t, "role"),
			Clearance: rapid.SampledFrom(append(labels(), "", "TLP:WHITE")).Draw(t, "clearance"),
		}
		action := rapid.SampledFrom(append(access.Actions(), "conquer")).Draw(t, "action")
		level := rapid.SampledFrom(append(labels(), "", "TLP:WHITE")).Draw(t, "level")
		d := access.Decide(id, action, level)
		if d.Allowed == (d.Why != "") {
			t.Fatalf("%+v: an answer has a reason if it is no, and only then", d)
		}
		if id.Role == "king" && d.Allowed || action == "conquer" && d.Allowed {
			t.Fatal("an unknown role or action may do nothing")
		}
		if !d.Allowed {
			return
		}
		clearance := id.Clearance
		if !observation.KnownHandling(clearance) {
			clearance = observation.Clear
		}
		carried := level
		if carried == "" {
			carried = observation.Amber
		}
		if carried.MoreRestricted(clearance) {
			t.Fatalf("sees %s with a clearance of %s", level, id.Clearance)
		}
		for _, lower := range labels() {
			if !lower.MoreRestricted(carried) && !access.Decide(id, action, lower).Allowed {
				t.Fatalf("may %s with %s, but not with %s", action, level, lower)
			}
		}
		id.Scopes = rapid.SliceOf(rapid.SampledFrom(access.Actions())).Draw(t, "scopes")
		if id.Scopes == nil {
			id.Scopes = []access.Action{}
		}
		if access.Decide(id, action, level).Allowed != slices.Contains(id.Scopes, action) {
			t.Fatalf("scopes %v and %s", id.Scopes, action)
		}
	})
}

// A policy is only ever made narrower.
func TestLimit(t *testing.T) {
	policy := agreement.Policy{Audience: "mission", Handling: "TLP:RED"}
	for _, x := range []struct {
		id       access.Identity
		audience string
		handling string
		withhold []string
	}{
		{access.Identity{}, "public", "TLP:CLEAR", []string{"source", "observer", "media"}},
		{access.Identity{Role: access.PartyLiaison, Clearance: observation.Red}, "parties", "TLP:AMBER", []string{"source", "observer", "media"}},
		{access.Identity{Role: access.Observer, Clearance: observation.Amber}, "mission", "TLP:AMBER", []string{"source", "observer", "media"}},
		{access.Identity{Role: access.WatchOfficer, Clearance: observation.AmberStrict}, "mission", "TLP:AMBER+STRICT", nil},
		{access.Identity{Role: access.Verifier, Clearance: observation.Red}, "mission", "TLP:RED", nil},
		{access.Identity{Role: access.Administrator, Clearance: observation.Red}, "public", "TLP:GREEN", []string{"source", "observer", "media"}},
		{access.Identity{Role: access.Verifier, Clearance: observation.Red, Scopes: []access.Action{access.ReadPublished}}, "public", "TLP:RED", []string{"source", "observer", "media"}},
	} {
		got := x.id.Limit(policy)
		if x.id.Audience() != x.audience || got.Handling != x.handling || !slices.Equal(got.Withhold, x.withhold) {
			t.Errorf("%s: audience %s, handling %s, withholds %v; want %s, %s, %v", x.id.Role, x.id.Audience(), got.Handling, got.Withhold, x.audience, x.handling, x.withhold)
		}
	}
	if narrow := (access.Identity{Role: access.Verifier, Clearance: observation.Red}).Limit(agreement.Policy{Handling: "TLP:GREEN", Withhold: []string{"text"}}); narrow.Handling != "TLP:GREEN" || !slices.Equal(narrow.Withhold, []string{"text"}) {
		t.Errorf("a policy was made wider: %+v", narrow)
	}
}

func TestContext(t *testing.T) {
	if id := access.From(context.Background()); id.Role != access.Public || id.Account != "" {
		t.Errorf("nobody is %+v", id)
	}
	if id := access.From(access.With(context.Background(), access.Identity{Account: "b"})); id.Account != "b" {
		t.Errorf("b is %+v", id)
	}
}
