// Package observation knows one report by one source: what was observed, where
// and when with what uncertainty, how it is known, how many, in which
// direction, of what grade, and under which handling level; and the taxonomy
// of activities, weapons and means in which all of that is said.
//
// It must not know outside formats (package feed does), storage, the agreement
// or other observations.
package observation

import "time"

// Observation is one report by one source. The pair (Source, Ref) is its
// identity; the same pair with other content is a correction. A field that the
// source did not state has its zero value; positions and numbers for which
// zero is a value are pointers.
type Observation struct {
	Source string `json:"source"` // who reports
	Ref    string `json:"ref"`    // the source's own reference, unique within the source

	Means Means `json:"means,omitempty"` // by which technology or channel
	How   How   `json:"how,omitempty"`   // saw, heard, recorded, ...

	// From and To are the UTC interval that holds the true instant with 95 %.
	// To equals From where the source gave one instant.
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Reported time.Time `json:"reported,omitzero"` // when the source said so, UTC

	Position *Position `json:"position,omitempty"` // where it happened, if the source says so
	Observer *Sighting `json:"observer,omitempty"` // from where, and in which direction, it was observed
	Place    string    `json:"place,omitempty"`    // place name as the source gives it
	Area     string    `json:"area,omitempty"`     // administrative area as the source gives it

	Activity  Activity  `json:"activity"`
	Weapon    Weapon    `json:"weapon,omitempty"`
	Count     Count     `json:"count,omitzero"`
	Direction Direction `json:"direction,omitempty"`
	Heading   *float64  `json:"heading_deg,omitempty"` // degrees clockwise from true north, [0, 360)

	Party  string     `json:"party,omitempty"`  // whom the source holds responsible, as the source names it
	Actors []string   `json:"actors,omitempty"` // all actors that the source names, in its order; no blame implied
	Harm   Casualties `json:"harm,omitzero"`

	Grade    Grade    `json:"grade,omitempty"`
	Copies   string   `json:"copies,omitempty"` // ref of what this one repeats, "source/ref" or "ref" of the same source
	Text     string   `json:"text,omitempty"`
	Lang     string   `json:"lang,omitempty"` // BCP 47 tag of Text
	URL      string   `json:"url,omitempty"`
	Media    []Media  `json:"media,omitempty"`
	Handling Handling `json:"handling,omitempty"`

	// Caveats name what the format's precision codes or flaws took from the
	// observation, for example "admin-centroid" or "multi-day-window". They
	// are shown with every conclusion that rests on it.
	Caveats []string `json:"caveats,omitempty"`
	// Extra holds what the source's format said beyond this type, as it said it.
	Extra map[string]string `json:"extra,omitempty"`
}

// Position is a place in degrees WGS84 with the radius in metres of the circle
// that holds the true place with 95 %.
type Position struct {
	Lat    float64 `json:"lat"`
	Lon    float64 `json:"lon"`
	Radius float64 `json:"radius_m"`
}

// Sighting is an observer's own place (degrees WGS84) with the direction
// (degrees clockwise from true north) and distance (metres) to what was
// observed; the errors are half-widths of 95 % intervals. Bearing and Distance
// are nil where the observer could not tell.
type Sighting struct {
	Lat           float64  `json:"lat"`
	Lon           float64  `json:"lon"`
	Bearing       *float64 `json:"bearing_deg,omitempty"`
	BearingError  float64  `json:"bearing_error_deg,omitempty"`
	Distance      *float64 `json:"distance_m,omitempty"`
	DistanceError float64  `json:"distance_error_m,omitempty"`
}

// Count is a number with its range. The zero value means "not stated": one
// event at least.
type Count struct {
	N   int `json:"n,omitempty"`
	Min int `json:"min,omitempty"`
	Max int `json:"max,omitempty"`
}

// Casualties are persons killed and injured as the source states them.
type Casualties struct {
	Killed          int `json:"killed,omitempty"`
	KilledCivilian  int `json:"killed_civilian,omitempty"`
	KilledMilitary  int `json:"killed_military,omitempty"`
	Injured         int `json:"injured,omitempty"`
	InjuredCivilian int `json:"injured_civilian,omitempty"`
	InjuredMilitary int `json:"injured_military,omitempty"`
}

