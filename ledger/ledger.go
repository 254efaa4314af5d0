// Package ledger knows withdrawn weapons: what the parties declared to stand at
// which storage site, what visits found there, and in which of the categories
// that monitoring missions publish a weapon seen elsewhere falls.
//
// It must not know storage, output, or where observations come from.
//
// The words are those of the OSCE Special Monitoring Mission's reports: present,
// missing for the first time, again missing, moved, checking prevented; in
// violation of withdrawal lines, beyond them but outside storage, could not be
// verified as withdrawn.
package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// Item is weapons of one class, as an inventory or a visit lists them.
type Item struct {
	Weapon  string   `json:"weapon"` // of the taxonomy
	Number  int      `json:"number"`
	Serials []string `json:"serials,omitempty"` // at most Number
}

// Inventory is what a party declares to stand at a site from an instant on.
type Inventory struct {
	Site   string    `json:"site"`
	At     time.Time `json:"at"` // UTC; zero: as the agreement has it
	By     string    `json:"by,omitempty"`
	Items  []Item    `json:"items"`
	Record uint64    `json:"record,omitempty"` // in the journal
}

// The outcomes of a visit.
const (
	Checked   = "checked"
	Prevented = "prevented" // checking was prevented
	Abandoned = "abandoned" // nobody and nothing was there
)

// Visit is what monitors found at a site.
type Visit struct {
	Site    string    `json:"site"`
	At      time.Time `json:"at"` // UTC
	By      string    `json:"by,omitempty"`
	Outcome string    `json:"outcome"`
	Found   []Item    `json:"found,omitempty"`
	Remarks string    `json:"remarks,omitempty"`
	Record  uint64    `json:"record,omitempty"` // in the journal
}

// ErrEntry is wrapped by the error for an inventory or a visit that can't be
// taken as it is.
var ErrEntry = errors.New("the entry can't be taken")

// CheckItems says what is wrong with what an inventory or visit lists.
func CheckItems(items []Item) error {
	seen, serials := map[string]bool{}, map[string]bool{}
	for _, x := range items {
		switch {
		case !slices.Contains(agreement.Weapons(), x.Weapon):
			return fmt.Errorf("%w: %q is no class of weapons; expected one of %s", ErrEntry, x.Weapon, strings.Join(agreement.Weapons(), ", "))
		case seen[x.Weapon]:
			return fmt.Errorf("%w: %s is listed twice", ErrEntry, x.Weapon)
		case x.Number < 0:
			return fmt.Errorf("%w: %s: %d is no number of weapons", ErrEntry, x.Weapon, x.Number)
		case len(x.Serials) > x.Number:
			return fmt.Errorf("%w: %s: %d serial numbers of %d weapons", ErrEntry, x.Weapon, len(x.Serials), x.Number)
		}
		seen[x.Weapon] = true
		for _, s := range x.Serials {
			if strings.TrimSpace(s) == "" || serials[s] {
				return fmt.Errorf("%w: %s: the serial number %q is empty or listed twice", ErrEntry, x.Weapon, s)
			}
			serials[s] = true
		}
	}
	return nil
}

// Check says what is wrong with a visit.
func (v *Visit) Check() error {
	switch v.Outcome {
	case Checked:
	case Prevented, Abandoned:
		if len(v.Found) > 0 {
			return fmt.Errorf("%w: a site where checking was %s has nothing found", ErrEntry, v.Outcome)
		}
	default:
		return fmt.Errorf("%w: the outcome %q is not %s, %s or %s", ErrEntry, v.Outcome, Checked, Prevented, Abandoned)
	}
	return CheckItems(v.Found)
}

// The states of a serial number.
const (
	Present      = "present"
	MissingFirst = "missing-first" // missing for the first time
	MissingAgain = "missing-again"
	Moved        = "moved"      // seen at another site since
	Undeclared   = "undeclared" // found, but not declared here
	Unchecked    = "unchecked"  // no visit could look
)

// Serial is one weapon with a number of its own.
type Serial struct {
	Serial string    `json:"serial"`
	State  string    `json:"state"`
	Since  time.Time `json:"since,omitzero"` // the visit from which it is so; UTC
	Seen   time.Time `json:"seen,omitzero"`  // when it was last seen here; UTC
	Where  string    `json:"where,omitempty"`
}

