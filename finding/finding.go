// Package finding knows how an incident meets a term: which provision was in
// force where and when it happened, whether that makes it a breach, consistent,
// excepted or undetermined, how severe, and who is responsible with which
// probability; with the reasons as data.
//
// It must not know people's decisions (package casework), storage or output.
// Occurrence, breach and responsibility are three questions, each with its own
// confidence, and none is answered from another.
package finding

import (
	"time"

	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/zone"
)

// Result answers whether a provision was broken.
type Result string

// The results. Undetermined is a first-class answer.
const (
	Breach       Result = "breach"
	Consistent   Result = "consistent"
	Excepted     Result = "excepted"
	Undetermined Result = "undetermined"
)

// Finding is one incident (or one missed deadline) under one provision.
type Finding struct {
	ID        string    `json:"id"` // stable: derives from the incident and the provision
	Incident  string    `json:"incident,omitempty"`
	Provision string    `json:"provision"`
	Stage     string    `json:"stage,omitempty"`
	At        time.Time `json:"at"` // the incident's From, or the deadline

	Result     Result     `json:"result"`
	Occurrence Occurrence `json:"occurrence"`
	// BreachProbability is the probability, given that it occurred, that the
	// event lies inside the provision's zone and time and matches its rule.
	BreachProbability float64     `json:"breach_probability"`
	Responsible       Responsible `json:"responsible"`

	Severity  string   `json:"severity,omitempty"`
	Exception string   `json:"exception,omitempty"` // the permitting provision, where Result is Excepted
	Under     []string `json:"under,omitempty"`     // definitions under which it is a violation: "" agreed, or party ids

	Place     zone.Place `json:"place"`
	Agreement string     `json:"agreement"` // version id of the agreement
	// Handling is who may see it where it rests on no incident but on what was
	// declared; empty: as its incident, or the terms alone.
	Handling observation.Handling `json:"handling,omitempty"`
	Reasons  []Reason             `json:"reasons"`
}

// Occurrence answers whether it happened: a step of the occurrence scale.
type Occurrence struct {
	Step        string  `json:"step"`
	Probability float64 `json:"probability"`
	Sources     int     `json:"sources"`
}

// Responsible answers who did it. Party is empty while undetermined;
// Candidates always holds the whole distribution, "" being undetermined.
type Responsible struct {
	Party       string      `json:"party,omitempty"`
	Probability float64     `json:"probability,omitempty"`
	Candidates  []Candidate `json:"candidates,omitempty"`
	Basis       string      `json:"basis,omitempty"`   // in one phrase, English
	Grounds     []string    `json:"grounds,omitempty"` // the codes of what Basis says, in its order, for message catalogues
}

// Candidate is one possible author with its probability.
type Candidate struct {
	Party       string  `json:"party"`
	Probability float64 `json:"probability"`
}

// Reason is one step of the chain: Code names its sentence for message catalogues,
// Text is the sentence in English, Args are all the values in it.
type Reason struct {
	Code string            `json:"code"`
	Text string            `json:"text"`
	Args map[string]string `json:"args,omitempty"`
}
