package ledger

import (
	"slices"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
)

// Category is a category of weapons seen, as monitoring missions publish them.
type Category string

// The categories, the gravest first. Their English words are those of the
// missions' reports.
const (
	ViolatingLines   Category = "in-violation"    // in violation of respective withdrawal lines
	OutsideStorage   Category = "outside-storage" // beyond withdrawal lines but outside designated storage sites
	NotVerified      Category = "not-verified"    // could not be verified as withdrawn
	AtStorage        Category = "at-storage"      // at permanent storage sites and heavy-weapons holding areas
	MilitaryPresence Category = "military-type"   // military-type presence in the security zone
)

// Categories lists the categories, the gravest first.
func Categories() []Category {
	return []Category{ViolatingLines, OutsideStorage, NotVerified, AtStorage, MilitaryPresence}
}

// CategoryOf is the category in which a finding under a provision falls; "":
// in none.
func CategoryOf(p *agreement.Provision, f *finding.Finding) Category {
	storage := p.Requires != nil && p.Requires.Kind == "storage"
	withdrawal := p.Requires != nil && p.Requires.Kind == "withdrawal"
	presence := p.Prohibits != nil && p.Prohibits.Kind == "presence"
	if presence && len(p.Prohibits.Weapons) == 0 && p.Prohibits.CalibreMM == nil &&
		!slices.Contains(p.Prohibits.Forces, "heavy-weapons") {
		if f.Result == finding.Breach {
			return MilitaryPresence
		}
		return ""
	}
	switch {
	case (withdrawal || presence) && f.Result == finding.Breach:
		return ViolatingLines
	case storage && f.Result == finding.Breach:
		return OutsideStorage
	case (withdrawal || presence || storage) && f.Result == finding.Undetermined:
		return NotVerified
	case storage && f.Result == finding.Consistent:
		return AtStorage
	}
	return ""
}
