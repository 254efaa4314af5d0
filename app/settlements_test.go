package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/withdrawal"
)

func TestSettlements(t *testing.T) {
	const file = "\ufeffid,Name,latitude,longitude,people,region\n" +
		"1,Alpha,48.5,37.5,1200,North\n" +
		"2,Beta,48.6,37.6,,North\n" +
		"3,Gamma,95,37.6,10,South\n" +
		"4,Delta,48.6\n" +
		"5,\"Epsilon,\nthe old\",48.7,37.7,0,\n" +
		"6,Zeta,48.6,37.6,-4,\n" +
		"7,Eta\"s,48.6,37.6,4,\n" +
		"8,Theta,48.8,37.8,8,South\n"
	var told []string
	got, err := app.ReadSettlements(strings.NewReader(file), func(line int, err error) { told = append(told, fmt.Sprintf("%d: %v", line, err)) })
	if err != nil {
		t.Fatal(err)
	}
	want := []withdrawal.Settlement{
		{Name: "Alpha", Region: "North", At: geo.Point{Lat: 48.5, Lon: 37.5}, People: 1200},
		{Name: "Beta", Region: "North", At: geo.Point{Lat: 48.6, Lon: 37.6}, People: -1},
		{Name: "Epsilon,\nthe old", At: geo.Point{Lat: 48.7, Lon: 37.7}},
		{Name: "Theta", Region: "South", At: geo.Point{Lat: 48.8, Lon: 37.8}, People: 8},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	wantTold := []string{`4: latitude 95, longitude 37.6 is no place`, `5: lon "": expected degrees`, `8: population "-4": expected a whole number`, `9: bare " in non-quoted-field`}
	if d := cmp.Diff(wantTold, told); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{"", "name,x,y\na,1,2\n"} {
		if _, err := app.ReadSettlements(strings.NewReader(bad), nil); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// What is read is a place, and every row is either read or told of.
func FuzzSettlements(f *testing.F) {
	f.Add("name,lat,lon,population\nAlpha,48,37,12\n\"Beta\",north,37,\n")
	f.Fuzz(func(t *testing.T, file string) {
		got, err := app.ReadSettlements(strings.NewReader(file), func(line int, err error) {
			if line < 1 || err == nil {
				t.Errorf("told of line %d: %v", line, err)
			}
		})
		if err != nil {
			return
		}
		for _, s := range got {
			if !s.At.Valid() || s.People < -1 {
				t.Errorf("%+v", s)
			}
		}
	})
}
