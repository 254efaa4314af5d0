// Package reports makes reports such as a mission's sensors and patrols give,
// for measurements: the same in every run.
package reports

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

// Generate writes reports such as a mission's sensors and patrols give: some
// 3,000 a day, in the order of time save for what comes in late, several of
// one event. Without a size in MB they are so many rows. It returns how many
// rows and bytes they became.
func Generate(path string, rows, mb int) (n int, size int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, 0, err
	}
	w := &counter{w: bufio.NewWriterSize(f, 1<<20)}
	fmt.Fprintln(w, "source,ref,means,how,from,to,reported,lat,lon,radius_m,activity,weapon,count,grade,handling,text")
	r := rand.New(rand.NewPCG(1, 2))
	// Under the example's ceasefire, over half a year however many they are.
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	expected := rows
	if mb > 0 {
		expected = mb << 20 / 170
	}
	apart := float64(180*24*time.Hour) / (float64(expected) * 2 / 3)
	var lat, lon float64
	activity, weapon := "", ""
	kinds := [][2]string{{"explosion", "mortar-120"}, {"burst", "small-arms"}, {"shot", "small-arms"}, {"shelling", "artillery-ge100"}, {"uav-flight", "uav"}, {"presence", "tank"}, {"projectile", "unknown"}}
	for n = 0; mb == 0 && n < rows || mb > 0 && w.n < int64(mb)<<20; n++ {
		if n == 0 || r.IntN(3) > 0 { // a new event; else another report of the last
			at = at.Add(time.Duration(r.ExpFloat64() * apart))
			lat, lon = 47.2+r.Float64()*3, 35.5+r.Float64()*2.6
			k := kinds[r.IntN(len(kinds))]
			activity, weapon = k[0], k[1]
		}
		t := at.Add(time.Duration(r.NormFloat64() * float64(4*time.Second)))
		source := r.IntN(120)
		fmt.Fprintf(w, "sensor %d,%d,acoustic,recorded,%s,%s,%s,%.5f,%.5f,%d,%s,%s,%d,B2,TLP:AMBER,\"reported by the array, %d dB\"\n", source, n,
			t.Format(time.RFC3339), t.Add(3*time.Second).Format(time.RFC3339), t.Add(time.Minute).Format(time.RFC3339),
			lat+r.NormFloat64()*0.002, lon+r.NormFloat64()*0.003, 300+r.IntN(900), activity, weapon, 1+r.IntN(4), 60+r.IntN(60))
	}
	if err := w.w.Flush(); err != nil {
		return 0, 0, err
	}
	return n, w.n, f.Close()
}

type counter struct {
	w *bufio.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
