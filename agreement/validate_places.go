package agreement

import (
	"fmt"
	"slices"
	"strings"
)

func (v *validator) people() {
	for i, p := range v.a.Parties {
		path := at("parties", i)
		v.why(path, p.Why)
		v.ref(path+".territory", "zone", p.Territory, v.zones)
		v.refs(path+".members", "party", p.Members, v.parties)
		if slices.Contains(p.Members, p.ID) {
			v.add(path+".members", fmt.Sprintf("the party %q is a member of itself", p.ID), "other parties")
		}
		if len(p.Roles) == 0 && v.a.origin.has(path+".roles") {
			v.add(path+".roles", fmt.Sprintf("the party %q has no role", p.ID), "at least one role")
		}
		for j, r := range p.Roles {
			v.period(at(path+".roles", j), r.Period)
			v.why(at(path+".roles", j), r.Why)
		}
		for j, name := range p.Actors {
			for _, q := range v.a.Parties[:i] {
				if slices.ContainsFunc(q.Actors, func(n string) bool { return strings.EqualFold(n, name) }) {
					v.add(at(path+".actors", j), fmt.Sprintf("the actor %q belongs to the party %q already", name, q.ID), "each name in sources under one party")
				}
			}
		}
	}
}

func (v *validator) places() {
	a := v.a
	for i, l := range a.Lines {
		p := at("lines", i)
		v.ref(p+".left", "party", l.Left, v.parties)
		v.ref(p+".right", "party", l.Right, v.parties)
		v.why(p, l.Why)
		if l.Left != "" && l.Left == l.Right {
			v.add(p+".right", fmt.Sprintf("the party %q is on both sides of the line", l.Left), "another party on each side")
		}
		for j, version := range l.Versions {
			v.lineVersion(at(p+".versions", j), l, j, version)
		}
	}
	based := map[string]bool{}
	for i, b := range a.Baselines {
		p := at("baselines", i)
		v.ref(p+".party", "party", b.Party, v.parties)
		v.ref(p+".line", "line", b.Line, v.lines)
		v.why(p, b.Why)
		if based[b.Party] {
			v.add(p+".party", fmt.Sprintf("the party %q has two baselines", b.Party), "one baseline for each party")
		}
		based[b.Party] = true
	}
	for i, s := range a.Sites {
		p := at("sites", i)
		v.ref(p+".party", "party", s.Party, v.parties)
		v.why(p, s.Why)
		v.notNegative(p+".radius_m", s.RadiusM, "m")
		v.notNegative(p+".standoff_m", s.StandoffM, "m")
		v.latLon(p, s.Lat, s.Lon)
		for j, d := range s.Declared {
			q := at(p+".declared", j)
			known := append(Weapons(), sortedKeys(a.WeaponClasses)...)
			if d.Weapon != "" && !slices.Contains(known, d.Weapon) {
				v.add(q+".weapon", fmt.Sprintf("unknown weapon %q", d.Weapon), choose(d.Weapon, known))
			}
			if len(d.Serials) > d.Number {
				v.add(q+".serials", fmt.Sprintf("%d serial numbers for %d pieces", len(d.Serials), d.Number), "no more serial numbers than pieces")
			}
		}
	}
}

func (v *validator) lineVersion(path string, l Line, i int, version LineVersion) {
	v.notNegative(path+".radius_m", version.RadiusM, "m")
	v.ref(path+".held_by", "party", version.HeldBy, v.parties)
	v.fileOrCoordinates(path, "line version", version.File, len(version.Coordinates) > 0 || v.a.origin.mentions(path+".coordinates"))
	v.file(path+".file", version.File)
	if version.HeldBy != "" && version.File == "" {
		v.add(path+".held_by", "held_by without a file that holds the area", "file: a GeoJSON file with polygons")
	}
	if i > 0 && !version.From.After(l.Versions[i-1].From.Time) {
		v.add(path+".from", fmt.Sprintf("the version of line %q does not begin after the one before it", l.ID), "versions in the order of time, each with its own from")
	}
	if version.Coordinates != nil {
		v.polyline(path+".coordinates", version.Coordinates, fmt.Sprintf("line %q", l.ID))
	}
}

