package simulate

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"

	"github.com/truce-monitor/truce/examples"
)

// point is a place in degrees WGS84.
type point struct{ lat, lon float64 }

const earthM = 6371008.8 // mean radius; a sphere is exact enough to invent places on

// move goes metres from p in the direction bearing, degrees from north.
func move(p point, bearing, metres float64) point {
	b, d := bearing*math.Pi/180, metres/earthM
	lat := p.lat * math.Pi / 180
	lat2 := math.Asin(math.Sin(lat)*math.Cos(d) + math.Cos(lat)*math.Sin(d)*math.Cos(b))
	lon2 := p.lon*math.Pi/180 + math.Atan2(math.Sin(b)*math.Sin(d)*math.Cos(lat), math.Cos(d)-math.Sin(lat)*math.Sin(lat2))
	return point{lat2 * 180 / math.Pi, lon2 * 180 / math.Pi}
}

// between is the distance in metres from a to b and the bearing at a.
func between(a, b point) (metres, bearing float64) {
	la, lb := a.lat*math.Pi/180, b.lat*math.Pi/180
	dLon := (b.lon - a.lon) * math.Pi / 180
	h := math.Pow(math.Sin((lb-la)/2), 2) + math.Cos(la)*math.Cos(lb)*math.Pow(math.Sin(dLon/2), 2)
	metres = 2 * earthM * math.Asin(math.Sqrt(h))
	bearing = math.Atan2(math.Sin(dLon)*math.Cos(lb), math.Cos(la)*math.Sin(lb)-math.Sin(la)*math.Cos(lb)*math.Cos(dLon)) * 180 / math.Pi
	return metres, math.Mod(bearing+360, 360)
}

// world is the line and its two sides.
type world struct {
	line    []point
	along   []float64 // metres from the start to each point
	parties [2]string // left, right
	sectors []sector
}

// sector is a stretch of the line that is watched and fired over.
type sector struct {
	at     point   // on the line
	along  float64 // metres along it from its start
	normal float64 // bearing from the line towards the left party
	area   string
	towns  [2]town // the nearest town on either side, for those who report by name
	hot    float64 // share of the fire
}

type town struct {
	name   string
	at     point
	party  string // on whose side
	number int    // from 1
}

// readLine reads the first LineString of an example's file.
func readLine(files fs.FS, name string) ([]point, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("reading the line: %w", err)
	}
	var doc struct {
		Features []struct {
			Geometry struct {
				Type        string
				Coordinates [][2]float64
			}
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("reading the line %s: %w", name, err)
	}
	if len(doc.Features) == 0 || len(doc.Features[0].Geometry.Coordinates) < 2 {
		return nil, fmt.Errorf("reading the line %s: no LineString in it", name)
	}
	var line []point
	for _, c := range doc.Features[0].Geometry.Coordinates {
		line = append(line, point{c[1], c[0]})
	}
	return line, nil
}

