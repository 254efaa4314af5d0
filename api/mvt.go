package api

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Mapbox Vector Tile 2.1 (https://github.com/mapbox/vector-tile-spec/tree/master/2.1).
// paulmach/orb would encode it too, but brings a database's driver and an
// abandoned protobuf along; protowire is there for Prometheus already.

const extent = 4096 // units to a side of a tile

// The geometry types.
const (
	mvtPoint   = 1
	mvtLine    = 2
	mvtPolygon = 3
)

// tileLayer gathers the features of a layer.
type tileLayer struct {
	name     string
	features [][]byte
	keys     map[string]uint64
	names    []string
	values   map[any]uint64
	encoded  [][]byte
}

func newTileLayer(name string) *tileLayer {
	return &tileLayer{name: name, keys: map[string]uint64{}, values: map[any]uint64{}}
}

// property is a string, float64 or int with its name; empty ones are left away.
type property struct {
	name  string
	value any
}

// add adds a feature. parts are in units of the tile, y downwards: points, lines, or
// rings that are not closed.
func (l *tileLayer) add(kind int, parts [][][2]int32, properties []property) {
	geometry := commands(kind, parts)
	if len(geometry) == 0 {
		return
	}
	var tags []byte
	for _, p := range properties {
		if p.value == "" {
			continue
		}
		k, ok := l.keys[p.name]
		if !ok {
			k = uint64(len(l.names))
			l.keys[p.name] = k
			l.names = append(l.names, p.name)
		}
		v, ok := l.values[p.value]
		if !ok {
			v = uint64(len(l.encoded))
			l.values[p.value] = v
			l.encoded = append(l.encoded, value(p.value))
		}
		tags = protowire.AppendVarint(protowire.AppendVarint(tags, k), v)
	}
	var f []byte
	f = protowire.AppendBytes(protowire.AppendTag(f, 2, protowire.BytesType), tags)
	f = protowire.AppendVarint(protowire.AppendTag(f, 3, protowire.VarintType), uint64(kind))
	f = protowire.AppendBytes(protowire.AppendTag(f, 4, protowire.BytesType), geometry)
	l.features = append(l.features, f)
}

func value(v any) (b []byte) {
	switch v := v.(type) {
	case string:
		return protowire.AppendString(protowire.AppendTag(b, 1, protowire.BytesType), v)
	case float64:
		return protowire.AppendFixed64(protowire.AppendTag(b, 3, protowire.Fixed64Type), math.Float64bits(v))
	case int:
		return protowire.AppendVarint(protowire.AppendTag(b, 6, protowire.VarintType), protowire.EncodeZigZag(int64(v)))
	}
	return b
}

// commands writes a geometry (section 4.3).
func commands(kind int, parts [][][2]int32) (b []byte) {
	const moveTo, lineTo, closePath = 1, 2, 7
	var x, y int32
	command := func(id, count int) { b = protowire.AppendVarint(b, uint64(id)|uint64(count)<<3) }
	to := func(p [2]int32) {
		b = protowire.AppendVarint(b, protowire.EncodeZigZag(int64(p[0]-x)))
		b = protowire.AppendVarint(b, protowire.EncodeZigZag(int64(p[1]-y)))
		x, y = p[0], p[1]
	}
	if kind == mvtPoint {
		n := 0
		for _, part := range parts {
			n += len(part)
		}
		if n == 0 {
			return nil
		}
		command(moveTo, n)
		for _, part := range parts {
			for _, p := range part {
				to(p)
			}
		}
		return b
	}
	for _, part := range parts {
		if len(part) < kind { // a line has two points at least, a ring three
			continue
		}
		command(moveTo, 1)
		to(part[0])
		command(lineTo, len(part)-1)
		for _, p := range part[1:] {
			to(p)
		}
		if kind == mvtPolygon {
			command(closePath, 1)
		}
	}
	return b
}

// tile writes the layers.
func tile(layers ...*tileLayer) (b []byte) {
	for _, l := range layers {
		if len(l.features) == 0 {
			continue
		}
		var x []byte
		x = protowire.AppendVarint(protowire.AppendTag(x, 15, protowire.VarintType), 2)
		x = protowire.AppendString(protowire.AppendTag(x, 1, protowire.BytesType), l.name)
		for _, f := range l.features {
			x = protowire.AppendBytes(protowire.AppendTag(x, 2, protowire.BytesType), f)
		}
		for _, k := range l.names {
			x = protowire.AppendString(protowire.AppendTag(x, 3, protowire.BytesType), k)
		}
		for _, v := range l.encoded {
			x = protowire.AppendBytes(protowire.AppendTag(x, 4, protowire.BytesType), v)
		}
		x = protowire.AppendVarint(protowire.AppendTag(x, 5, protowire.VarintType), extent)
		b = protowire.AppendBytes(protowire.AppendTag(b, 3, protowire.BytesType), x)
	}
	return b
}
