module github.com/truce-monitor/truce/bench/zones/memory

go 1.26.0

require (
	github.com/golang/geo v0.0.0-20260818125358-b200a1149890
	github.com/tidwall/geojson v1.4.5
)
