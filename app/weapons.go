package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/ledger"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// WeaponsOptions say of which site, at which instant and for whom.
type WeaponsOptions struct {
	Site   string    // empty: all
	At     time.Time // zero: the last instant on record, or now if that is later
	Since  time.Time // of weapons seen elsewhere; zero: the day before At
	Policy *agreement.Policy
	AsOf   time.Time // to which the policy's delay is counted; zero: now
}

// Weapons is the ledger of withdrawn weapons, and which were seen elsewhere.
type Weapons struct {
	At     time.Time      `json:"at"`
	Sheets []ledger.Sheet `json:"sites"`
	Since  time.Time      `json:"since"`
	Seen   []WeaponSeen   `json:"seen"` // from Since to At, by category and time
}

// WeaponSeen is a weapon that was seen where the terms have something to say
// about it.
type WeaponSeen struct {
	Category ledger.Category    `json:"category"`
	Incident string             `json:"incident"`
	Finding  string             `json:"finding"`
	At       time.Time          `json:"at"` // UTC
	Weapon   observation.Weapon `json:"weapon,omitempty"`
	Count    observation.Count  `json:"count"`
	Place    string             `json:"place,omitempty"`
	Side     string             `json:"side,omitempty"`
}

// Weapons makes up the ledger of withdrawn weapons. A nil policy is the
// mission's.
func (a *App) Weapons(ctx context.Context, opt WeaponsOptions) (*Weapons, error) {
	if opt.AsOf.IsZero() {
		opt.AsOf = a.now()
	}
	if opt.At.IsZero() {
		t, err := a.Totals(ctx)
		if err != nil {
			return nil, err
		}
		if opt.At = a.now(); t.Last.After(opt.At) {
			opt.At = t.Last
		}
	}
	if opt.Since.IsZero() {
		opt.Since = opt.At.AddDate(0, 0, -1)
	}
	policy := a.missionPolicy()
	if opt.Policy != nil {
		policy = *opt.Policy
	}
	inventories, visits, err := a.ledgerEntries(ctx, policy, opt.AsOf)
	if err != nil {
		return nil, err
	}
	out := &Weapons{At: opt.At.UTC(), Since: opt.Since.UTC(), Sheets: ledger.Keep(a.agreement, inventories, visits, opt.At), Seen: []WeaponSeen{}}
	if opt.Site != "" {
		var ids []string
		for _, s := range out.Sheets {
			ids = append(ids, s.Site)
		}
		if out.Sheets = slices.DeleteFunc(out.Sheets, func(s ledger.Sheet) bool { return s.Site != opt.Site }); len(out.Sheets) == 0 {
			return nil, fmt.Errorf("there is no storage site %q; there are %s: %w", opt.Site, strings.Join(ids, ", "), ErrUnknown)
		}
	}
	if publish.Withholds(policy, publish.FieldSerials) {
		for i := range out.Sheets {
			withoutSerials(&out.Sheets[i])
		}
	}
	if err := a.weaponsSeen(ctx, out, policy, opt.AsOf); err != nil {
		return nil, err
	}
	return out, nil
}

func withoutSerials(s *ledger.Sheet) {
	for i := range s.Lines {
		s.Lines[i].Serials = nil
	}
	for i := range s.Visits {
		s.Visits[i].Found = slices.Clone(s.Visits[i].Found)
		for k := range s.Visits[i].Found {
			s.Visits[i].Found[k].Serials = nil
		}
	}
}

// ledgerEntries are the inventories and visits on record that the policy lets
// through.
func (a *App) ledgerEntries(ctx context.Context, policy agreement.Policy, asOf time.Time) (inventories []ledger.Inventory, visits []ledger.Visit, err error) {
	passes := func(d *Decision) bool {
		return publish.Sees(policy, d.Handling) && !d.At.After(asOf.Add(-policy.Delay.Duration))
	}
	by := func(d *Decision) string {
		if publish.Withholds(policy, publish.FieldSource) {
			return ""
		}
		return d.By
	}
	declared, err := a.Decisions(ctx, DecisionInventory, "")
	if err != nil {
		return nil, nil, err
	}
	for i := range declared {
		d := &declared[i]
		if !passes(d) {
			continue
		}
		var x ledger.Inventory
		if err := json.Unmarshal(d.Data, &x); err != nil {
			return nil, nil, fmt.Errorf("record %d: %w", d.Record, err)
		}
		x.Site, x.At, x.By, x.Record = d.Of, d.At, by(d), d.Record
		inventories = append(inventories, x)
	}
	made, err := a.Decisions(ctx, DecisionVisit, "")
	if err != nil {
		return nil, nil, err
	}
	for i := range made {
		d := &made[i]
		if !passes(d) {
			continue
		}
		var x ledger.Visit
		if err := json.Unmarshal(d.Data, &x); err != nil {
			return nil, nil, fmt.Errorf("record %d: %w", d.Record, err)
		}
		x.Site, x.At, x.By, x.Remarks, x.Record = d.Of, d.At, by(d), d.Reasons, d.Record
		visits = append(visits, x)
	}
	return inventories, visits, nil
}

