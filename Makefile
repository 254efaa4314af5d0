# make demo  build truce and do the whole job on the embedded example
# make test  everything that can be tested on this machine
# make web   build the pages anew (Node and npm); make screenshots: pictures of them in docs/screens (Chromium)

.PHONY: demo test bench clean web screenshots

demo: truce
	./truce demo

truce: $(shell git ls-files '*.go' '*.yaml' '*.json' '*.geojson' '*.csv' '*.sql' '*.css' go.mod web/dist)
	CGO_ENABLED=0 go build -trimpath -o truce ./cmd/truce

test:
	go test -timeout 20m $(TESTFLAGS) ./...

# One comparison with a peer, side by side in one run; each prints a ratio.
bench:
	go run ./bench/ingest -rows 200000
	go run ./bench/seal journal
	go run ./bench/seal past
	go run ./bench/zones build
	go run ./bench/zones versions
	go run ./bench/zones classify
	go run ./bench/zones peers
	go run ./bench/fusion score
	go run ./bench/fusion rate
	go run ./bench/watch all -incidents 100000 -for 20s -think 500ms

web:
	cd web && npm ci --no-audit --no-fund && npm run build

screenshots:
	go test ./web -count=1 -run TestScreens -screens $(CURDIR)/docs/screens

clean:
	rm -rf truce truce-demo
