package app_test

import (
	"testing"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/publish"
)

// What a person declares on record counts as what was imported does, for those who
// may see it.
func TestADeclarationOnRecordCounts(t *testing.T) {
	a := workspace(t, "paris-2026")
	at := time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	due := func(id, audience string) commitment.Due {
		t.Helper()
		m, err := a.Commitments(t.Context(), at, publish.Policy(a.Agreement(), audience))
		if err != nil {
			t.Fatal(err)
		}
		return m.Pledge(id).Due
	}
	if is := due("us-guarantee", publish.Mission); is != commitment.IsUnknown {
		t.Errorf("before anything is declared: %s", is)
	}
	seq, err := a.Declare(t.Context(), "council", "verifier", "", app.Declaration{Kind: "attacked", Of: "Ukraine", Is: "yes", From: at.Add(-time.Hour), Text: "Decided by the council."})
	if err != nil || seq == 0 {
		t.Fatalf("record %d, %v", seq, err)
	}
	if mission, public := due("us-guarantee", publish.Mission), due("us-guarantee", publish.Public); mission != commitment.IsDue || public != commitment.IsUnknown {
		t.Errorf("once it is declared, %s for the mission and %s for the public", mission, public)
	}
	for _, wrong := range []app.Declaration{{Kind: "attacked", Of: "Atlantis", Is: "yes"}, {Kind: "attacked", Of: "ukraine", Is: "perhaps"}, {Kind: "tent", Party: "uk"}, {Kind: "firmness", Of: "no-such", Is: "signed"}} {
		if _, err := a.Declare(t.Context(), "council", "verifier", "", wrong); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
	if r, err := a.Rebuild(t.Context()); err != nil || !r.Same {
		t.Errorf("rebuild: %+v, %v", r, err)
	}
}
