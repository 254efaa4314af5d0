package main

import (
	"fmt"
	"os"
	"runtime/pprof"
	"syscall"
	"time"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/simulate"
)

func prof(args []string) error {
	plan, err := simulate.Named("mission-year")
	if err != nil {
		return err
	}
	plan.Days = 20
	s := plan.Run(1, nil)
	f, _ := os.Create("/tmp/cpu.prof")
	pprof.StartCPUProfile(f)
	begin := time.Now()
	var a, b syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &a)
	var fuser incident.Fuser
	n := 0
	for range 3 {
		fuser = incident.Fuser{}
		for i := range s.Observations {
			fuser.Add(uint64(i), &s.Observations[i])
			if i%1000 == 0 {
				n += len(fuser.Closed())
			}
		}
		n += len(fuser.Flush())
	}
	syscall.Getrusage(syscall.RUSAGE_SELF, &b)
	pprof.StopCPUProfile()
	cpu := float64(b.Utime.Nano()-a.Utime.Nano()+b.Stime.Nano()-a.Stime.Nano()) / 1e9
	fmt.Printf("%.2f us CPU each, %.0f k/s of CPU\n", cpu/3/float64(len(s.Observations))*1e6, 3*float64(len(s.Observations))/cpu/1000)
	fmt.Println(len(s.Observations), float64(3*len(s.Observations))/time.Since(begin).Seconds())
	return nil
}