// Line is one class of weapons at a site: declared = present + missing + moved +
// unchecked.
type Line struct {
	Weapon       string   `json:"weapon"`
	Declared     int      `json:"declared"`
	Present      int      `json:"present"`
	MissingFirst int      `json:"missing_first"`
	MissingAgain int      `json:"missing_again"`
	Moved        int      `json:"moved"`
	Unchecked    int      `json:"unchecked"`
	Undeclared   int      `json:"undeclared"` // found beyond what is declared
	Matched      int      `json:"matched"`    // present ones with the serial number that was declared
	Serials      []Serial `json:"serials,omitempty"`
}

// Sheet is one site's page of the ledger.
type Sheet struct {
	Site       string         `json:"site"`
	Name       agreement.Text `json:"name"`
	Kind       string         `json:"kind"`
	Party      string         `json:"party,omitempty"`
	DeclaredAt time.Time      `json:"declared_at,omitzero"`
	Lines      []Line         `json:"lines"`
	Visits     []Visit        `json:"visits"` // the latest first
	// Unverified says why what stands here could not be verified as withdrawn:
	// no-inventory, no-serials, never-visited, prevented, abandoned. Empty: it could.
	Unverified []string `json:"unverified,omitempty"`
}

// Keep makes up the ledger as it stands at an instant: a sheet for each storage
// site and holding area of the agreement, in its order. What is entered after
// the instant does not count, and the order of entries does not matter.
func Keep(a *agreement.Agreement, inventories []Inventory, visits []Visit, at time.Time) []Sheet {
	k := keeper{visits: map[string][]Visit{}, declared: map[string]Inventory{}}
	for i := range a.Sites {
		s := &a.Sites[i]
		if len(s.Declared) > 0 {
			x := Inventory{Site: s.ID}
			for _, d := range s.Declared {
				x.Items = append(x.Items, Item{d.Weapon, d.Number, d.Serials})
			}
			k.declared[s.ID] = x
		}
	}
	sorted := slices.SortedFunc(slices.Values(inventories), func(x, y Inventory) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Record, y.Record)) })
	for _, x := range sorted {
		if !x.At.After(at) {
			k.declared[x.Site] = x
		}
	}
	for _, v := range slices.SortedFunc(slices.Values(visits), func(x, y Visit) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Record, y.Record)) }) {
		if !v.At.After(at) {
			k.visits[v.Site] = append(k.visits[v.Site], v)
		}
	}
	out := []Sheet{}
	for i := range a.Sites {
		s := &a.Sites[i]
		if s.Kind == "storage-site" || s.Kind == "holding-area" || len(s.Declared) > 0 {
			out = append(out, k.sheet(s))
		}
	}
	return out
}

type keeper struct {
	declared map[string]Inventory // by site
	visits   map[string][]Visit   // by site, the earliest first
}

func (k *keeper) sheet(s *agreement.Site) Sheet {
	inventory, ok := k.declared[s.ID]
	sheet := Sheet{Site: s.ID, Name: s.Name, Kind: s.Kind, Party: s.Party, DeclaredAt: inventory.At, Lines: []Line{}, Visits: []Visit{}}
	items := map[string]Item{}
	for _, x := range inventory.Items {
		items[x.Weapon] = x
	}
	for _, v := range k.visits[s.ID] {
		for _, f := range v.Found {
			if _, ok := items[f.Weapon]; !ok {
				items[f.Weapon] = Item{Weapon: f.Weapon}
			}
		}
	}
	for _, w := range slices.Sorted(maps.Keys(items)) {
		sheet.Lines = append(sheet.Lines, k.line(s.ID, items[w]))
	}
	sheet.Visits = append(sheet.Visits, k.visits[s.ID]...)
	slices.Reverse(sheet.Visits)

	if !ok {
		sheet.Unverified = append(sheet.Unverified, "no-inventory")
	}
	if slices.ContainsFunc(inventory.Items, func(x Item) bool { return len(x.Serials) < x.Number }) {
		sheet.Unverified = append(sheet.Unverified, "no-serials")
	}
	switch {
	case len(sheet.Visits) == 0:
		sheet.Unverified = append(sheet.Unverified, "never-visited")
	case sheet.Visits[0].Outcome != Checked:
		sheet.Unverified = append(sheet.Unverified, sheet.Visits[0].Outcome)
	}
	return sheet
}

