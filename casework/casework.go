// Package casework is the human side: what becomes of findings once people take
// them up. A case is what its steps make of it: each step is by a named person in
// a role, at a time, with reasons, and the agreement's procedure says which steps
// can come next, who can take them, and by when. The same steps give the same case.
//
// It must not know how steps are kept, who is signed in, or what the time is.
package casework

import (
	"slices"
	"time"
)

// Step is one thing that somebody did in a case. Which fields it needs depends on
// its kind; see Case.Apply.
type Step struct {
	// Move names the step in the agreement's procedure.
	Move string `json:"move"`
	// Kind is the step of the usual procedure that it is one of, and To the state
	// that it leads to (empty: none other); the procedure fills them in.
	Kind string `json:"kind,omitempty"`
	To   string `json:"to,omitempty"`
	// For is the party or body in whose name it is taken; empty: the monitors.
	For string `json:"for,omitempty"`
	// Text is what is asked, answered, drafted, noted, in words.
	Text string `json:"text,omitempty"`

	Findings []Basis  `json:"findings,omitempty"` // report, add: what the case is about
	Evidence []string `json:"evidence,omitempty"` // ids of findings, incidents, observations, media that it rests on
	Title    string   `json:"title,omitempty"`    // report: in a few words
	Accused  string   `json:"accused,omitempty"`  // report, screen, draft: the party that is blamed
	Parties  []string `json:"parties,omitempty"`  // notify, ask, ask-comment: whom
	Office   string   `json:"office,omitempty"`   // assign, task: to whom
	Item     string   `json:"item,omitempty"`     // answer, result, approve, persists, remedied: what it is of ("Q1", "T2", "D1", "R1")
	Means    string   `json:"means,omitempty"`    // task: patrol, uav, satellite, camera, interview, …
	Outcome  string   `json:"outcome,omitempty"`  // result, position, decide, dismiss
	Reason   string   `json:"reason,omitempty"`   // suspend: access, security, no-consensus, no-means
	Case     string   `json:"case,omitempty"`     // dismiss as a duplicate: of which case
	Ruling   *Ruling  `json:"ruling,omitempty"`   // decide, rule
	// Due is a deadline that this step sets; zero: as the terms have it.
	Due time.Time `json:"due,omitzero"`
	// Public is, of a step that publishes, what the case then was, for those who
	// do not see the steps.
	Public *Summary `json:"public,omitempty"`

	// Who took it, in which role, when (UTC), why, and its record. They are kept
	// beside the rest of the step.
	By      string    `json:"-"`
	Role    string    `json:"-"`
	At      time.Time `json:"-"`
	Reasons string    `json:"-"`
	Record  uint64    `json:"-"`
	// Handling is the label of who may see it; empty: the usual one.
	Handling string `json:"-"`
}

// Basis is a finding as it was when somebody took it up; a finding can change with
// later evidence, what somebody saw can not.
type Basis struct {
	Finding    string    `json:"finding"`
	Incident   string    `json:"incident,omitempty"`
	Provision  string    `json:"provision,omitempty"`
	From       time.Time `json:"from,omitzero"`
	To         time.Time `json:"to,omitzero"`
	Result     string    `json:"result,omitempty"`     // breach, undetermined, …
	Severity   string    `json:"severity,omitempty"`   // step of the scale
	Occurrence string    `json:"occurrence,omitempty"` // step of the scale
	Party      string    `json:"party,omitempty"`      // that the evidence holds responsible; empty: undetermined
	Sources    int       `json:"sources,omitempty"`    // independent of one another
	Records    []uint64  `json:"records,omitempty"`    // of the observations
}

// Outcomes of a task and of a position.
const (
	Confirmed    = "confirmed" // a task's
	NotConfirmed = "not-confirmed"
	Inconclusive = "inconclusive"
	NotDone      = "not-done"

	Accepted  = "accept" // a party's
	Contested = "contest"
	NoReply   = "no-reply"
	Counter   = "counter-allegation"
)

// Outcomes of a case.
const (
	Attributed   = "confirmed-attributed"
	Unattributed = "confirmed-not-attributed"
	Unconfirmed  = "not-confirmed"
	Unfounded    = "unfounded"
	OutOfMandate = "out-of-mandate"
	Duplicate    = "duplicate" // dismissed: another case is about the same
)

// Ruling is a decision: three questions answered apart (did it happen, was it a
// breach, who answers for it), by whom, and with how much confidence.
type Ruling struct {
	Outcome string `json:"outcome"`
	// Party is responsible, with Confidence in (0, 1]; only where responsibility
	// is attributed.
	Party      string    `json:"party,omitempty"`
	Confidence float64   `json:"confidence,omitempty"`
	Provisions []string  `json:"provisions,omitempty"` // that were broken
	Votes      []Vote    `json:"votes,omitempty"`
	Dissents   []Dissent `json:"dissents,omitempty"`
	// Who decided, in whose name, when, by which step; whether it was on appeal.
	For    string    `json:"for,omitempty"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
	Appeal bool      `json:"appeal,omitempty"`
}

// Vote is how one member voted: "for", "against" or "abstain".
type Vote struct {
	Member string `json:"member"`
	Vote   string `json:"vote"`
}

// Dissent is an opinion that differs, in words.
type Dissent struct {
	Member string `json:"member"`
	Text   string `json:"text"`
}

// The votes.
const (
	For     = "for"
	Against = "against"
	Abstain = "abstain"
)

// Question is one to a party, and what came of it.
type Question struct {
	ID     string    `json:"id"`
	To     string    `json:"to"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	Due    time.Time `json:"due"`
	Answer string    `json:"answer,omitempty"`
	Done   time.Time `json:"answered,omitzero"`
}

