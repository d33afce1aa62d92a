# `make` prints what there is. Building and testing needs Go alone; what else a target needs it fetches or names.

LINT := go tool -modfile=deploy/tools/lint.mod golangci-lint
VULN := go tool -modfile=deploy/tools/vuln.mod govulncheck

.DEFAULT_GOAL := help
.PHONY: build test simulate truth fuzz museum race cover lint vuln test-kafka soak bench bench-check kafka kafka-stop demo-northwind check-deploy tidy help

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the binary, into bin/waybill: static, for this machine
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/waybill ./cmd/waybill

test: ## go vet and all tests that need no broker
	go vet -tags kafka,synctests ./...
	go test ./...
	go test -tags synctests -run TestLife ./stream/kafka

museum: ## put one known bug back at a time and look whether the named test or checker finds it (see docs/proof.md)
	go run ./museum -jobs 2

fuzz: SECONDS ?= 20
fuzz: ## look for so many SECONDS for an input that breaks each fuzz target (SECONDS=20)
	deploy/fuzz.sh $(SECONDS)

race: ## the tests of what runs in parallel, under the race detector (needs a C compiler)
	go test -race ./state/... ./stream/... ./schemas/...

cover: ## the tests of processors/, which are to cover 95 % of its statements
	deploy/coverage.sh 95 ./processors/...

lint: ## golangci-lint, pinned in deploy/tools/lint.mod (builds it the first time: some minutes)
	$(LINT) run ./...

vuln: ## known vulnerabilities in what we depend on and call; needs the network
	$(VULN) ./...

simulate: ## SEEDS=10000 of a distributor's weeks on a simulated cluster in which everything goes wrong
	go run ./cmd/waybill simulate --seeds $(or $(SEEDS),10000)

truth: ## EVENTS=1000000 of a distributor with all kinds of dirt, SEED=1: what comes out is compared with what it knows must come out
	go run ./distributor/truth -events $(or $(EVENTS),1000000) -seed $(or $(SEED),1)

bench: ## waybill beside a bare client and beside Kafka Streams, the same work in the same run (some 20 minutes; ARGS=-quick: a look, ARGS=-growth: plots)
	go run ./bench $(ARGS)

bench-check: ## micro benchmarks of HEAD~1 and HEAD in turn: fails when one takes over 10 % more time (BEFORE= other commits)
	deploy/benchcheck.sh $(BEFORE)

kafka: ## start an Apache Kafka and a schema registry on this machine (needs Java 17 and Maven; data goes when they stop)
	deploy/kafka/start.sh

kafka-stop: ## stop them
	deploy/kafka/stop.sh

test-kafka: ## the end-to-end tests on a Kafka and a registry of their own
	deploy/kafka/test.sh

soak: ## MINUTES=10 on three brokers while brokers and processes are killed, stopped and wiped (SEED=, STATE=1GiB)
	go build -o bin/soak ./e2e/soak
	bin/soak -minutes $(or $(MINUTES),10) $(if $(SEED),-seed $(SEED)) $(if $(STATE),-state $(STATE))

demo-northwind: ## real orders through the whole pipeline: billed value by customer and every exception
	examples/northwind/demo.sh

check-deploy: ## alert rules, compose file, dashboard, shell scripts
	deploy/check.sh

tidy: ## go.mod, go.sum and the layout of the source
	go mod tidy
	gofmt -l -w .

# The tools' module files hold the tools alone, and go mod tidy would add the product to them. A newer release comes by:
#   go get -tool -modfile=deploy/tools/lint.mod github.com/golangci/golangci-lint/v2/cmd/golangci-lint@latest
