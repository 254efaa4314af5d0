test:
	go test ./...

.PHONY: test
