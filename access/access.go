// Package access knows who may see and do what: accounts, sessions and tokens,
// and one table of role, action and handling level by which everything is
// decided.
//
// It must not know what the actions do, how answers are made, or what an
// agreement says beyond an audience's policy.
package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/observation"
)

// Role is what an account is for. The zero value is Public.
type Role string

// The roles, from the one who may least.
const (
	Public        Role = ""              // whoever has not signed in
	Observer      Role = "observer"      // reports from the field
	WatchOfficer  Role = "watch-officer" // sits at the desk day and night
	Verifier      Role = "verifier"      // establishes what happened and decides cases
	PartyLiaison  Role = "party-liaison" // speaks for one of the parties
	Publisher     Role = "publisher"     // lets reports out
	Administrator Role = "administrator" // keeps accounts and the machine
)

// Roles lists the roles that an account can have.
func Roles() []Role {
	return []Role{Observer, WatchOfficer, Verifier, PartyLiaison, Publisher, Administrator}
}

// String names the role.
func (r Role) String() string {
	if r == Public {
		return "public"
	}
	return string(r)
}

// Action is what somebody wants to do.
type Action string

// The actions. Each operation of the server names one.
const (
	ReadPublished Action = "read-published" // what the policy lets the audience see
	ReadPicture   Action = "read-picture"   // the mission's incidents, findings, cases, notices
	ReadSources   Action = "read-sources"   // observations and who made them
	ReadRecord    Action = "read-record"    // the journal's head, tiles and proofs
	Plan          Action = "plan"           // measure withdrawals
	Export        Action = "export"         // downloads of what may be read
	Submit        Action = "submit"         // observations and their media
	Correct       Action = "correct"        // an observation on record
	Review        Action = "review"         // whether two reports are of one event
	CaseWork      Action = "case-work"      // open, register, assign, ask, task, draft
	CaseAnswer    Action = "case-answer"    // answer for a party
	CaseDecide    Action = "case-decide"    // decide, with or without dissent
	Approve       Action = "approve"        // the second pair of eyes
	Publish       Action = "publish"        // let something out
	NotifyAck     Action = "notify-ack"     // acknowledge a notice
	Declare       Action = "declare"        // posture, inventories, approvals, site notes, statements
	KeepTokens    Action = "keep-tokens"    // one's own
	Administer    Action = "administer"     // accounts, metrics
)

// Actions lists all actions.
func Actions() []Action {
	return []Action{ReadPublished, ReadPicture, ReadSources, ReadRecord, Plan, Export, Submit, Correct, Review, CaseWork, CaseAnswer, CaseDecide,
		Approve, Publish, NotifyAck, Declare, KeepTokens, Administer}
}

// Identity is who asks. The zero value is the public.
type Identity struct {
	Account   string               `json:"account,omitempty"` // its short name
	Name      string               `json:"name,omitempty"`    // person and office, as records name them
	Role      Role                 `json:"role,omitempty"`
	Clearance observation.Handling `json:"clearance,omitempty"` // the most restricted label that it may see; empty: TLP:CLEAR
	Party     string               `json:"party,omitempty"`     // of a party liaison
	// Scopes are all that a token may be used for; nil: whatever the role may.
	Scopes []Action `json:"scopes,omitempty"`
}

// Decision is an answer with its reason.
type Decision struct {
	Allowed bool
	Why     string // why not, in a sentence
}

// rule is what a role may do, and what it may see at most whatever its account's
// clearance says.
type rule struct {
	may  []Action
	most observation.Handling
}

func rules(r Role) (rule, bool) {
	public := []Action{ReadPublished, ReadRecord, Plan, Export}
	published := append(slices.Clone(public), KeepTokens)
	desk := append(slices.Clone(published), ReadPicture, ReadSources, Submit, Correct, Review, CaseWork, NotifyAck, Declare)
	switch r {
	case Public:
		return rule{public, observation.Clear}, true
	case Observer:
		return rule{append(published, ReadPicture, Submit, Correct), observation.AmberStrict}, true
	case WatchOfficer:
		return rule{desk, observation.Red}, true
	case Verifier:
		return rule{append(desk, CaseDecide, Approve), observation.Red}, true
	case PartyLiaison:
		return rule{append(published, Submit, CaseAnswer), observation.Amber}, true
	case Publisher:
		return rule{append(published, ReadPicture, Approve, Publish), observation.AmberStrict}, true
	case Administrator:
		return rule{append(published, Administer), observation.Green}, true
	}
	return rule{}, false
}

// Decide answers whether id may do the action with what carries the label. No
// label is TLP:AMBER, as everywhere; for an action with nothing that carries
// one, say TLP:CLEAR. It is the only place where this is decided.
func Decide(id Identity, action Action, level observation.Handling) Decision {
	r, ok := rules(id.Role)
	switch {
	case !ok:
		return Decision{Why: fmt.Sprintf("%q is no role", id.Role)}
	case !slices.Contains(r.may, action):
		return Decision{Why: fmt.Sprintf("the role %s may not %s", id.Role, action)}
	case id.Scopes != nil && !slices.Contains(id.Scopes, action):
		return Decision{Why: fmt.Sprintf("the token may not be used to %s", action)}
	}
	if level == "" {
		level = observation.Amber
	}
	if !observation.KnownHandling(level) {
		level = observation.Red
	}
	if level.MoreRestricted(id.sees()) {
		return Decision{Why: fmt.Sprintf("it is %s, and this account may see up to %s", level, id.sees())}
	}
	return Decision{Allowed: true}
}

// sees is the most restricted label that id may see.
func (id Identity) sees() observation.Handling {
	r, ok := rules(id.Role)
	if !ok || !observation.KnownHandling(id.Clearance) {
		return observation.Clear
	}
	if id.Clearance.MoreRestricted(r.most) {
		return r.most
	}
	return id.Clearance
}

// Audience is that of the publication policy: "public", "parties" or
// "mission".
func (id Identity) Audience() string {
	switch {
	case Decide(id, ReadPicture, observation.Clear).Allowed:
		return "mission"
	case id.Role == PartyLiaison:
		return "parties"
	}
	return "public"
}

// Limit is the audience's policy as it holds for id: never more than the
// account's clearance, and without sources, observers and media where it may
// not read sources.
func (id Identity) Limit(p agreement.Policy) agreement.Policy {
	if sees := id.sees(); observation.Handling(p.Handling).MoreRestricted(sees) {
		p.Handling = string(sees)
	}
	if !Decide(id, ReadSources, observation.Clear).Allowed {
		p.Withhold = slices.Clone(p.Withhold)
		for _, field := range []string{"source", "observer", "media"} {
			if !slices.Contains(p.Withhold, field) {
				p.Withhold = append(p.Withhold, field)
			}
		}
	}
	return p
}

type key struct{}

// With returns a context in which id asks.
func With(ctx context.Context, id Identity) context.Context {
	return context.WithValue(ctx, key{}, id)
}

// From returns who asks; the public where nobody is known.
func From(ctx context.Context) Identity {
	id, _ := ctx.Value(key{}).(Identity)
	return id
}
