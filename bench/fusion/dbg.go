package main

import "github.com/truce-monitor/truce/incident"

func dbg(args []string) error {
	incident.Dbg = true
	p, err := newPlay(args[0], 1)
	if err != nil {
		return err
	}
	p.fuse(&incident.Fuser{})
	return nil
}
