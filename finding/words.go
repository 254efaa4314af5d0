package finding

import "strings"

// The codes by which reasons name what they rest on, beside English. Catalogues of
// other languages say each of them.

// doubt is what is not known of an act.
type doubt string

const (
	noWeapon    doubt = "weapon"
	noForce     doubt = "force"
	noCalibre   doubt = "calibre"
	noDirection doubt = "direction"
	noNumber    doubt = "number"
	noLaunch    doubt = "launch"
)

func (d doubt) phrase() string {
	switch d {
	case noWeapon:
		return "the weapon is not known"
	case noForce:
		return "the kind of force is not known"
	case noCalibre:
		return "the calibre is not known"
	case noDirection:
		return "the direction is not known"
	case noNumber:
		return "the number is not sure"
	case noLaunch:
		return "whether it went out or came in is not known"
	}
	return ""
}

// gap is why a place can't be told.
type gap string

const (
	centreOnly     gap = "centre"
	zoneUnknown    gap = "zone-unknown"
	noGeometry     gap = "geometry"
	noZoneGeometry gap = "zone-geometry"
	noPosition     gap = "position"
	noLine         gap = "line"
	noSitePosition gap = "site-position"
)

func (g gap) phrase() string {
	switch g {
	case centreOnly:
		return "its position is the centre of an area"
	case zoneUnknown:
		return "the zone is not known"
	case noGeometry:
		return "there is no geometry"
	case noZoneGeometry:
		return "the zone has no geometry"
	case noPosition:
		return "it has no position"
	case noLine:
		return "no line was in force"
	case noSitePosition:
		return "the site has no position"
	}
	return ""
}

// place is where a rule holds.
type place string

const (
	inZone         place = "in-zone"
	outsideZone    place = "outside-zone"
	atSite         place = "at-site"
	atSites        place = "at-sites"
	outsideSites   place = "outside-sites"
	underCeasefire place = "ceasefire"
)

func (p place) phrase(r *rule) string {
	switch p {
	case inZone:
		return "in zone " + r.zone
	case outsideZone:
		return "outside zone " + r.zone
	case atSite:
		return "at site " + r.site.ID
	case atSites:
		return "at a declared site"
	case outsideSites:
		return "outside the declared storage sites"
	}
	return "where the ceasefire holds"
}

// ground is what an answer about who is responsible rests on.
type ground string

const (
	launched         ground = "launched"
	landed           ground = "landed"
	held             ground = "held"
	obstructed       ground = "obstructed"
	struck           ground = "struck"
	flown            ground = "flown"
	jammed           ground = "jammed"
	byName           ground = "name"
	byWord           ground = "word"
	beyondReach      ground = "beyond-reach"
	byCourse         ground = "course"
	byActors         ground = "actors"
	byClaims         ground = "claims"
	byDataset        ground = "dataset"
	dutyAlone        ground = "duty-alone"
	dutyShared       ground = "duty-shared"
	dutyUndetermined ground = "duty-undetermined"
)

// phrase is the ground in English, after those before it.
func (g ground) phrase() (before, text string) {
	switch g {
	case launched:
		text = "fire went out from there"
	case landed:
		text = "fire came in there"
	case held:
		text = "who holds the place has what is there"
	case obstructed:
		text = "who holds the place controls access"
	case struck:
		text = "it struck there"
	case flown:
		text = "it flew there"
	case jammed:
		text = "it was jammed there"
	case byName:
		return ", ", "by the name of the place"
	case byWord:
		return " ", "by a party's word alone"
	case beyondReach:
		return ", ", "farther from the line than the weapon reaches"
	case byCourse:
		text = "its course points back to a side"
	case byActors:
		text = "sources name who took part"
	case byClaims:
		text = "sources hold a party responsible"
	case byDataset:
		text = "the data set is about one actor"
	case dutyAlone:
		text = "the duty is that party's alone"
	case dutyShared:
		text = "the duty is shared"
	case dutyUndetermined:
		text = "whether the duty was met is undetermined"
	}
	return "; ", text
}

// basis says grounds in English.
func basis(grounds []ground) string {
	var b strings.Builder
	for i, g := range grounds {
		before, text := g.phrase()
		if i > 0 {
			b.WriteString(before)
		}
		b.WriteString(text)
	}
	return b.String()
}

func codes(grounds []ground) string {
	words := make([]string, len(grounds))
	for i, g := range grounds {
		words[i] = string(g)
	}
	return strings.Join(words, ", ")
}

// rest tells on what the answer rests.
func (r *Responsible) rest(on ...ground) {
	r.Basis, r.Grounds = basis(on), nil
	for _, g := range on {
		r.Grounds = append(r.Grounds, string(g))
	}
}
