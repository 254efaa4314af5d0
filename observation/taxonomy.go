package observation

// KnownActivity tells whether a is in the taxonomy. The empty activity is not.
func KnownActivity(a Activity) bool {
	switch a {
	case Explosion, Burst, Shot, Projectile, Flash, Flare, Shelling, MissileStrike, AirStrike, UAVStrike,
		UAVFlight, AircraftFlight, Clash, Presence, Movement, Construction, Mine, Fire, Damage, Casualty,
		AccessDenied, Jamming, Silence, Detention, Exercise, Demining, Alert, Other:
		return true
	}
	return false
}

// Activities lists the taxonomy in its published order.
func Activities() []Activity {
	return []Activity{Explosion, Burst, Shot, Projectile, Flash, Flare, Shelling, MissileStrike, AirStrike, UAVStrike,
		UAVFlight, AircraftFlight, Clash, Presence, Movement, Construction, Mine, Fire, Damage, Casualty,
		AccessDenied, Jamming, Silence, Detention, Exercise, Demining, Alert, Other}
}

// KnownWeapon tells whether w is in the taxonomy. The empty class is not.
func KnownWeapon(w Weapon) bool {
	switch w {
	case WeaponUnknown, SmallArms, HMG, AGL, RPG, ATGM, Mortar82, Mortar120, Cannon, Tank,
		ArtilleryLt100, ArtilleryGe100, MLRS, MissileWeapon, UAVWeapon, AircraftWeapon, MineWeapon:
		return true
	}
	return false
}

// Weapons lists the weapon classes in their published order.
func Weapons() []Weapon {
	return []Weapon{WeaponUnknown, SmallArms, HMG, AGL, RPG, ATGM, Mortar82, Mortar120, Cannon, Tank,
		ArtilleryLt100, ArtilleryGe100, MLRS, MissileWeapon, UAVWeapon, AircraftWeapon, MineWeapon}
}

// KnownMeans tells whether m is one of the means. The empty one is not.
func KnownMeans(m Means) bool {
	switch m {
	case Patrol, Post, Camera, Acoustic, Seismic, Radar, UAV, Satellite, News, Party, Hotline, Dataset:
		return true
	}
	return false
}

// KnownHow tells whether h is one of the ways of knowing. The empty one is not.
func KnownHow(h How) bool {
	switch h {
	case Saw, Heard, Recorded, Imaged, Detected, Told:
		return true
	}
	return false
}

// KnownDirection tells whether d is a direction of fire. The empty one is not.
func KnownDirection(d Direction) bool {
	switch d {
	case DirectionUndetermined, Outgoing, Incoming, Impact, InFlight:
		return true
	}
	return false
}

// KnownGrade tells whether g is an Admiralty grade such as "B2": source A to
// F, information 1 to 6 (https://en.wikipedia.org/wiki/Admiralty_code). The
// empty grade is not.
func KnownGrade(g Grade) bool {
	return len(g) == 2 && g[0] >= 'A' && g[0] <= 'F' && g[1] >= '1' && g[1] <= '6'
}

// KnownHandling tells whether h is a TLP 2.0 label, letter by letter. The
// empty one is not.
func KnownHandling(h Handling) bool {
	switch h {
	case Red, AmberStrict, Amber, Green, Clear:
		return true
	}
	return false
}

// MoreRestricted tells whether h lets fewer people see something than the
// other label does. The empty label restricts nothing: resolve it to the
// agreement's default first. A label that is not in TLP 2.0 counts as TLP:RED,
// so that a misspelt one never discloses.
func (h Handling) MoreRestricted(than Handling) bool { return h.rank() > than.rank() }

func (h Handling) rank() int {
	switch h {
	case "":
		return 0
	case Clear:
		return 1
	case Green:
		return 2
	case Amber:
		return 3
	case AmberStrict:
		return 4
	}
	return 5
}
