package agreement

// Provision is one rule of the agreement. Exactly one of Prohibits, Requires
// and Permits is set.
type Provision struct {
	ID      string `yaml:"id" json:"id"`
	Article string `yaml:"article,omitempty" json:"article,omitempty"`
	Words   Text   `yaml:"words" json:"words"` // the rule as the report quotes it
	Period  `yaml:",inline"`
	Zone    string   `yaml:"zone,omitempty" json:"zone,omitempty"`       // empty: everywhere
	Outside bool     `yaml:"outside,omitempty" json:"outside,omitempty"` // the rule holds outside Zone
	Site    string   `yaml:"site,omitempty" json:"site,omitempty"`
	Parties []string `yaml:"parties,omitempty" json:"parties,omitempty"` // bound; empty: all parties to the conflict that are not excluded
	// Ceasefire binds the rule to the period (and zone) of that ceasefire.
	Ceasefire string `yaml:"ceasefire,omitempty" json:"ceasefire,omitempty"`

	Prohibits *Prohibition `yaml:"prohibits,omitempty" json:"prohibits,omitempty"`
	Requires  *Requirement `yaml:"requires,omitempty" json:"requires,omitempty"`
	Permits   *Permission  `yaml:"permits,omitempty" json:"permits,omitempty"`

	Severity   string     `yaml:"severity,omitempty" json:"severity,omitempty"` // step of the severity scale for a breach
	SeverityIf []Severity `yaml:"severity_if,omitempty" json:"severity_if,omitempty"`
	Why        []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Severity raises or lowers a breach's severity where the event matches.
type Severity struct {
	Match  `yaml:",inline"`
	Killed int    `yaml:"killed,omitempty" json:"killed,omitempty"` // at least
	Is     string `yaml:"is" json:"is"`
}

// Prohibition forbids what Match describes. Kind tells what sort of rule it is
// and picks default activities: an act of force, a presence, a flight, a
// construction, or interference with monitors or their sensors.
type Prohibition struct {
	Kind  string `yaml:"kind" json:"kind" jsonschema:"enum=activity,enum=presence,enum=flight,enum=construction,enum=interference"`
	Match `yaml:",inline"`
	// From narrows the rule to acts from (for example fire out of) the zone
	// or site, Against to acts against it. Neither: both.
	FromZone bool `yaml:"from_zone,omitempty" json:"from_zone,omitempty"`
	Against  bool `yaml:"against,omitempty" json:"against,omitempty"`
	// Except exempts parties (for example the monitors' own flights).
	Except []string `yaml:"except,omitempty" json:"except,omitempty"`
}

// Requirement demands an act: a withdrawal by a deadline, storage at declared
// sites, access for monitors, a notification before an act, or a delivery.
type Requirement struct {
	Kind     string           `yaml:"kind" json:"kind" jsonschema:"enum=withdrawal,enum=storage,enum=access,enum=notification,enum=delivery"`
	Match    `yaml:",inline"` // what is to be withdrawn, stored, notified or delivered
	Start    Instant          `yaml:"start,omitempty" json:"start,omitzero"`
	Deadline Instant          `yaml:"deadline,omitempty" json:"deadline,omitzero"`
	Before   Duration         `yaml:"before,omitempty" json:"before,omitzero"` // notification: how long before the act
	To       []string         `yaml:"to,omitempty" json:"to,omitempty"`        // whom to notify, to whom to deliver
	Sites    []string         `yaml:"sites,omitempty" json:"sites,omitempty"`  // storage: where
	What     Text             `yaml:"what,omitempty" json:"what,omitempty"`    // delivery: of what
	Number   int              `yaml:"number,omitempty" json:"number,omitempty"`
	Stages   []Stage          `yaml:"stages,omitempty" json:"stages,omitempty"`
	// Given is a condition on which the duty depends, see Condition.
	Given Condition `yaml:"given,omitempty" json:"given,omitempty"`
}

// Stage is a part of a requirement with its own match and dates.
type Stage struct {
	ID       string `yaml:"id" json:"id"`
	Match    `yaml:",inline"`
	Zone     string  `yaml:"zone,omitempty" json:"zone,omitempty"`
	Start    Instant `yaml:"start,omitempty" json:"start,omitzero"`
	Deadline Instant `yaml:"deadline,omitempty" json:"deadline,omitzero"`
	Words    Text    `yaml:"words,omitempty" json:"words,omitempty"`
}

// Permission is an exception to prohibitions. An excepted event is counted and
// described, never dropped.
type Permission struct {
	Kind   string `yaml:"kind" json:"kind" jsonschema:"enum=self-defence,enum=medical,enum=demining,enum=exercise,enum=monitoring,enum=repair,enum=other"`
	Match  `yaml:",inline"`
	Of     []string `yaml:"of,omitempty" json:"of,omitempty"`     // provisions excepted from; empty: every prohibition
	By     []string `yaml:"by,omitempty" json:"by,omitempty"`     // parties; empty: all
	Tell   []string `yaml:"tell,omitempty" json:"tell,omitempty"` // who must be told
	Before Duration `yaml:"before,omitempty" json:"before,omitzero"`
	// Notified demands an observation of a notification that covers the event;
	// without one the event stays a breach.
	Notified bool `yaml:"notified,omitempty" json:"notified,omitempty"`
}

// Scales are the steps of severity and confidence with their criteria, lowest
// first. Empty scales mean the defaults S1 to S4 and reported, corroborated,
// verified.
type Scales struct {
	Severity   []Step `yaml:"severity,omitempty" json:"severity,omitempty"`
	Occurrence []Step `yaml:"occurrence,omitempty" json:"occurrence,omitempty"`
}

// Step is a step of a scale with its criteria.
type Step struct {
	ID    string `yaml:"id" json:"id"`
	Name  Text   `yaml:"name,omitempty" json:"name,omitempty"`
	Words Text   `yaml:"words,omitempty" json:"words,omitempty"`
	// Occurrence: how many independent sources and which probability it takes,
	// and whether a person must have verified it.
	Sources     int     `yaml:"sources,omitempty" json:"sources,omitempty"`
	Probability float64 `yaml:"probability,omitempty" json:"probability,omitempty"`
	ByPerson    bool    `yaml:"by_person,omitempty" json:"by_person,omitempty"`
}

// Threshold is the probability from which a question counts as answered, each
// in (0.5, 1]. Provision is empty for the default.
type Threshold struct {
	Provision   string     `yaml:"provision,omitempty" json:"provision,omitempty"`
	Occurrence  float64    `yaml:"occurrence,omitempty" json:"occurrence,omitempty"`
	Breach      float64    `yaml:"breach,omitempty" json:"breach,omitempty"` // inside zone and time
	Attribution float64    `yaml:"attribution,omitempty" json:"attribution,omitempty"`
	Why         []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Verification is the procedure between finding and decision.
type Verification struct {
	Ask           []string   `yaml:"ask,omitempty" json:"ask,omitempty"` // who must be asked: parties, or "accused"
	Comment       Duration   `yaml:"comment,omitempty" json:"comment,omitzero"`
	Corroboration Match      `yaml:"corroboration,omitempty" json:"corroboration,omitzero"`
	Sources       int        `yaml:"sources,omitempty" json:"sources,omitempty"` // independent sources that suffice
	Means         []string   `yaml:"means,omitempty" json:"means,omitempty"`     // that count
	Decides       string     `yaml:"decides,omitempty" json:"decides,omitempty"` // party (body) that decides
	Quorum        int        `yaml:"quorum,omitempty" json:"quorum,omitempty"`
	Dissent       bool       `yaml:"dissent,omitempty" json:"dissent,omitempty"` // dissenting opinions are recorded
	Appeal        Duration   `yaml:"appeal,omitempty" json:"appeal,omitzero"`
	AppealTo      string     `yaml:"appeal_to,omitempty" json:"appeal_to,omitempty"`
	Reopening     bool       `yaml:"reopening,omitempty" json:"reopening,omitempty"`
	Suspended     []string   `yaml:"suspended,omitempty" json:"suspended,omitempty" jsonschema:"enum=access,enum=security,enum=no-consensus,enum=no-means"`
	Answer        Duration   `yaml:"answer,omitempty" json:"answer,omitzero"`                                                                                                                                 // time to answer a question
	Task          Duration   `yaml:"task,omitempty" json:"task,omitzero"`                                                                                                                                     // time for a task of corroboration
	Remedy        Duration   `yaml:"remedy,omitempty" json:"remedy,omitzero"`                                                                                                                                 // time to remedy a breach
	Remind        Duration   `yaml:"remind,omitempty" json:"remind,omitzero"`                                                                                                                                 // how long before a deadline a reminder is due
	Outcomes      []string   `yaml:"outcomes,omitempty" json:"outcomes,omitempty" jsonschema:"enum=confirmed-attributed,enum=confirmed-not-attributed,enum=not-confirmed,enum=unfounded,enum=out-of-mandate"` // that a decision can have; empty: all
	Moves         []Move     `yaml:"moves,omitempty" json:"moves,omitempty"`                                                                                                                                  // what differs from the usual procedure, see Procedure
	Words         Text       `yaml:"words,omitempty" json:"words,omitempty"`
	Why           []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Escalation is the ladder that runs from the first breach.
type Escalation struct {
	// Persistence is how long breaches must go on to count as persistent.
	Persistence Duration `yaml:"persistence,omitempty" json:"persistence,omitzero"`
	// Calm is how long it must be calm until the next breach is a first breach
	// again; empty: the longest of the levels' leave.
	Calm   Duration   `yaml:"calm,omitempty" json:"calm,omitzero"`
	Levels []Level    `yaml:"levels" json:"levels"` // lowest first
	Why    []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Level is one step of the ladder.
type Level struct {
	ID    string `yaml:"id" json:"id"`
	Name  Text   `yaml:"name,omitempty" json:"name,omitempty"`
	Words Text   `yaml:"words,omitempty" json:"words,omitempty"`
	// After is how long after the first breach the level may be reached,
	// Within the deadline for its response, from the first breach too.
	After  Duration `yaml:"after,omitempty" json:"after,omitzero"`
	Within Duration `yaml:"within,omitempty" json:"within,omitzero"`
	// Persistent demands that breaches have gone on for Escalation.Persistence.
	Persistent bool `yaml:"persistent,omitempty" json:"persistent,omitempty"`
	// The threshold: at least Count breaches of at least Severity with at
	// least Confidence in Window; or Rise times the Baseline's rate, and a rise
	// that chance explains with less than 1 - Certainty (empty: 0.95). Without
	// either the level is reached by time alone.
	Count      int      `yaml:"count,omitempty" json:"count,omitempty"`
	Window     Duration `yaml:"window,omitempty" json:"window,omitzero"`
	Severity   string   `yaml:"severity,omitempty" json:"severity,omitempty"`
	Confidence string   `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	Rise       float64  `yaml:"rise,omitempty" json:"rise,omitempty"`
	Baseline   Duration `yaml:"baseline,omitempty" json:"baseline,omitzero"`
	Certainty  float64  `yaml:"certainty,omitempty" json:"certainty,omitempty"` // in [0.5, 1)
	Leave      Duration `yaml:"leave,omitempty" json:"leave,omitzero"`          // time without a breach that counts before the level is left
	Provisions []string `yaml:"provisions,omitempty" json:"provisions,omitempty"`
	By         []string `yaml:"by,omitempty" json:"by,omitempty"` // counts breaches for which one of these is responsible; empty: all
	Tell       []string `yaml:"tell,omitempty" json:"tell,omitempty"`
	Due        []string `yaml:"due,omitempty" json:"due,omitempty"` // commitments
}

// Commitment is a pledge.
type Commitment struct {
	ID    string    `yaml:"id" json:"id"`
	By    []string  `yaml:"by" json:"by"`
	To    []string  `yaml:"to,omitempty" json:"to,omitempty"`
	Of    string    `yaml:"of" json:"of" jsonschema:"enum=troops,enum=bases,enum=intelligence,enum=weapons,enum=training,enum=sanctions,enum=money,enum=hosting,enum=monitoring,enum=guarantee,enum=legal-framework,enum=none"`
	Words Text      `yaml:"words" json:"words"`
	When  Condition `yaml:"when,omitempty" json:"when,omitempty"`
	// Within is how long after it falls due it has to be met.
	Within Duration `yaml:"within,omitempty" json:"within,omitzero"`
	Period `yaml:",inline"`
	Limits []Limit    `yaml:"limits,omitempty" json:"limits,omitempty"`
	Firm   []Firmness `yaml:"firm" json:"firm"` // history, oldest first
	Why    []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Firmness is how firm a pledge is from an instant on: statement,
// letter-of-intent, signed, ratified, refused or withdrawn. By are the parties
// that took the step; empty: all that make the pledge.
type Firmness struct {
	At  Instant    `yaml:"at" json:"at"`
	By  []string   `yaml:"by,omitempty" json:"by,omitempty"`
	Is  string     `yaml:"is" json:"is" jsonschema:"enum=statement,enum=letter-of-intent,enum=signed,enum=ratified,enum=refused,enum=withdrawn"`
	Why []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Limit bounds a commitment.
type Limit struct {
	ID    string  `yaml:"id,omitempty" json:"id,omitempty"`         // within the commitment; empty: "limit-1" and so on
	MinKM float64 `yaml:"min_km,omitempty" json:"min_km,omitempty"` // no closer to Line than this
	Line  string  `yaml:"line,omitempty" json:"line,omitempty"`
	Max   int     `yaml:"max,omitempty" json:"max,omitempty"` // persons or pieces at most
	// Per is what Max is meant for each of: a party that makes the pledge, or a
	// host; empty: in all.
	Per   string   `yaml:"per,omitempty" json:"per,omitempty" jsonschema:"enum=party,enum=host"`
	Only  []string `yaml:"only,omitempty" json:"only,omitempty"`   // territory of these parties
	Never []string `yaml:"never,omitempty" json:"never,omitempty"` // not on the territory of these
	// Consent asks that whose territory it is has agreed: by a commitment of
	// hosting, or by a declaration.
	Consent  bool       `yaml:"consent,omitempty" json:"consent,omitempty"`
	Severity string     `yaml:"severity,omitempty" json:"severity,omitempty"` // step of the severity scale for a breach
	Words    Text       `yaml:"words,omitempty" json:"words,omitempty"`
	Why      []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Condition is an expression over the state: terms
// ceasefire.in-force, status(in-force), level(id), approved(party),
// attacked(party), provision(id).met, date(2026-02-01), joined with and, or,
// not and brackets. Empty means unconditional.
type Condition string

// Issue is an open question between the parties.
type Issue struct {
	ID    string       `yaml:"id" json:"id"`
	Title Text         `yaml:"title" json:"title"`
	State []IssueState `yaml:"state" json:"state"`
	Why   []Citation   `yaml:"why,omitempty" json:"why,omitempty"`
}

// IssueState is an issue's state from an instant on: open, narrowed, agreed or
// dropped.
type IssueState struct {
	At  Instant    `yaml:"at" json:"at"`
	Is  string     `yaml:"is" json:"is" jsonschema:"enum=open,enum=narrowed,enum=agreed,enum=dropped"`
	Why []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Position is what one party said on an issue.
type Position struct {
	ID      string     `yaml:"id" json:"id"`
	Party   string     `yaml:"party" json:"party"`
	Speaker string     `yaml:"speaker,omitempty" json:"speaker,omitempty"` // office and name, as the source has it
	Issue   string     `yaml:"issue,omitempty" json:"issue,omitempty"`
	At      Instant    `yaml:"at" json:"at"`
	Stance  string     `yaml:"stance,omitempty" json:"stance,omitempty" jsonschema:"enum=for,enum=against,enum=conditional,enum=open,enum=statement"`
	Words   Text       `yaml:"words" json:"words"`
	Why     []Citation `yaml:"why" json:"why"`
}

// Policy is what an audience may get: from which handling label down, how late
// and how coarse. Audience is public, parties or mission.
type Policy struct {
	Audience string   `yaml:"audience" json:"audience" jsonschema:"enum=public,enum=parties,enum=mission"`
	Handling string   `yaml:"handling" json:"handling"` // the most restricted TLP label that it may see
	Delay    Duration `yaml:"delay,omitempty" json:"delay,omitzero"`
	RoundM   float64  `yaml:"round_m,omitempty" json:"round_m,omitempty"`   // positions are rounded to a grid of this many metres
	Withhold []string `yaml:"withhold,omitempty" json:"withhold,omitempty"` // fields: source, observer, text, media, harm, party, serials
	Words    Text     `yaml:"words,omitempty" json:"words,omitempty"`
}