func (v *validator) fileOrCoordinates(path, kind, file string, coordinates bool) {
	switch {
	case file == "" && !coordinates && !v.a.origin.mentions(path+".file"):
		v.add(path, fmt.Sprintf("the %s has no geometry", kind), "file: a GeoJSON file beside the agreement, or coordinates")
	case file != "" && coordinates:
		v.add(path+".coordinates", fmt.Sprintf("the %s has both a file and coordinates", kind), "one of them")
	}
}

// file refuses names that would lead out of the agreement's folder.
func (v *validator) file(path, name string) {
	if name == "" {
		return
	}
	if strings.HasPrefix(name, "/") || strings.Contains(name, `\`) || strings.Contains(name, ":") ||
		slices.Contains(strings.Split(name, "/"), "..") {
		v.add(path, fmt.Sprintf("the file %q lies outside the agreement's folder", name), "a name relative to it, with / between folders")
	}
}

func (v *validator) allZones() {
	a := v.a
	for i, z := range a.Zones {
		p := at("zones", i)
		v.period(p, z.Period)
		v.why(p, z.Why)
		v.zoneShape(p, z)
	}
	v.cycles()
}

func (v *validator) zoneShape(p string, z Zone) {
	shapes := z.shapes(func(key string) bool { return v.a.origin.mentions(p + "." + key) })
	all := "exactly one of within, between, polygon, circle, admin, corridor, union, intersection, difference"
	switch {
	case len(shapes) == 0:
		v.add(p, fmt.Sprintf("the zone %q has no shape, so it has no area", z.ID), all)
	case len(shapes) > 1:
		v.add(p+"."+shapes[1], fmt.Sprintf("the zone %q has %d shapes (%s)", z.ID, len(shapes), strings.Join(shapes, ", ")), all)
	}
	if w := z.Within; w != nil {
		v.within(p+".within", z, *w)
	}
	if v.a.origin.has(p + ".between") {
		v.refs(p+".between", "line", z.Between, v.lines)
		if len(z.Between) != 2 {
			v.add(p+".between", fmt.Sprintf("the zone %q lies between %d lines", z.ID, len(z.Between)), "two lines")
		}
	}
	if g := z.Polygon; g != nil {
		q := p + ".polygon"
		v.fileOrCoordinates(q, "polygon", g.File, v.a.origin.mentions(q+".coordinates"))
		v.file(q+".file", g.File)
		for j, ring := range g.Coordinates {
			v.ring(at(q+".coordinates", j), ring, z.ID)
		}
		if g.File == "" && len(g.Coordinates) == 0 && v.a.origin.has(q+".coordinates") {
			v.add(q+".coordinates", fmt.Sprintf("the zone %q has no area: its polygon has no ring", z.ID), "at least one ring")
		}
	}
	if c := z.Circle; c != nil {
		v.circle(p+".circle", z, *c)
	}
	if m := z.Admin; m != nil {
		v.file(p+".admin.file", m.File)
		if len(m.Names) == 0 && v.a.origin.has(p+".admin.names") {
			v.add(p+".admin.names", fmt.Sprintf("the zone %q names no area", z.ID), "the names of the administrative areas")
		}
	}
	if c := z.Corridor; c != nil {
		q := p + ".corridor"
		v.positive(q+".km", c.KM, "km: a corridor without width has no area")
		v.fileOrCoordinates(q, "corridor", c.File, v.a.origin.mentions(q+".coordinates"))
		v.file(q+".file", c.File)
		if c.Coordinates != nil {
			v.polyline(q+".coordinates", c.Coordinates, fmt.Sprintf("path of zone %q", z.ID))
		}
	}
	for key, members := range map[string][]string{"union": z.Union, "intersection": z.Intersection, "difference": z.Difference} {
		if !v.a.origin.has(p + "." + key) {
			continue
		}
		v.refs(p+"."+key, "zone", members, v.zones)
		if len(members) < 2 {
			v.add(p+"."+key, fmt.Sprintf("the %s has %d zones", key, len(members)), "two or more")
		}
	}
}

// shapes lists the keys that say what the zone is; stated reports whether the
// file has a key.
func (z Zone) shapes(stated func(string) bool) []string {
	var out []string
	for _, s := range []struct {
		key string
		set bool
	}{
		{"within", z.Within != nil}, {"between", len(z.Between) > 0}, {"polygon", z.Polygon != nil},
		{"circle", z.Circle != nil}, {"admin", z.Admin != nil}, {"corridor", z.Corridor != nil},
		{"union", len(z.Union) > 0}, {"intersection", len(z.Intersection) > 0}, {"difference", len(z.Difference) > 0},
	} {
		if s.set || stated(s.key) {
			out = append(out, s.key)
		}
	}
	return out
}

func (v *validator) within(q string, z Zone, w Within) {
	v.positive(q+".km", w.KM, "km: a zone without width has no area")
	v.notNegative(q+".min_km", w.MinKM, "km")
	if w.MinKM >= w.KM && w.KM > 0 {
		v.add(q+".min_km", fmt.Sprintf("the zone %q has no area: it begins at %g km and ends at %g km", z.ID, w.MinKM, w.KM), "min_km below km")
	}
	v.refs(q+".sides", "party", w.Sides, v.parties)
	v.ref(q+".line", "line", w.Line, v.lines)
	if w.Line == "" && len(v.a.Lines) == 0 {
		v.add(q, fmt.Sprintf("the zone %q is measured from a line, and the agreement has none", z.ID), "lines: the line of contact")
	}
}

func (v *validator) circle(q string, z Zone, c Circle) {
	v.positive(q+".km", c.KM, "km: a circle without radius has no area")
	v.ref(q+".site", "site", c.Site, v.sites)
	v.latLon(q, c.Lat, c.Lon)
	point := c.Lat != nil || c.Lon != nil || v.a.origin.mentions(q+".lat")
	switch site := v.a.Site(c.Site); {
	case c.Site == "" && !point:
		v.add(q, fmt.Sprintf("the circle of zone %q has no centre", z.ID), "site, or lat and lon")
	case c.Site != "" && point:
		v.add(q+".site", fmt.Sprintf("the circle of zone %q has two centres", z.ID), "site, or lat and lon")
	case site != nil && (site.Lat == nil || site.Lon == nil):
		v.add(q+".site", fmt.Sprintf("the site %q has no coordinates", c.Site), "lat and lon on the site")
	}
}

// cycles finds zones that are made of themselves. Each cycle is told once, at
// the zone of it that the file has first.
func (v *validator) cycles() {
	members := map[string][]string{}
	for _, z := range v.a.Zones {
		members[z.ID] = slices.Concat(z.Union, z.Intersection, z.Difference)
	}
	state := map[string]int{} // 1 on the way, 2 done
	var way []string
	var visit func(id string)
	visit = func(id string) {
		switch state[id] {
		case 2:
			return
		case 1:
			cycle := append(slices.Clone(way[slices.Index(way, id):]), id)
			i := slices.IndexFunc(v.a.Zones, func(z Zone) bool { return z.ID == id })
			v.add(at("zones", i), "a cycle of zones: "+strings.Join(cycle, " → "), "zones that are not made of themselves")
			return
		}
		state[id] = 1
		way = append(way, id)
		for _, m := range members[id] {
			visit(m)
		}
		way = way[:len(way)-1]
		state[id] = 2
	}
	for _, z := range v.a.Zones {
		visit(z.ID)
	}
}