// Media is a picture, recording or document by hash and, where allowed, address.
type Media struct {
	SHA256 string `json:"sha256,omitempty"` // lower-case hex
	URL    string `json:"url,omitempty"`
}

// Grade is the Admiralty grade: source A to F, information 1 to 6, judged
// independently, as in "B2". Empty means not graded.
type Grade string

// Handling is a TLP 2.0 label; labels are never translated. Empty means the
// agreement's default.
type Handling string

// The TLP 2.0 labels (https://www.first.org/tlp/), most restricted first.
const (
	Red         Handling = "TLP:RED"
	AmberStrict Handling = "TLP:AMBER+STRICT"
	Amber       Handling = "TLP:AMBER"
	Green       Handling = "TLP:GREEN"
	Clear       Handling = "TLP:CLEAR"
)

// Means is the technology or channel of an observation.
type Means string

// The means.
const (
	Patrol    Means = "patrol"
	Post      Means = "post"
	Camera    Means = "camera"
	Acoustic  Means = "acoustic"
	Seismic   Means = "seismic"
	Radar     Means = "radar"
	UAV       Means = "uav"
	Satellite Means = "satellite"
	News      Means = "news"
	Party     Means = "party"
	Hotline   Means = "hotline"
	Dataset   Means = "dataset"
)

// How tells by which sense or process the source knows.
type How string

// The ways of knowing.
const (
	Saw      How = "saw"
	Heard    How = "heard"
	Recorded How = "recorded"
	Imaged   How = "imaged"
	Detected How = "detected"
	Told     How = "told"
)

// Direction is the direction of fire as seen from the observer.
type Direction string

// The directions of fire.
const (
	DirectionUndetermined Direction = "undetermined"
	Outgoing              Direction = "outgoing"
	Incoming              Direction = "incoming"
	Impact                Direction = "impact"
	InFlight              Direction = "in-flight"
)

// Activity is what was observed, from the taxonomy.
type Activity string

// The activities.
const (
	Explosion      Activity = "explosion"
	Burst          Activity = "burst"
	Shot           Activity = "shot"
	Projectile     Activity = "projectile"
	Flash          Activity = "flash"
	Flare          Activity = "flare"
	Shelling       Activity = "shelling"
	MissileStrike  Activity = "missile-strike"
	AirStrike      Activity = "air-strike"
	UAVStrike      Activity = "uav-strike"
	UAVFlight      Activity = "uav-flight"
	AircraftFlight Activity = "aircraft-flight"
	Clash          Activity = "clash"
	Presence       Activity = "presence"
	Movement       Activity = "movement"
	Construction   Activity = "construction"
	Mine           Activity = "mine"
	Fire           Activity = "fire"
	Damage         Activity = "damage"
	Casualty       Activity = "casualty"
	AccessDenied   Activity = "access-denied"
	Jamming        Activity = "jamming"
	Silence        Activity = "silence" // a sensor or source fell silent that should report
	Detention      Activity = "detention"
	Exercise       Activity = "exercise"
	Demining       Activity = "demining"
	Alert          Activity = "alert" // a warning was given; not itself an event of force
	Other          Activity = "other"
)

// Weapon is a class of weapon from the taxonomy.
type Weapon string

// The weapon classes.
const (
	WeaponUnknown  Weapon = "unknown"
	SmallArms      Weapon = "small-arms"
	HMG            Weapon = "hmg" // heavy machine gun
	AGL            Weapon = "agl" // automatic grenade launcher
	RPG            Weapon = "rpg"
	ATGM           Weapon = "atgm" // anti-tank guided missile
	Mortar82       Weapon = "mortar-82"
	Mortar120      Weapon = "mortar-120"
	Cannon         Weapon = "cannon"
	Tank           Weapon = "tank"
	ArtilleryLt100 Weapon = "artillery-lt100" // calibre below 100 mm
	ArtilleryGe100 Weapon = "artillery-ge100" // calibre of 100 mm and above
	MLRS           Weapon = "mlrs"
	MissileWeapon  Weapon = "missile"
	UAVWeapon      Weapon = "uav"
	AircraftWeapon Weapon = "aircraft"
	MineWeapon     Weapon = "mine"
)
