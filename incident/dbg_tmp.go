package incident

// DbgJoin is temporary: called for each entry with the probability of the best option.
var DbgJoin func(seq uint64, p float64, others []uint64, joined bool)

func (s *solver) dbg() {
	if DbgJoin == nil {
		return
	}
	for _, i := range s.bySize {
		if len(s.near.of(i)) == 0 {
			continue
		}
		best, _ := s.choose(i, false)
		if best.ratio == 0 {
			continue
		}
		sum := 1/s.entries[i].lonely - 1
		var others []uint64
		for _, j := range s.clusters[best.cluster].members {
			if j != i {
				others = append(others, s.entries[j].seq)
			}
		}
		DbgJoin(s.entries[i].seq, best.ratio/(1+sum), others, best.cluster == s.in[i])
	}
}
