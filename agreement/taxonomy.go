package agreement

import "slices"

// The words that rules are made of are those of the observation taxonomy.
// They are repeated here because the terms must not know observations; a test
// holds the two lists equal.

// Activities are the words for what is observed.
func Activities() []string {
	return []string{
		"explosion", "burst", "shot", "projectile", "flash", "flare", "shelling",
		"missile-strike", "air-strike", "uav-strike", "uav-flight", "aircraft-flight",
		"clash", "presence", "movement", "construction", "mine", "fire", "damage",
		"casualty", "access-denied", "jamming", "silence", "detention", "exercise",
		"demining", "alert", "other",
	}
}

// Weapons are the words for classes of weapons.
func Weapons() []string {
	return []string{
		"unknown", "small-arms", "hmg", "agl", "rpg", "atgm", "mortar-82",
		"mortar-120", "cannon", "tank", "artillery-lt100", "artillery-ge100", "mlrs",
		"missile", "uav", "aircraft", "mine",
	}
}

// Means are the words for the technology or channel of an observation.
func Means() []string {
	return []string{
		"patrol", "post", "camera", "acoustic", "seismic", "radar", "uav",
		"satellite", "news", "party", "hotline", "dataset",
	}
}

// Directions are the words for the direction of fire.
func Directions() []string {
	return []string{"undetermined", "outgoing", "incoming", "impact", "in-flight"}
}

// Handlings are the TLP 2.0 labels, most restricted first.
func Handlings() []string {
	return []string{"TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"}
}

// DefaultActivities are those that a prohibition of kind covers where its
// Activities are empty: "activity", "presence", "flight", "construction" or
// "interference". Nil for any other kind.
func DefaultActivities(kind string) []string {
	switch kind {
	case "activity":
		return []string{
			"explosion", "burst", "shot", "projectile", "shelling", "missile-strike",
			"air-strike", "uav-strike", "clash", "mine",
		}
	case "presence":
		return []string{"presence", "movement"}
	case "flight":
		return []string{"uav-flight", "aircraft-flight", "air-strike", "uav-strike"}
	case "construction":
		return []string{"construction"}
	case "interference":
		return []string{"access-denied", "jamming", "silence", "detention"}
	}
	return nil
}

// ExpandWeapons replaces the names of the agreement's weapon classes in names
// by their members; the result is in the taxonomy, sorted, each once.
func (a *Agreement) ExpandWeapons(names []string) []string {
	var out []string
	for _, n := range names {
		if members, ok := a.WeaponClasses[n]; ok {
			out = append(out, members...)
		} else {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// bearsWeapon reports whether an observation of the activity can name a weapon.
func bearsWeapon(activity string) bool {
	switch activity {
	case "access-denied", "silence", "detention", "alert", "casualty":
		return false
	}
	return true
}

// bearsDirection reports whether an observation of the activity can have a
// direction of fire.
func bearsDirection(activity string) bool {
	switch activity {
	case "explosion", "burst", "shot", "projectile", "flash", "flare", "shelling",
		"missile-strike", "air-strike", "uav-strike", "clash", "exercise":
		return true
	}
	return false
}
