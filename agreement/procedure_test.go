package agreement_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/agreement"
)

func procedure(t *testing.T, verification string) (*agreement.Procedure, []agreement.Problem) {
	t.Helper()
	a, problems := agreement.Parse("small.yaml", []byte(file(t, "testdata/small.yaml")+"\n"+verification))
	if a == nil {
		return nil, problems
	}
	return a.Procedure(), problems
}

func TestAnAgreementThatSaysLittleHasTheUsualProcedure(t *testing.T) {
	p, problems := procedure(t, "")
	if p == nil {
		t.Fatal(problems)
	}
	if stuck := p.Stuck(); stuck != nil {
		t.Errorf("stuck in %v", stuck)
	}
	if p.Move("decide").By[0] != "verifier" || p.Quorum != 1 || p.Comment.Written != "72h" || !slices.Contains(p.Assumed, "comment") {
		t.Errorf("%+v", p)
	}
	if p.Move("appeal") != nil || p.Move("reopen") == nil {
		t.Error("nothing is said of an appeal, so there is none; nothing forbids to reopen")
	}
	// Every state of the vocabulary is one that a case can come into.
	for _, s := range agreement.CaseStates() {
		if !slices.ContainsFunc(p.Moves, func(m agreement.Move) bool { return m.To == s || slices.Contains(m.From, s) }) && s != "disputed" {
			t.Errorf("nothing leads to %s", s)
		}
	}
}

func TestAnAgreementsOwnProcedure(t *testing.T) {
	p, problems := procedure(t, `
verification:
  decides: north
  appeal: 48h
  comment: 24h
  moves:
    - {move: draft, within: 3d, by: [watch-officer]}
    - {move: dismiss, off: true}
    - {move: refer, as: note, from: [persistent], by: [north]}
`)
	if p == nil {
		t.Fatal(problems)
	}
	if m := p.Move("draft"); m.Within.Written != "3d" || !slices.Equal(m.By, []string{"watch-officer"}) || !slices.Contains(m.From, "investigation") || m.To != "drafted" {
		t.Errorf("draft: %+v", m)
	}
	if p.Move("dismiss") != nil || p.Move("reopen") != nil {
		t.Error("there is a step that this procedure does without")
	}
	if m := p.Move("refer"); m == nil || m.As != "note" || !slices.Equal(m.From, []string{"persistent"}) {
		t.Errorf("refer: %+v", m)
	}
	if m := p.Move("rule"); m == nil || !slices.Equal(m.By, []string{"north"}) || p.Answer.Written != "24h" {
		t.Errorf("an appeal goes to who decides where no other is named: %+v", m)
	}
}

func TestAProcedureWithoutAnEndIsRefused(t *testing.T) {
	_, problems := procedure(t, `
verification:
  moves:
    - {move: close, off: true}
`)
	if !agreement.Failed(problems) || !strings.Contains(problems[0].Message, "can never be closed") || problems[0].Line == 0 {
		t.Errorf("%v", problems)
	}
}
