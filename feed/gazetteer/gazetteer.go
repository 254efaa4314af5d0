// Package gazetteer reads lists of what is where or what there is: populated
// places, power plants, ceasefire agreements.
package gazetteer

import (
	"errors"
	"fmt"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/geo"
)

// Settlements is the table of populated places of the countries-states-cities
// database, as mirrors cut it by country.
var Settlements = format.Format{
	Name:   "settlements",
	Title:  "populated places (countries-states-cities)",
	Credit: "countries-states-cities database, ODbL 1.0; share alike what is derived from it",
	Detect: format.IfHas("id", "name", "region", "region_id", "latitude", "longitude"),
	Open: func(in *format.Input) (item.Reader, error) {
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			at, err := position(r)
			if err != nil {
				return err
			}
			p := &item.Place{Source: in.SourceOr("countries-states-cities"), Ref: r.Get("id"), Name: r.Get("name"), Area: r.Get("region"), Position: at}
			if p.Ref == "" || p.Name == "" {
				return errors.New("id or name is missing")
			}
			emit(item.Item{Place: p})
			return nil
		})
	},
}

// plantRadiusM is how far a plant's true place may lie from the one given: the
// extent of its grounds; roughM where the source places by name.
const (
	plantRadiusM = 1500
	roughM       = 10e3
)

// PowerPlants is the Global Power Plant Database.
var PowerPlants = format.Format{
	Name:   "power-plants",
	Title:  "Global Power Plant Database",
	Credit: "Global Power Plant Database, World Resources Institute, CC BY 4.0",
	Detect: format.IfHas("gppd_idnr", "name", "latitude", "longitude", "primary_fuel", "capacity_mw"),
	Open: func(in *format.Input) (item.Reader, error) {
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			at, err := position(r)
			if err != nil {
				return err
			}
			s := &item.Site{Source: in.SourceOr("gppd"), Ref: r.Get("gppd_idnr"), Name: r.Get("name"), Kind: "power-plant", Position: at, RadiusM: plantRadiusM,
				Properties: r.Extra("country", "capacity_mw", "primary_fuel", "other_fuel1", "commissioning_year", "owner", "geolocation_source", "year_of_capacity_data", "url"),
				Caveats:    []string{"state-of-2021"}}
			if s.Ref == "" || s.Name == "" {
				return errors.New("gppd_idnr or name is missing")
			}
			if r.Get("primary_fuel") == "Nuclear" {
				s.Kind = "nuclear-plant"
			}
			if r.Get("geolocation_source") == "Wiki-Solar" {
				s.RadiusM = roughM
				s.Caveats = append(s.Caveats, "placed-roughly")
			}
			emit(item.Item{Site: s})
			return nil
		})
	},
}

// PAX is the index of ceasefire agreements of the PA-X database.
var PAX = format.Format{
	Name:   "pa-x",
	Title:  "PA-X index of ceasefire agreements",
	Credit: "PA-X Peace Agreements Database, University of Edinburgh; ask before passing the data on. Bell & Badanjak (2019), Journal of Peace Research 56(3)",
	Detect: format.IfHas("agtid", "agt", "dat", "con", "ppname", "stage"),
	Open: func(in *format.Input) (item.Reader, error) {
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			x := &item.Reference{Source: in.SourceOr("pa-x"), Ref: r.Get("agtid"), Kind: "agreement", Title: r.Get("agt"),
				Properties: r.Extra("con", "ppname", "reg", "loc1iso", "loc2iso", "ucdpcon", "status", "agtp", "stage", "stagesub", "lgt", "ce", "ceprov", "cegen")}
			if x.Ref == "" {
				return errors.New("AgtId is missing")
			}
			x.URL = "https://www.peaceagreements.org/agreements/" + x.Ref + "/"
			var err error
			if x.Date, err = time.Parse(time.DateOnly, r.Get("dat")); err != nil {
				return fmt.Errorf("dat: %q is not a day such as 2015-02-12", r.Get("dat"))
			}
			emit(item.Item{Reference: x})
			return nil
		})
	},
}

func position(r *table.Record) (p geo.Point, err error) {
	if p.Lat, err = value.Float([]byte(r.Get("latitude"))); err != nil {
		return p, fmt.Errorf("latitude: %w", err)
	}
	if p.Lon, err = value.Float([]byte(r.Get("longitude"))); err != nil {
		return p, fmt.Errorf("longitude: %w", err)
	}
	if !p.Valid() {
		return p, fmt.Errorf("latitude %g, longitude %g is no place", p.Lat, p.Lon)
	}
	return p, nil
}
