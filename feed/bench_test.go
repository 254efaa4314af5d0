package feed_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/truce-monitor/truce/feed"
)

func ownCSV(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("source,ref,means,how,from,to,lat,lon,radius_m,activity,weapon,count,grade,text,handling\n")
	for i := range rows {
		fmt.Fprintf(&b, "acoustic-%d,2026-%06d,acoustic,detected,2026-01-%02dT%02d:%02d:%02dZ,,48.%05d,37.%05d,250,explosion,unknown,%d,B2,\"three bangs, then nothing\",TLP:GREEN\n",
			i%7, i, 1+i%28, i%24, i%60, i%60, i%100000, (i*7)%100000, 1+i%5)
	}
	return b.Bytes()
}

func BenchmarkOwnCSV(b *testing.B) {
	const rows = 100_000
	src := ownCSV(rows)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		s, err := feed.Open(bytes.NewReader(src), "own.csv", feed.Options{})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for {
			it, err := s.Next()
			if err == io.EOF {
				break
			}
			if err != nil || it.Observation == nil {
				b.Fatal(err, it.Quarantine)
			}
			n++
		}
		if n != rows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
}
