package incident

import "slices"

// copies ties what says that it repeats another to that other: it goes where the
// other goes. A sum over events is no copy of one of them.
func (s *solver) copies() {
	for i := range s.entries {
		s.entries[i].root, s.entries[i].same = int32(i), nil
	}
	var index map[reference]int32
	for i := range s.entries {
		e := &s.entries[i]
		if e.origin == "" || contains(e.o.Caveats, s.m.Caveats.Never) || e.act < 0 {
			continue
		}
		if index == nil {
			index = make(map[reference]int32, len(s.entries))
			for j := range s.entries {
				o := s.entries[j].o
				index[reference{o.Source, o.Ref}] = int32(j)
			}
		}
		j, ok := s.original(index, e)
		if !ok {
			continue
		}
		if a, b := s.rootOf(int32(i)), s.rootOf(j); a != b {
			s.entries[a].root = b
		}
	}
	if index == nil {
		return
	}
	for i := range s.entries {
		r := s.rootOf(int32(i))
		s.entries[i].root = r
		if r == int32(i) {
			continue
		}
		root := &s.entries[r]
		root.same = append(root.same, int32(i))
		if e := &s.entries[i]; !root.est.known && e.est.known {
			root.est, root.ray, root.major, root.perLat, root.perLon = e.est, e.ray, e.major, e.perLat, e.perLon
		}
	}
}

func (s *solver) rootOf(i int32) int32 {
	for s.entries[i].root != i {
		i = s.entries[i].root
	}
	return i
}

// original finds what e copies: neither source nor reference is known to be
// free of a slash.
func (s *solver) original(index map[reference]int32, e *entry) (int32, bool) {
	for i := range len(e.origin) {
		if e.origin[i] != '/' {
			continue
		}
		j, ok := index[reference{e.origin[:i], e.origin[i+1:]}]
		if ok && s.entries[j].act >= 0 && !contains(s.entries[j].o.Caveats, s.m.Caveats.Never) {
			return j, true
		}
	}
	return 0, false
}

// results are the incidents' members, each and all in the order of the first.
func (s *solver) results() [][]int32 {
	var out [][]int32
	for k := range s.clusters {
		c := &s.clusters[k]
		if len(c.members) == 0 {
			continue
		}
		members := c.members
		for _, i := range c.members {
			members = append(members, s.entries[i].same...)
			for _, j := range s.entries[i].same {
				s.entries[j].verdict = verdict{score: s.m.Decision.Copy, why: repeats}
			}
		}
		slices.SortFunc(members, func(a, b int32) int { return before(s.entries[a].o, s.entries[b].o) })
		c.members = members
		out = append(out, members)
	}
	slices.SortFunc(out, func(a, b []int32) int { return before(s.entries[a[0]].o, s.entries[b[0]].o) })
	return out
}