func (a *App) weaponsSeen(ctx context.Context, out *Weapons, policy agreement.Policy, asOf time.Time) error {
	f := Filter{Since: out.Since, Until: out.At}
	incidents, err := a.Incidents(ctx, f)
	if err != nil {
		return err
	}
	findings, err := a.Findings(ctx, f)
	if err != nil {
		return err
	}
	r := publish.Apply(policy, asOf, publish.Data{Incidents: incidents, Findings: findings})
	best := map[string]*finding.Finding{}
	rank := func(f *finding.Finding) int {
		p := a.agreement.Provision(f.Provision)
		if p == nil {
			return -1
		}
		return slices.Index(ledger.Categories(), ledger.CategoryOf(p, f))
	}
	for i := range r.Findings {
		x := &r.Findings[i]
		if n := rank(x); n >= 0 && (best[x.Incident] == nil || n < rank(best[x.Incident])) {
			best[x.Incident] = x
		}
	}
	for i := range r.Incidents {
		n := &r.Incidents[i]
		if x := best[n.ID]; x != nil {
			place := n.Place
			if place == "" {
				place = n.Area
			}
			out.Seen = append(out.Seen, WeaponSeen{ledger.Categories()[rank(x)], n.ID, x.ID, n.From, n.Weapon, n.Count, place, x.Place.Side})
		}
	}
	slices.SortStableFunc(out.Seen, func(x, y WeaponSeen) int {
		return slices.Index(ledger.Categories(), x.Category) - slices.Index(ledger.Categories(), y.Category)
	})
	return nil
}

// storageSite is the site of the agreement with the id, if weapons can be
// declared or visited there.
func (a *App) storageSite(id string) (*agreement.Site, error) {
	if s := a.agreement.Site(id); s != nil && (s.Kind == "storage-site" || s.Kind == "holding-area" || len(s.Declared) > 0) {
		return s, nil
	}
	return nil, fmt.Errorf("there is no storage site or holding area %q in the agreement: %w", id, ErrUnknown)
}

// DeclareInventory puts on record what a party declares to stand at a site, and
// returns the number of the record. A repeat with the same key (empty: none) and
// content returns the record that there is.
func (a *App) DeclareInventory(ctx context.Context, x ledger.Inventory, role, reasons, key string, handling observation.Handling) (uint64, error) {
	if _, err := a.storageSite(x.Site); err != nil {
		return 0, err
	}
	if err := ledger.CheckItems(x.Items); err != nil {
		return 0, fmt.Errorf("%s: %w", x.Site, err)
	}
	data, err := canonical(struct {
		Items []ledger.Item `json:"items"`
	}{x.Items})
	if err != nil {
		return 0, err
	}
	return a.Decide(ctx, Decision{Of: x.Site, What: DecisionInventory, By: x.By, Role: role, At: x.At, Reasons: reasons, Handling: handling, Data: data, Key: key})
}

// Visited puts on record what monitors found at a site, and returns the number
// of the record. A repeat with the same key (empty: none) and content returns the
// record that there is.
func (a *App) Visited(ctx context.Context, v ledger.Visit, role, key string, handling observation.Handling) (uint64, error) {
	if _, err := a.storageSite(v.Site); err != nil {
		return 0, err
	}
	if err := v.Check(); err != nil {
		return 0, fmt.Errorf("%s: %w", v.Site, err)
	}
	data, err := canonical(struct {
		Outcome string        `json:"outcome"`
		Found   []ledger.Item `json:"found,omitempty"`
	}{v.Outcome, v.Found})
	if err != nil {
		return 0, err
	}
	return a.Decide(ctx, Decision{Of: v.Site, What: DecisionVisit, By: v.By, Role: role, At: v.At, Reasons: v.Remarks, Handling: handling, Data: data, Key: key})
}