// checks are the visits to a site that could look, the earliest first.
func (k *keeper) checks(site string) []Visit {
	return slices.DeleteFunc(slices.Clone(k.visits[site]), func(v Visit) bool { return v.Outcome == Prevented })
}

func found(v *Visit, weapon string) Item {
	for _, x := range v.Found {
		if x.Weapon == weapon {
			return x
		}
	}
	return Item{Weapon: weapon}
}

// line follows one class of weapons through the visits: each serial number by
// itself, the rest by their count.
func (k *keeper) line(site string, declared Item) Line {
	l := Line{Weapon: declared.Weapon, Declared: declared.Number}
	checks := k.checks(site)
	for _, serial := range declared.Serials {
		s := k.serial(site, declared.Weapon, serial, checks)
		l.Serials = append(l.Serials, s)
		switch s.State {
		case Present:
			l.Present++
			l.Matched++
		case MissingFirst:
			l.MissingFirst++
		case MissingAgain:
			l.MissingAgain++
		case Moved:
			l.Moved++
		case Unchecked:
			l.Unchecked++
		}
	}
	rest := declared.Number - len(declared.Serials)
	if len(checks) == 0 {
		l.Unchecked += rest
		return l
	}
	last := found(&checks[len(checks)-1], declared.Weapon)
	here := others(last, declared.Serials)
	l.Present += min(here, rest)
	l.Undeclared = max(0, here-rest)
	missing := max(0, rest-here)
	before := 0
	if len(checks) > 1 {
		before = max(0, rest-others(found(&checks[len(checks)-2], declared.Weapon), declared.Serials))
	}
	again := min(missing, before)
	l.MissingAgain += again
	l.MissingFirst += missing - again
	for _, serial := range last.Serials {
		if !slices.Contains(declared.Serials, serial) {
			l.Serials = append(l.Serials, Serial{Serial: serial, State: Undeclared, Since: checks[len(checks)-1].At, Seen: checks[len(checks)-1].At, Where: k.home(site, serial)})
		}
	}
	return l
}

// others counts what a visit found beside the declared serial numbers.
func others(x Item, declared []string) int {
	n := x.Number
	for _, s := range x.Serials {
		if slices.Contains(declared, s) {
			n--
		}
	}
	return n
}

// serial follows one serial number through the visits.
func (k *keeper) serial(site, weapon, serial string, checks []Visit) Serial {
	s := Serial{Serial: serial, State: Unchecked}
	for i := range checks {
		here := slices.Contains(found(&checks[i], weapon).Serials, serial)
		state := Present
		switch {
		case here:
			s.Seen = checks[i].At
		case s.State == MissingFirst || s.State == MissingAgain:
			state = MissingAgain
		default:
			state = MissingFirst
		}
		if state != s.State {
			s.State, s.Since = state, checks[i].At
		}
	}
	if s.State == Present {
		return s
	}
	// Seen elsewhere since it was last seen here: it was moved.
	for _, other := range slices.Sorted(maps.Keys(k.visits)) {
		if other == site {
			continue
		}
		for _, v := range k.visits[other] {
			if slices.Contains(found(&v, weapon).Serials, serial) && v.At.After(s.Seen) && (s.Where == "" || v.At.After(s.Since)) {
				s.State, s.Where, s.Since = Moved, other, v.At
			}
		}
	}
	return s
}

// home is the other site at which a serial number is declared; "" where none is.
func (k *keeper) home(site, serial string) string {
	for _, other := range slices.Sorted(maps.Keys(k.declared)) {
		if other != site && slices.ContainsFunc(k.declared[other].Items, func(x Item) bool { return slices.Contains(x.Serials, serial) }) {
			return other
		}
	}
	return ""
}
