module github.com/truce-monitor/truce/bench/interop

go 1.26.0

replace github.com/truce-monitor/truce => ../..

require (
	filippo.io/torchwood v0.9.1-0.20260706112420-c22a68158d96
	github.com/transparency-dev/formats v0.1.1
	github.com/transparency-dev/merkle v0.0.2
	github.com/truce-monitor/truce v0.0.0
	golang.org/x/mod v0.42.0
)

require (
	filippo.io/mldsa v0.0.0-20260215214346-43d0283efc3e // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sync v0.21.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
