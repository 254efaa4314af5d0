// Package agreement knows the terms as data: it reads an agreement file,
// refuses what can't be evaluated with file, line and column, compares two
// versions in meaning, and says in plain sentences what the terms mean.
//
// It must not know observations, geometry beyond the coordinates that a file
// states, storage or the clock: whether something broke a term is the business
// of package finding, and where a zone lies that of package zone.
package agreement

import "time"

// Agreement is one agreement file: everything that truce evaluates.
type Agreement struct {
	ID        string   `yaml:"agreement" json:"agreement"`                     // short id, lower-case with dashes, with the year
	Title     Text     `yaml:"title" json:"title"`                             // by language
	Languages []string `yaml:"languages,omitempty" json:"languages,omitempty"` // BCP 47 tags of the authentic texts
	Summary   Text     `yaml:"summary,omitempty" json:"summary,omitzero"`

	// TimeZone is the IANA name of the zone in which the agreement's local
	// times and the report's day are meant.
	TimeZone string `yaml:"time_zone" json:"time_zone"`
	// Area is the box [west, south, east, north] in degrees WGS84 outside
	// which a position can't belong to the agreement; it finds swapped
	// latitudes and longitudes.
	Area []float64 `yaml:"area,omitempty" json:"area,omitempty"`

	Texts     []Source    `yaml:"texts,omitempty" json:"texts,omitempty"`
	Status    []Status    `yaml:"status,omitempty" json:"status,omitempty"`
	Ceasefire []Ceasefire `yaml:"ceasefire,omitempty" json:"ceasefire,omitempty"`
	Report    Reporting   `yaml:"report,omitempty" json:"report,omitzero"`

	Definitions []Definition `yaml:"definitions,omitempty" json:"definitions,omitempty"`
	Parties     []Party      `yaml:"parties" json:"parties"`
	Lines       []Line       `yaml:"lines,omitempty" json:"lines,omitempty"`
	Baselines   []Baseline   `yaml:"baselines,omitempty" json:"baselines,omitempty"`
	Sites       []Site       `yaml:"sites,omitempty" json:"sites,omitempty"`
	Zones       []Zone       `yaml:"zones,omitempty" json:"zones,omitempty"`

	// WeaponClasses names groups of weapon classes of the taxonomy, for
	// example heavy: [tank, artillery-ge100, mlrs].
	WeaponClasses map[string][]string `yaml:"weapon_classes,omitempty" json:"weapon_classes,omitempty"`

	Provisions   []Provision   `yaml:"provisions" json:"provisions"`
	Scales       Scales        `yaml:"scales,omitempty" json:"scales,omitzero"`
	Thresholds   []Threshold   `yaml:"thresholds,omitempty" json:"thresholds,omitempty"`
	Verification *Verification `yaml:"verification,omitempty" json:"verification,omitempty"`
	Escalation   *Escalation   `yaml:"escalation,omitempty" json:"escalation,omitempty"`
	Commitments  []Commitment  `yaml:"commitments,omitempty" json:"commitments,omitempty"`
	Issues       []Issue       `yaml:"issues,omitempty" json:"issues,omitempty"`
	Positions    []Position    `yaml:"positions,omitempty" json:"positions,omitempty"`
	Publication  []Policy      `yaml:"publication,omitempty" json:"publication,omitempty"`

	origin *origin // where the file says each thing; nil for FromCanonical
}

// Text is a text by BCP 47 language tag. In the file a bare string means the
// agreement's first language.
type Text map[string]string

// Instant is a moment as the file states it: RFC 3339 with offset, or a date
// or local date and time in the agreement's time zone. Zero means not stated.
type Instant struct {
	time.Time        // UTC
	Written   string // as the file wrote it
}

// Period holds from From (included) to Until (excluded); a zero From means
// since ever, a zero Until means with no end.
type Period struct {
	From  Instant `yaml:"from,omitempty" json:"from,omitzero"`
	Until Instant `yaml:"until,omitempty" json:"until,omitzero"`
}

// Duration is a span as the file states it: "30m", "24h", "14d", "2w".
type Duration struct {
	time.Duration
	Written string
}