// demoWorld is the line of the demonstration with its sectors. The towns are
// approximate and typed in; they only name places.
func demoWorld() *world {
	line, err := readLine(examples.Files(), "paris-2026/line-of-contact.geojson")
	if err != nil {
		panic(err) // an embedded file, which a test reads
	}
	w := &world{line: line, parties: [2]string{"russia", "ukraine"}, along: make([]float64, len(line))}
	for i := 1; i < len(line); i++ {
		d, _ := between(line[i-1], line[i])
		w.along[i] = w.along[i-1] + d
	}
	for _, s := range []struct {
		at          point // near the line; the sector lies at the nearest point of it
		area        string
		left, right town
		hot         float64
	}{
		{point{51.10, 34.93}, "Sumy", town{name: "Sudzha", at: point{51.19, 35.27}}, town{name: "Sumy", at: point{50.91, 34.80}}, 0.04},
		{point{50.28, 36.95}, "Kharkiv", town{name: "Shebekino", at: point{50.41, 36.90}}, town{name: "Bilyi Kolodiaz", at: point{50.20, 37.10}}, 0.06},
		{point{49.70, 37.73}, "Kharkiv", town{name: "Svatove", at: point{49.41, 38.15}}, town{name: "Izium", at: point{49.21, 37.26}}, 0.10},
		{point{49.02, 37.79}, "Donetsk", town{name: "Kreminna", at: point{49.05, 38.22}}, town{name: "Sloviansk", at: point{48.85, 37.61}}, 0.11},
		{point{48.82, 38.02}, "Donetsk", town{name: "Siversk", at: point{48.87, 38.10}}, town{name: "Kramatorsk", at: point{48.74, 37.58}}, 0.10},
		{point{48.54, 37.74}, "Donetsk", town{name: "Bakhmut", at: point{48.59, 38.00}}, town{name: "Druzhkivka", at: point{48.62, 37.53}}, 0.14},
		{point{48.34, 37.17}, "Donetsk", town{name: "Avdiivka", at: point{48.14, 37.74}}, town{name: "Dobropillia", at: point{48.46, 37.08}}, 0.16},
		{point{48.03, 36.55}, "Dnipropetrovsk", town{name: "Velyka Novosilka", at: point{47.84, 36.84}}, town{name: "Pokrovske", at: point{47.98, 36.23}}, 0.09},
		{point{47.66, 36.20}, "Zaporizhzhia", town{name: "Polohy", at: point{47.48, 36.26}}, town{name: "Omelnyk", at: point{47.60, 35.98}}, 0.09},
		{point{47.49, 35.74}, "Zaporizhzhia", town{name: "Tokmak", at: point{47.25, 35.71}}, town{name: "Orikhiv", at: point{47.57, 35.79}}, 0.06},
		{point{47.55, 34.55}, "Zaporizhzhia", town{name: "Enerhodar", at: point{47.50, 34.65}}, town{name: "Nikopol", at: point{47.57, 34.39}}, 0.02},
		{point{46.65, 32.66}, "Kherson", town{name: "Oleshky", at: point{46.62, 32.72}}, town{name: "Kherson", at: point{46.64, 32.61}}, 0.03},
	} {
		at, heading := w.nearest(s.at)
		w.sectors = append(w.sectors, sector{at: at, along: w.alongOf(at), normal: math.Mod(heading+270, 360), area: s.area, towns: [2]town{s.left, s.right}, hot: s.hot})
	}
	return w
}

// nearest is the vertex or the middle of a segment that is nearest to p, and
// the line's direction there.
func (w *world) nearest(p point) (point, float64) {
	best, at, heading := math.Inf(1), point{}, 0.0
	for i := 1; i < len(w.line); i++ {
		length, b := between(w.line[i-1], w.line[i])
		for _, share := range []float64{0, 0.25, 0.5, 0.75} {
			q := move(w.line[i-1], b, share*length)
			if d, _ := between(p, q); d < best {
				best, at, heading = d, q, b
			}
		}
	}
	return at, heading
}

// onLine is the point of the line that lies metres along it from its start,
// with the line's direction there.
func (w *world) onLine(metres float64) (point, float64) {
	metres = min(max(metres, 0), w.along[len(w.along)-1])
	for i := 1; i < len(w.line); i++ {
		if metres <= w.along[i] || i == len(w.line)-1 {
			_, b := between(w.line[i-1], w.line[i])
			return move(w.line[i-1], b, metres-w.along[i-1]), b
		}
	}
	return w.line[0], 0
}

// position along the line of a sector, metres.
func (w *world) alongOf(p point) float64 {
	best, at := math.Inf(1), 0.0
	for i := 1; i < len(w.line); i++ {
		length, b := between(w.line[i-1], w.line[i])
		for k := range 10 {
			share := float64(k) / 10
			if d, _ := between(p, move(w.line[i-1], b, share*length)); d < best {
				best, at = d, w.along[i-1]+share*length
			}
		}
	}
	return at
}

// beside is the place metres from the line on the side of party 0 (left) or 1
// (right), at a point of the line.
func beside(on point, heading float64, side int, metres float64) point {
	bearing := heading + 270
	if side == 1 {
		bearing = heading + 90
	}
	return move(on, math.Mod(bearing, 360), metres)
}
