package incident

import "fmt"

var Dbg bool

func (s *solver) dbg() {
	if !Dbg {
		return
	}
	names := make([]string, len(s.sources))
	for n, k := range s.sources {
		names[k] = n
	}
	n := make([]int, len(names))
	for i := range s.entries {
		n[s.entries[i].source]++
	}
	for k, h := range s.habit {
		if !h.usual() || n[k] > 25 {
			fmt.Printf("   %-40s n %4d alone %.2f fast %5.0f scale %.1f clock %.0f\n", names[k], n[k], s.alone[k], h.fastS, h.scale, h.clock)
		}
	}
	fmt.Println()
}