// Source is a text on which terms rest.
type Source struct {
	ID        string  `yaml:"id" json:"id"`
	Title     Text    `yaml:"title" json:"title"`
	Publisher string  `yaml:"publisher,omitempty" json:"publisher,omitempty"`
	Date      Instant `yaml:"date,omitempty" json:"date,omitzero"`
	URL       string  `yaml:"url,omitempty" json:"url,omitempty"`
	Language  string  `yaml:"language,omitempty" json:"language,omitempty"`
}

// Citation points to the words of a text on which a term rests.
type Citation struct {
	Text        string `yaml:"text" json:"text"`                                   // id of a Source
	Article     string `yaml:"article,omitempty" json:"article,omitempty"`         // "2", "II.4"
	Quote       string `yaml:"quote,omitempty" json:"quote,omitempty"`             // verbatim, in the source's language
	Language    string `yaml:"language,omitempty" json:"language,omitempty"`       // of the quote, where it differs
	Translation Text   `yaml:"translation,omitempty" json:"translation,omitempty"` // of the quote
}

// Status is a step of the agreement's life: proposed, signed, in-force,
// suspended or ended.
type Status struct {
	At  Instant    `yaml:"at" json:"at"`
	Is  string     `yaml:"is" json:"is" jsonschema:"enum=proposed,enum=signed,enum=in-force,enum=suspended,enum=ended"`
	By  []string   `yaml:"by,omitempty" json:"by,omitempty"` // parties
	Why []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Ceasefire is a time in which arms are to be silent. A one-sided truce names
// the parties that declared it; none named means all parties to the conflict.
type Ceasefire struct {
	ID       string `yaml:"id" json:"id"`
	Period   `yaml:",inline"`
	Parties  []string   `yaml:"parties,omitempty" json:"parties,omitempty"`
	Zone     string     `yaml:"zone,omitempty" json:"zone,omitempty"`       // only there; empty: everywhere
	Site     string     `yaml:"site,omitempty" json:"site,omitempty"`       // nested, around a protected site
	Purpose  Text       `yaml:"purpose,omitempty" json:"purpose,omitempty"` // for example the repair of a power line
	Disputed []Disputed `yaml:"disputed,omitempty" json:"disputed,omitempty"`
	Why      []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Disputed is a party's own version of a Ceasefire's period.
type Disputed struct {
	Party  string `yaml:"party" json:"party"`
	Period `yaml:",inline"`
	Why    []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Reporting says how the day's report is cut.
type Reporting struct {
	Cutoff string   `yaml:"cutoff,omitempty" json:"cutoff,omitempty"` // local "HH:MM"; default 24:00
	Due    string   `yaml:"due,omitempty" json:"due,omitempty"`       // local "HH:MM"
	Areas  []string `yaml:"areas,omitempty" json:"areas,omitempty"`   // names of administrative areas in the order of the report
	// AreaFile is a GeoJSON of administrative areas; AreaName the property
	// that names each.
	AreaFile string `yaml:"area_file,omitempty" json:"area_file,omitempty"`
	AreaName string `yaml:"area_name,omitempty" json:"area_name,omitempty"`
}

// Definition is what a term means, in words and as a rule, from an instant on.
// Where the parties' definitions differ, By names whose this one is.
type Definition struct {
	Term   string `yaml:"term" json:"term"` // violation, ceasefire, heavy-weapons, provocation, ...
	By     string `yaml:"by,omitempty" json:"by,omitempty"`
	Period `yaml:",inline"`
	Words  Text       `yaml:"words" json:"words"`
	Rule   *Match     `yaml:"rule,omitempty" json:"rule,omitempty"`
	Why    []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Match is a rule over what can be observed: an event matches if it meets each
// list that is not empty.
type Match struct {
	Activities []string `yaml:"activities,omitempty" json:"activities,omitempty"` // of the taxonomy
	Weapons    []string `yaml:"weapons,omitempty" json:"weapons,omitempty"`       // of the taxonomy, or names of weapon_classes
	Forces     []string `yaml:"forces,omitempty" json:"forces,omitempty"`         // "heavy-weapons", "troops", words matched with the observation's extra "force"
	Directions []string `yaml:"directions,omitempty" json:"directions,omitempty"`
	MinCount   int      `yaml:"min_count,omitempty" json:"min_count,omitempty"`
	CalibreMM  *Range   `yaml:"calibre_mm,omitempty" json:"calibre_mm,omitempty"` // of the observation's extra "calibre_mm"
}

// Range is a closed interval; a nil end is open.
type Range struct {
	Min *float64 `yaml:"min,omitempty" json:"min,omitempty"`
	Max *float64 `yaml:"max,omitempty" json:"max,omitempty"`
}

// Party is a state, force or body that the terms name.
type Party struct {
	ID     string   `yaml:"id" json:"id"`
	Name   Text     `yaml:"name" json:"name"`
	Actors []string `yaml:"actors,omitempty" json:"actors,omitempty"` // its names in sources and data sets
	Roles  []Role   `yaml:"roles" json:"roles"`
	// Territory is the zone that counts as its territory where a limit of a
	// commitment speaks of it. It decides nothing about title.
	Territory string `yaml:"territory,omitempty" json:"territory,omitempty"`
	// Members are the parties that a group is made of, as far as they are known.
	Members []string `yaml:"members,omitempty" json:"members,omitempty"`
	// Open tells that a group has members that the terms do not name.
	Open bool `yaml:"open,omitempty" json:"open,omitempty"`
	// Excluded marks a group that takes part in the conflict and that the
	// ceasefire does not cover, as the text says.
	Excluded bool       `yaml:"excluded,omitempty" json:"excluded,omitempty"`
	Why      []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Role is what a party is under the agreement, since when and by which text:
// party-to-conflict, signatory, guarantor, monitor, host-state, observer,
// contributor, mediator or excluded-group.
type Role struct {
	Role   string `yaml:"role" json:"role" jsonschema:"enum=party-to-conflict,enum=signatory,enum=guarantor,enum=monitor,enum=host-state,enum=observer,enum=contributor,enum=mediator"`
	Period `yaml:",inline"`
	Why    []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Line is a line of contact (or another line that the text names) in versions.
type Line struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name,omitempty" json:"name,omitempty"`
	// Left and Right are the parties on either side as one walks along the
	// coordinates in their order.
	Left     string        `yaml:"left,omitempty" json:"left,omitempty"`
	Right    string        `yaml:"right,omitempty" json:"right,omitempty"`
	Versions []LineVersion `yaml:"versions,omitempty" json:"versions,omitempty"` // empty: versions are imported
	Why      []Citation    `yaml:"why,omitempty" json:"why,omitempty"`
}

// LineVersion is the line's course from an instant on, until the next version.
type LineVersion struct {
	From Instant `yaml:"from,omitempty" json:"from,omitzero"`
	// File is a GeoJSON file beside the agreement with a LineString or
	// MultiLineString (or, with HeldBy, with polygons).
	File string `yaml:"file,omitempty" json:"file,omitempty"`
	// Coordinates is the same written inline: [lon, lat] in degrees WGS84.
	Coordinates [][]float64 `yaml:"coordinates,omitempty" json:"coordinates,omitempty"`
	// HeldBy says that File holds the area that this party controls; the line
	// is its boundary less coast and border.
	HeldBy string `yaml:"held_by,omitempty" json:"held_by,omitempty"`
	// RadiusM is how far the true line may lie from this one, 95 %, metres.
	RadiusM float64 `yaml:"radius_m,omitempty" json:"radius_m,omitempty"`
}

// Baseline is the line from which one party's distances are measured. Without
// one, it is the agreement's first line, moving.
type Baseline struct {
	Party  string     `yaml:"party" json:"party"`
	Line   string     `yaml:"line" json:"line"`
	Frozen Instant    `yaml:"frozen,omitempty" json:"frozen,omitzero"` // the version of that instant, for good
	Why    []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Site is a protected or declared place: a power plant, dam, hospital, storage
// site, crossing point, sensor or monitors' base.
type Site struct {
	ID      string   `yaml:"id" json:"id"`
	Name    Text     `yaml:"name" json:"name"`
	Kind    string   `yaml:"kind" json:"kind" jsonschema:"enum=nuclear-plant,enum=power-plant,enum=substation,enum=dam,enum=hospital,enum=crossing-point,enum=port,enum=storage-site,enum=holding-area,enum=monitoring-post,enum=base,enum=other"`
	Lat     *float64 `yaml:"lat,omitempty" json:"lat,omitempty"`
	Lon     *float64 `yaml:"lon,omitempty" json:"lon,omitempty"`
	RadiusM float64  `yaml:"radius_m,omitempty" json:"radius_m,omitempty"` // of its grounds, metres
	// StandoffM is how far around the grounds events are of concern, metres. It
	// decides no finding: what is forbidden there, provisions say.
	StandoffM float64    `yaml:"standoff_m,omitempty" json:"standoff_m,omitempty"`
	Party     string     `yaml:"party,omitempty" json:"party,omitempty"`       // who holds it or declared it
	Names     []string   `yaml:"names,omitempty" json:"names,omitempty"`       // spellings in sources, for places without coordinates
	Declared  []Declared `yaml:"declared,omitempty" json:"declared,omitempty"` // inventory of a storage site
	Why       []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Declared is an inventory line of a storage site.
type Declared struct {
	Weapon  string   `yaml:"weapon" json:"weapon"`
	Number  int      `yaml:"number" json:"number"`
	Serials []string `yaml:"serials,omitempty" json:"serials,omitempty"`
}

// Zone is a space in which terms hold. Exactly one of Within, Between,
// Polygon, Circle, Admin, Corridor, Union, Intersection, Difference says what
// it is; the rest qualify it.
type Zone struct {
	ID     string `yaml:"id" json:"id"`
	Name   Text   `yaml:"name,omitempty" json:"name,omitempty"`
	Period `yaml:",inline"`
	// Frozen fixes the zone to the lines of that instant; unset, it moves.
	Frozen Instant `yaml:"frozen,omitempty" json:"frozen,omitzero"`

	Within       *Within    `yaml:"within,omitempty" json:"within,omitempty"`
	Between      []string   `yaml:"between,omitempty" json:"between,omitempty"` // two line ids
	Polygon      *Polygon   `yaml:"polygon,omitempty" json:"polygon,omitempty"`
	Circle       *Circle    `yaml:"circle,omitempty" json:"circle,omitempty"`
	Admin        *Admin     `yaml:"admin,omitempty" json:"admin,omitempty"`
	Corridor     *Corridor  `yaml:"corridor,omitempty" json:"corridor,omitempty"`
	Union        []string   `yaml:"union,omitempty" json:"union,omitempty"`               // zone ids
	Intersection []string   `yaml:"intersection,omitempty" json:"intersection,omitempty"` // zone ids
	Difference   []string   `yaml:"difference,omitempty" json:"difference,omitempty"`     // first less the others
	Why          []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Within is the space between MinKM and KM from each party's baseline on that
// party's side. Sides lists the parties; empty means both. Line overrides the
// baselines.
type Within struct {
	KM    float64  `yaml:"km" json:"km"`
	MinKM float64  `yaml:"min_km,omitempty" json:"min_km,omitempty"`
	Sides []string `yaml:"sides,omitempty" json:"sides,omitempty"`
	Line  string   `yaml:"line,omitempty" json:"line,omitempty"`
}

// Polygon is a drawn area: a GeoJSON file beside the agreement or rings of
// [lon, lat] in degrees WGS84, the first the outer one.
type Polygon struct {
	File        string        `yaml:"file,omitempty" json:"file,omitempty"`
	Coordinates [][][]float64 `yaml:"coordinates,omitempty" json:"coordinates,omitempty"`
}

// Circle is the disc of KM around a site or a point.
type Circle struct {
	KM   float64  `yaml:"km" json:"km"`
	Site string   `yaml:"site,omitempty" json:"site,omitempty"`
	Lat  *float64 `yaml:"lat,omitempty" json:"lat,omitempty"`
	Lon  *float64 `yaml:"lon,omitempty" json:"lon,omitempty"`
}

// Admin is an administrative area: by polygon where File is given, and by the
// names that sources use for observations that have no coordinates.
type Admin struct {
	Names    []string `yaml:"names" json:"names"`
	File     string   `yaml:"file,omitempty" json:"file,omitempty"`
	Property string   `yaml:"property,omitempty" json:"property,omitempty"` // of the file's features that names them; default "name"
}

// Corridor is the space within KM of a path of [lon, lat].
type Corridor struct {
	KM          float64     `yaml:"km" json:"km"`
	Coordinates [][]float64 `yaml:"coordinates,omitempty" json:"coordinates,omitempty"`
	File        string      `yaml:"file,omitempty" json:"file,omitempty"`
}
