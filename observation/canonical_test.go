package observation_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/observation"
)

func ptr(f float64) *float64 { return &f }

func full() observation.Observation {
	return observation.Observation{
		Source: "north-post", Ref: "2026-1", Means: observation.Post, How: observation.Heard,
		From: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), To: time.Date(2026, 2, 3, 4, 5, 6, 500_000_000, time.UTC),
		Reported: time.Date(2026, 2, 3, 5, 0, 0, 0, time.UTC),
		Position: &observation.Position{Lat: 48.05, Lon: 37.75, Radius: 250},
		Observer: &observation.Sighting{Lat: 48, Lon: 37.7, Bearing: ptr(0), BearingError: 7.5, Distance: ptr(4000), DistanceError: 1000},
		Place:    "Mill \"North\"", Area: "Дільниця 3",
		Activity: observation.Explosion, Weapon: observation.Mortar82, Count: observation.Count{N: 3, Min: 2, Max: 5},
		Direction: observation.Outgoing, Heading: ptr(270.5), Party: "east", Actors: []string{"east", ""},
		Harm:  observation.Casualties{Killed: 3, KilledCivilian: 2, KilledMilitary: 1, Injured: 4, InjuredCivilian: 3, InjuredMilitary: 1},
		Grade: "B2", Copies: "2026-0", Text: "boom\n\t\x01 <&> \u2028", Lang: "en", URL: "https://example.org/?a=1&b",
		Media:    []observation.Media{{SHA256: strings.Repeat("ab", 32)}, {URL: "https://example.org/p.jpg"}, {}},
		Handling: observation.AmberStrict, Caveats: []string{"relayed"},
		Extra: map[string]string{"b": "2", "a": "1", "\U0001F600": "above the BMP", "\uE000": "private use"},
	}
}