// Task is work of corroboration, and its result.
type Task struct {
	ID       string    `json:"id"`
	Means    string    `json:"means"`
	Office   string    `json:"office,omitempty"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
	Due      time.Time `json:"due"`
	Outcome  string    `json:"outcome,omitempty"`
	Result   string    `json:"result,omitempty"`
	Evidence []string  `json:"evidence,omitempty"`
	Done     time.Time `json:"done,omitzero"`
}

// Draft is a text that takes a second person's eyes: findings, or a statement for
// others.
type Draft struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"` // "findings", "statement"
	Text     string    `json:"text"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Approved string    `json:"approved_by,omitempty"`
	Done     time.Time `json:"approved,omitzero"`
}

// Comment is what a party was asked to say to the draft, and its position.
type Comment struct {
	Party    string    `json:"party"`
	At       time.Time `json:"at"`
	Due      time.Time `json:"due"`
	Position string    `json:"position,omitempty"` // accept, contest, no-reply, counter-allegation
	Text     string    `json:"text,omitempty"`
	Done     time.Time `json:"done,omitzero"`
}

// Remedy is what was asked of the party that is responsible.
type Remedy struct {
	ID      string    `json:"id"`
	Party   string    `json:"party,omitempty"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
	Due     time.Time `json:"due"`
	Outcome string    `json:"outcome,omitempty"` // remedied, persistent
	Done    time.Time `json:"done,omitzero"`
}

// Case is a finding, or several, or an allegation, as it stands after its steps.
// The zero value is a case before its first step.
type Case struct {
	ID       string    `json:"id"`
	Title    string    `json:"title,omitempty"`
	State    string    `json:"state"` // one of agreement.CaseStates; "" before the first step
	Since    time.Time `json:"since"` // when it came into that state
	Opened   time.Time `json:"opened"`
	Version  uint64    `json:"version"` // the record of the last step: what Expect and If-Match name
	Findings []Basis   `json:"findings,omitempty"`
	Accused  string    `json:"accused,omitempty"` // the party that is blamed; empty: nobody yet
	By       string    `json:"reported_by"`       // who brought it
	For      string    `json:"reported_for,omitempty"`
	Office   string    `json:"office,omitempty"` // to whom it is assigned

	Suspended string     `json:"suspended,omitempty"` // why it rests
	Notified  []string   `json:"notified,omitempty"`  // parties that were told of it
	Questions []Question `json:"questions,omitempty"`
	Tasks     []Task     `json:"tasks,omitempty"`
	Drafts    []Draft    `json:"drafts,omitempty"`
	Comments  []Comment  `json:"comments,omitempty"` // of this round
	Ruling    *Ruling    `json:"ruling,omitempty"`   // the one that stands
	Before    []Ruling   `json:"rulings_before,omitempty"`
	Appeals   []string   `json:"appeals,omitempty"` // parties that appealed against it
	Remedies  []Remedy   `json:"remedies,omitempty"`
	Outcome   string     `json:"outcome,omitempty"`      // once decided or dismissed
	Same      string     `json:"duplicate_of,omitempty"` // another case
	Published []Summary  `json:"published,omitempty"`
	Steps     []Step     `json:"-"`

	clock   time.Time // from when the times that run from a state are counted
	before  string    // the state that a suspension interrupted
	decided time.Time // when the ruling was made, from when the time to appeal runs
	round   int       // the first draft since the case was reopened
	taken   []string  // moves since it was last reported, returned or reopened
}

// Summary is a case as those see it who don't see its steps: nothing in it was
// written for the monitors alone.
type Summary struct {
	ID       string    `json:"id"`
	State    string    `json:"state"`
	Opened   time.Time `json:"opened"`
	Findings []string  `json:"findings,omitempty"`
	Outcome  string    `json:"outcome,omitempty"` // once decided or dismissed
	Ruling   *Ruling   `json:"ruling,omitempty"`
	Text     string    `json:"text,omitempty"` // the approved statement
	At       time.Time `json:"at,omitzero"`    // when it was published
}

// clone is a copy that shares nothing that steps change.
func (c *Case) clone() *Case {
	out := *c
	out.Findings, out.Notified, out.Questions = slices.Clone(c.Findings), slices.Clone(c.Notified), slices.Clone(c.Questions)
	out.Tasks, out.Drafts, out.Comments = slices.Clone(c.Tasks), slices.Clone(c.Drafts), slices.Clone(c.Comments)
	out.Before, out.Appeals, out.Remedies = slices.Clone(c.Before), slices.Clone(c.Appeals), slices.Clone(c.Remedies)
	out.Published, out.Steps, out.taken = slices.Clone(c.Published), slices.Clone(c.Steps), slices.Clone(c.taken)
	return &out
}

// Involves reports whether a party is one to the case: blamed, told, asked, or who
// brought it.
func (c *Case) Involves(id string) bool {
	return id != "" && (id == c.Accused || id == c.For || slices.Contains(c.Notified, id) ||
		slices.ContainsFunc(c.Questions, func(q Question) bool { return q.To == id }) || c.asked(id))
}

func (c *Case) asked(id string) bool {
	return slices.ContainsFunc(c.Comments, func(x Comment) bool { return x.Party == id })
}

// draft is the last draft of a kind, nil if there is none.
func (c *Case) draft(kind string) *Draft {
	for i := len(c.Drafts) - 1; i >= c.round; i-- {
		if c.Drafts[i].Kind == kind {
			return &c.Drafts[i]
		}
	}
	return nil
}
