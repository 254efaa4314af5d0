package finding

import (
	"math"
	"slices"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// author is the distribution over who did it. The last candidate, "", is
// someone else or nobody that can be named.
type author struct {
	candidates  []string
	probability []float64
	rest        []float64 // the same without what parties say of each other
	grounds     []ground
	reasons     chain
}

// author weighs the evidence by Bayes' rule, from equal priors for the parties.
func (j *Judge) author(s *situation) *author {
	if s.author != nil {
		return s.author
	}
	// Bodies of the agreement count where sources name them: as who is there,
	// or as responsible, but not as those to whom something is done.
	candidates := j.conflict
	if len(s.bodies)+len(s.claimed) > 0 {
		candidates = slices.Clone(candidates)
		named := s.claimed
		if isThere(s.in.Activity) {
			named = slices.Concat(s.bodies, s.claimed)
		}
		for _, id := range named {
			if !slices.Contains(candidates, id) {
				candidates = append(candidates, id)
			}
		}
	}
	n := len(candidates)
	a := &author{candidates: make([]string, n+1), probability: make([]float64, n+1)}
	copy(a.candidates, candidates)
	par := &j.par.Author
	for i := range n {
		a.probability[i] = (1 - par.SomeoneElse) / float64(n)
	}
	a.probability[n] = par.SomeoneElse
	if n == 0 {
		a.probability[n] = 1
	}
	a.rest = slices.Clone(a.probability)
	s.author = a
	if n == 0 {
		return a
	}
	j.fromPlace(a, s)
	j.fromCourse(a, s)
	j.fromActors(a, s)
	j.fromClaims(a, s)
	return a
}

// isThere reports whether an activity is that of who is at its place.
func isThere(a observation.Activity) bool {
	switch a {
	case observation.Presence, observation.Movement, observation.Construction, observation.UAVFlight, observation.AircraftFlight,
		observation.Exercise, observation.Demining:
		return true
	}
	return false
}

// update multiplies each candidate's probability by how well it explains the
// evidence.
func (a *author) update(likelihood func(party string) float64) {
	a.weigh(a.probability, likelihood)
	a.weigh(a.rest, likelihood)
}

func (a *author) weigh(probability []float64, likelihood func(party string) float64) {
	sum := 0.0
	for i, id := range a.candidates {
		probability[i] *= likelihood(id)
		sum += probability[i]
	}
	for i := range probability {
		probability[i] /= sum
	}
}

// fromPlace weighs on whose side of the line it was, by what it was.
func (j *Judge) fromPlace(a *author, s *situation) {
	side, p := s.place.Side, s.place.SideProbability
	if side == "" || !s.exact || !slices.Contains(j.conflict, side) {
		return
	}
	par := &j.par.Author
	in := s.in
	var own float64 // chance that it is the act of who holds the place
	var what ground
	fell := false
	switch {
	case !ofForce(in.Activity):
	case in.Direction == observation.Outgoing:
		own, what = par.LaunchedHere, launched
	case in.Direction == observation.Incoming, in.Direction == observation.Impact:
		own, what, fell = 1-par.LandedHere, landed, true
	}
	if what == "" {
		switch in.Activity {
		case observation.Presence, observation.Movement, observation.Construction, observation.Mine, observation.Exercise:
			own, what = par.HeldHere, held
		case observation.AccessDenied, observation.Detention:
			own, what = par.ObstructedHere, obstructed
		case observation.Shelling, observation.MissileStrike, observation.AirStrike, observation.UAVStrike, observation.Damage, observation.Casualty:
			own, what, fell = 1-par.StruckHere, struck, true
		case observation.UAVFlight, observation.AircraftFlight:
			own, what = par.FlownHere, flown
		case observation.Jamming:
			own, what = par.JammedHere, jammed
		case observation.Explosion:
			// Ears and sensors can't tell guns from shells; who tells of a place was hit.
			if !tells(in, observation.News, observation.UAV, observation.Dataset) {
				return
			}
			own, what, fell = 1-par.StruckHere, struck, true
		default:
			return
		}
	}
	a.grounds = append(a.grounds[:0], what)
	if j.named(s) && p < par.NamedHere {
		p = par.NamedHere
		a.grounds = append(a.grounds, byName)
	}
	if byParties(in) {
		own = 0.5 + (own-0.5)*(2*par.Claims[observation.Party]-1)
		a.grounds = append(a.grounds, byWord)
	}
	far := 1.0
	if fell {
		if reach := j.par.Weapons[in.Weapon].RangeM; reach > 0 && s.place.DistanceM > reach {
			// As far as its place is known.
			out := 1.0
			if sigma := in.Position.Radius / geo.Sigmas95; sigma > 0 {
				out = normal((s.place.DistanceM - reach) / sigma)
			}
			far = 1 - out*(1-par.OutOfRange)
			a.grounds = append(a.grounds, beyondReach)
		}
	}
	a.update(func(party string) float64 {
		switch party {
		case "":
			return 0.5
		case side:
			return p*own + (1-p)*(1-own)*far
		}
		return p*(1-own)*far + (1-p)*own
	})
	if s.brief {
		return
	}
	a.reasons.add("author-side", "It lies on the side of "+side+" with "+percent(p)+", and "+basis(a.grounds)+".", "side", side, "probability", number(p), "grounds", codes(a.grounds), "weight", number(own), "distance_m", number(s.place.DistanceM))
}

// Where a course is followed: so many rays all round, of which the first leads back
// along it, and so many places on each.
const (
	rays  = 12
	steps = 2
)

// watched reports whether somebody saw or recorded it who is none of the parties.
func watched(in *incident.Incident) bool {
	return tells(in, observation.Patrol, observation.Post, observation.Camera, observation.Acoustic, observation.Seismic, observation.Radar, observation.UAV, observation.Satellite, observation.Hotline)
}

// tells reports whether one of these means tells of it on its own.
func tells(in *incident.Incident, means ...observation.Means) bool {
	return slices.ContainsFunc(in.Members, func(m incident.Member) bool { return m.Independent && slices.Contains(means, m.Means) })
}

// byParties reports whether none but parties tell of it.
func byParties(in *incident.Incident) bool {
	return len(in.Members) > 0 && !slices.ContainsFunc(in.Members, func(m incident.Member) bool { return m.Independent && m.Means != observation.Party })
}

// fromCourse follows the course of a projectile back to where it came from. How well
// a party explains the course is how much of the ground that it leads back over is
// that party's, against what is by any other course: the chance of the course, given
// the place and who fired. It was told to about an eighth of the compass.
func (j *Judge) fromCourse(a *author, s *situation) {
	in := s.in
	if in.Heading == nil || !s.exact || j.places == nil {
		return
	}
	switch in.Activity {
	case observation.Projectile, observation.Shot, observation.Burst, observation.Flash, observation.Shelling, observation.Explosion, observation.MissileStrike:
	default:
		return
	}
	par := &j.par.Author
	reach := par.HeadedM
	if w := j.par.Weapons[in.Weapon].RangeM; w > 0 {
		reach = min(w, 2*reach)
	}
	here := geo.Point{Lat: in.Position.Lat, Lon: in.Position.Lon}
	back, around := map[string]float64{}, map[string]float64{}
	for ray := range rays {
		share := 0.0
		switch ray {
		case 0:
			share = 0.6
		case 1, rays - 1:
			share = 0.2
		}
		azimuth := math.Mod(*in.Heading+180+360/rays*float64(ray), 360)
		for i := range steps {
			origin := direct(here, azimuth, reach*(float64(i)+0.5)/steps)
			at := j.places.At(origin, in.Position.Radius, s.at)
			if at.Side == "" {
				continue
			}
			back[at.Side] += share * at.SideProbability / steps
			around[at.Side] += at.SideProbability / (rays * steps)
		}
	}
	best, most := "", 0.0
	for _, id := range j.conflict {
		switch {
		case around[id] == 0:
		case back[id]/around[id] > most:
			best, most = id, back[id]/around[id]
		case back[id]/around[id] == most:
			best = "" // it points to no side more than to another
		}
	}
	if most == 0 {
		return
	}
	a.update(func(party string) float64 {
		if around[party] == 0 { // it holds no ground there, or is nobody
			return 1
		}
		return par.HeadedFrom*back[party]/around[party] + 1 - par.HeadedFrom
	})
	if best == "" {
		return
	}
	a.join(byCourse)
	a.reasons.add("author-course", "Its course points back to the side of "+best+" with "+percent(back[best])+", any course with "+percent(around[best])+".", "side", best, "heading_deg", number(*in.Heading), "probability", number(back[best]), "any", number(around[best]))
}

// fromActors weighs against parties that sources do not name where they name
// several, or say who is there: else no blame is read from a name alone.
func (j *Judge) fromActors(a *author, s *situation) {
	named := slices.Concat(s.covered, s.excluded)
	there := isThere(s.in.Activity)
	if there {
		named = append(named, s.bodies...) // who is seen there is named as that
	}
	if len(named) == 0 || len(named) < 2 && !there || len(named) >= len(a.candidates)-1 {
		return
	}
	a.update(func(party string) float64 {
		if party == "" || slices.Contains(named, party) {
			return 1
		}
		return j.par.Author.NotNamed
	})
	a.join(byActors)
	a.reasons.add("author-actors", "Sources name as taking part: "+list(named)+".", "parties", list(named))
}

// fromClaims weighs what sources say about who did it. Claims of one means that
// can copy each other's view (parties, press) count once.
func (j *Judge) fromClaims(a *author, s *situation) {
	par := &j.par.Author
	type claim struct {
		means observation.Means
		party string
	}
	seen := map[claim]bool{}
	for _, c := range s.in.Claims {
		p := j.party(c.Party)
		if p == nil || !slices.Contains(a.candidates, p.ID) || !independent(s.in, c.Source) {
			continue
		}
		means := c.Means
		if q := j.party(c.Source); q != nil && slices.Contains(j.conflict, q.ID) {
			means = observation.Party
			if q.ID == p.ID {
				means = "own"
			}
		}
		if means == observation.Party && watched(s.in) {
			means = "party-watched"
		}
		if seen[claim{means, p.ID}] && (means == "party-watched" || means == observation.Party || means == observation.News || means == "own") {
			continue
		}
		seen[claim{means, p.ID}] = true
		right, ok := par.Claims[means]
		if !ok {
			right = par.Claims["unknown"]
		}
		a.claimed(p.ID, right, means == observation.Party || means == "party-watched")
		a.join(byClaims)
		a.reasons.add("author-claim", "Source "+c.Source+" holds "+p.ID+" responsible; weight "+number(right)+".", "source", c.Source, "party", p.ID, "means", string(means), "weight", number(right))
	}
	if name := s.in.Extra["actor"]; name != "" && len(s.in.Claims) == 0 {
		// A data set about one side's acts gives the actor by design.
		if p := j.party(name); p != nil && slices.Contains(j.conflict, p.ID) {
			right := par.Claims[observation.Dataset]
			a.claimed(p.ID, right, false)
			a.join(byDataset)
			a.reasons.add("author-dataset", "The data set gives "+p.ID+" as the actor of all it holds; weight "+number(right)+".", "party", p.ID, "weight", number(right))
		}
	}
}

// claimed weighs a statement that names party and is right with a probability. word
// is set for a party's about another.
func (a *author) claimed(party string, right float64, word bool) {
	others := float64(max(1, len(a.candidates)-2))
	likelihood := func(id string) float64 {
		if id == party {
			return right
		}
		return (1 - right) / others
	}
	a.weigh(a.probability, likelihood)
	if !word {
		a.weigh(a.rest, likelihood)
	}
}

// independent reports whether a source said something of its own: what it
// copied is said once.
func independent(in *incident.Incident, source string) bool {
	known := false
	for _, m := range in.Members {
		if m.Source == source {
			if m.Independent {
				return true
			}
			known = true
		}
	}
	return !known
}

func (a *author) join(g ground) {
	if n := len(a.grounds); n == 0 || a.grounds[n-1] != g {
		a.grounds = append(a.grounds, g)
	}
}

// responsible answers by the threshold; below it the party stays unsaid, as it does
// where little but a party's word speaks against it.
func (j *Judge) responsible(a *author, threshold float64) Responsible {
	r := Responsible{Candidates: make([]Candidate, len(a.candidates))}
	r.rest(a.grounds...)
	for i, id := range a.candidates {
		r.Candidates[i] = Candidate{Party: id, Probability: round(a.probability[i])}
	}
	slices.SortStableFunc(r.Candidates, func(x, y Candidate) int {
		switch {
		case x.Probability > y.Probability:
			return -1
		case x.Probability < y.Probability:
			return 1
		}
		return 0
	})
	if first := r.Candidates[0]; first.Party != "" && first.Probability >= threshold {
		if a.rest[slices.Index(a.candidates, first.Party)] >= j.par.Author.BesideWord {
			r.Party, r.Probability = first.Party, first.Probability
		}
	}
	return r
}

func (j *Judge) describeAuthor(c *chain, r Responsible, threshold float64) {
	if r.Party != "" {
		c.add("author", "Responsible: "+r.Party+" with "+percent(r.Probability)+"; the terms ask for "+percent(threshold)+".", "party", r.Party, "probability", number(r.Probability), "threshold", number(threshold))
		return
	}
	best := r.Candidates[0]
	if best.Party != "" && best.Probability >= threshold {
		c.add("author-word", "Who is responsible is undetermined: little but a party's word speaks for who did it.", "probability", number(best.Probability), "threshold", number(threshold))
		return
	}
	c.add("author-undetermined", "Who is responsible is undetermined: no party reaches "+percent(threshold)+".", "probability", number(best.Probability), "threshold", number(threshold))
}