// TestCanonicalMembers compares with encoding/json by way of the struct tags,
// which hold the same names.
func TestCanonicalMembers(t *testing.T) {
	for name, o := range map[string]observation.Observation{"zero": {}, "full": full()} {
		t.Run(name, func(t *testing.T) {
			plain, err := json.Marshal(&o)
			if err != nil {
				t.Fatal(err)
			}
			var want, got any
			if err := json.Unmarshal(plain, &want); err != nil {
				t.Fatal(err)
			}
			b := observation.AppendCanonical(nil, &o)
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatalf("%v in %s", err, b)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestCanonicalBytes(t *testing.T) {
	o := full()
	const want = `{"activity":"explosion","actors":["east",""],"area":"Дільниця 3","caveats":["relayed"],"copies":"2026-0",` +
		`"count":{"max":5,"min":2,"n":3},"direction":"outgoing","extra":{"a":"1","b":"2","😀":"above the BMP","` + "\uE000" + `":"private use"},` +
		`"from":"2026-02-03T04:05:06Z","grade":"B2","handling":"TLP:AMBER+STRICT",` +
		`"harm":{"injured":4,"injured_civilian":3,"injured_military":1,"killed":3,"killed_civilian":2,"killed_military":1},` +
		`"heading_deg":270.5,"how":"heard","lang":"en","means":"post","media":[{"sha256":"abababababababababababababababababababababababababababababababab"},{"url":"https://example.org/p.jpg"},{}],` +
		`"observer":{"bearing_deg":0,"bearing_error_deg":7.5,"distance_error_m":1000,"distance_m":4000,"lat":48,"lon":37.7},` +
		`"party":"east","place":"Mill \"North\"","position":{"lat":48.05,"lon":37.75,"radius_m":250},"ref":"2026-1",` +
		`"reported":"2026-02-03T05:00:00Z","source":"north-post","text":"boom\n\t\u0001 <&> ` + "\u2028" + `","to":"2026-02-03T04:05:06.5Z",` +
		`"url":"https://example.org/?a=1&b","weapon":"mortar-82"}`
	if d := cmp.Diff(want, string(observation.AppendCanonical(nil, &o))); d != "" {
		t.Error(d)
	}
}

// The numbers are from RFC 8785, appendix B.
func TestCanonicalNumbers(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0", 0x8000000000000000: "0", 0x0000000000000001: "5e-324", 0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308", 0x4340000000000000: "9007199254740992", 0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000", 0x44b52d02c7e14af5: "9.999999999999997e+22", 0x44b52d02c7e14af6: "1e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000", 0x444b1ae4d6e2ef50: "1e+21", 0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7",
		0x3eb0c6f7a0b5ed8d: "0.000001", 0x41b3de4355555555: "333333333.3333333", 0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		o := observation.Observation{Position: &observation.Position{Lat: math.Float64frombits(bits)}}
		b := string(observation.AppendCanonical(nil, &o))
		if !strings.Contains(b, `{"lat":`+want+`,`) {
			t.Errorf("%x: want %s in %s", bits, want, b)
		}
		if back, err := observation.Parse([]byte(b)); err != nil || back.Position.Lat != o.Position.Lat {
			t.Errorf("%x: back as %v, %v", bits, back.Position, err)
		}
	}
}

func TestParseStrict(t *testing.T) {
	o := full()
	good := string(observation.AppendCanonical(nil, &o))
	for name, bad := range map[string]string{
		"empty":           "",
		"space":           strings.Replace(good, ":", ": ", 1),
		"trailing":        good + "\n",
		"cut":             good[:len(good)-5],
		"unknown":         strings.Replace(good, `"url"`, `"urn"`, 1),
		"not finite":      strings.Replace(good, `48.05`, `null`, 1),
		"long number":     strings.Replace(good, `48.05`, `48.050`, 1),
		"plus":            strings.Replace(good, `48.05`, `+48.05`, 1),
		"exponent":        strings.Replace(good, `48.05`, `4.805e1`, 1),
		"leading zero":    strings.Replace(good, `48.05`, `048.05`, 1),
		"escaped slash":   strings.Replace(good, `//`, `\/\/`, 1),
		"needless escape": strings.Replace(good, `boom`, `\u0062oom`, 1),
		"30 February":     strings.Replace(good, `2026-02-03T04:05:06Z`, `2026-02-30T04:05:06Z`, 1),
		"zone":            strings.Replace(good, `2026-02-03T05:00:00Z`, `2026-02-03T05:00:00+00:00`, 1),
		"fraction":        strings.Replace(good, `:06.5Z`, `:06.50Z`, 1),
		"empty member":    strings.Replace(good, `"party":"east"`, `"party":""`, 1),
		"order":           strings.Replace(good, `"max":5,"min":2`, `"min":2,"max":5`, 1),
		"UTF-8":           strings.Replace(good, "boom", "\xff", 1),
		"surrogate":       strings.Replace(good, "boom", `\ud83d\ude00`, 1),
		"twice":           strings.Replace(good, `"ref":"2026-1"`, `"ref":"2026-1","ref":"2026-1"`, 1),
	} {
		if bad == good {
			t.Fatalf("%s: nothing was replaced", name)
		}
		if _, err := observation.Parse([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		} else if !strings.HasPrefix(err.Error(), "observation: byte ") {
			t.Errorf("%s: %v names no place", name, err)
		}
	}
}

// draw makes any observation that has a canonical form, sensible or not.
func draw(t *rapid.T) observation.Observation {
	text := func(name string) string {
		return rapid.OneOf(rapid.Just(""), rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("a\"\\\n\x00\x7f\u00e9\u2028\uffff\U0001F600")))).Draw(t, name)
	}
	number := func(name string) float64 { return rapid.Float64().Draw(t, name) }
	pnumber := func(name string) *float64 {
		if !rapid.Bool().Draw(t, name+"?") {
			return nil
		}
		return ptr(number(name))
	}
	instant := func(name string) time.Time {
		if !rapid.Bool().Draw(t, name+"?") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, name), rapid.Int64Range(0, 999_999_999).Draw(t, name+" ns")).UTC()
	}
	integer := rapid.OneOf(rapid.Just(0), rapid.Int())
	o := observation.Observation{
		Source: text("source"), Ref: text("ref"), Means: observation.Means(text("means")), How: observation.How(text("how")),
		From: instant("from"), To: instant("to"), Reported: instant("reported"),
		Place: text("place"), Area: text("area"),
		Activity: observation.Activity(text("activity")), Weapon: observation.Weapon(text("weapon")),
		Count:     observation.Count{N: integer.Draw(t, "n"), Min: integer.Draw(t, "min"), Max: integer.Draw(t, "max")},
		Direction: observation.Direction(text("direction")), Heading: pnumber("heading"), Party: text("party"),
		Harm:  observation.Casualties{Killed: integer.Draw(t, "k"), KilledCivilian: integer.Draw(t, "kc"), KilledMilitary: integer.Draw(t, "km"), Injured: integer.Draw(t, "i"), InjuredCivilian: integer.Draw(t, "ic"), InjuredMilitary: integer.Draw(t, "im")},
		Grade: observation.Grade(text("grade")), Copies: text("copies"), Text: text("text"), Lang: text("lang"), URL: text("url"),
		Handling: observation.Handling(text("handling")),
	}
	if rapid.Bool().Draw(t, "position?") {
		o.Position = &observation.Position{Lat: number("lat"), Lon: number("lon"), Radius: number("radius")}
	}
	if rapid.Bool().Draw(t, "observer?") {
		o.Observer = &observation.Sighting{Lat: number("olat"), Lon: number("olon"), Bearing: pnumber("bearing"), BearingError: number("be"), Distance: pnumber("distance"), DistanceError: number("de")}
	}
	for range rapid.IntRange(0, 2).Draw(t, "actors") {
		o.Actors = append(o.Actors, text("actor"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "caveats") {
		o.Caveats = append(o.Caveats, text("caveat"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "media") {
		o.Media = append(o.Media, observation.Media{SHA256: text("sha256"), URL: text("murl")})
	}
	if m := rapid.MapOfN(rapid.String(), rapid.String(), 0, 4).Draw(t, "extra"); len(m) > 0 {
		o.Extra = m
	}
	return o
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := draw(t)
		b := observation.AppendCanonical(nil, &o)
		if !json.Valid(b) {
			t.Fatalf("not JSON: %s", b)
		}
		back, err := observation.Parse(b)
		if err != nil {
			t.Fatalf("%v: %s", err, b)
		}
		if d := cmp.Diff(o, back); d != "" {
			t.Fatal(d)
		}
	})
}

func FuzzParse(f *testing.F) {
	o := full()
	f.Add(observation.AppendCanonical(nil, &o))
	f.Add(observation.AppendCanonical(nil, &observation.Observation{}))
	f.Add([]byte(`{"activity":"x","extra":{"":""},"from":"2026-01-01T00:00:00.123456789Z","position":{"lat":1e-7,"lon":-0,"radius_m":1e+21}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := observation.Parse(b)
		if err != nil {
			return
		}
		again := observation.AppendCanonical(nil, &o)
		if string(again) != string(b) {
			t.Fatalf("%s came back as %s", b, again)
		}
	})
}

func BenchmarkAppendCanonical(b *testing.B) {
	for name, o := range benchmarks() {
		b.Run(name, func(b *testing.B) {
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				dst = observation.AppendCanonical(dst[:0], &o)
			}
			b.SetBytes(int64(len(dst)))
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for name, o := range benchmarks() {
		b.Run(name, func(b *testing.B) {
			src := observation.AppendCanonical(nil, &o)
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := observation.Parse(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchmarks() map[string]observation.Observation {
	o := full()
	usual := observation.Observation{
		Source: "north-post", Ref: "2026-000123", Means: observation.Acoustic, How: observation.Detected,
		From: o.From, To: o.To, Position: &observation.Position{Lat: 48.05123, Lon: 37.75321, Radius: 250},
		Activity: observation.Explosion, Weapon: observation.WeaponUnknown, Count: observation.Count{N: 3}, Grade: "B2", Text: "three explosions",
	}
	return map[string]observation.Observation{"full": o, "usual": usual}
}
