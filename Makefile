# Two commands: `make demo` and `make test`. `make help` lists the rest.
.PHONY: help demo test test-full torture bench bench-fresh bench-languages bench-openfeature live bootstrap lib install installed lint vectors rust abi law instructions c python go go-library node readme docs fuzz wheel header format server server-lint

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

demo: bootstrap lib go-library ## every language evaluates the same flags: one table
	@scripts/demo.sh

test: bootstrap ## everything that a change must pass
	@scripts/steps.sh lint vectors rust lib abi law instructions c installed python wheel go node server live demo readme docs fuzz

test-full: bootstrap ## the same with more random cases, longer fuzzing and longer stress
	@PROPTEST_CASES=200000 SECONDS_EACH=150 FLAGBIT_STRESS_SECONDS=30 scripts/steps.sh lint vectors rust lib abi law instructions c installed python wheel go node server live demo readme docs fuzz

torture: bootstrap ## half an hour of fuzzing
	@SECONDS_EACH=1800 scripts/steps.sh fuzz

bench: bootstrap ## time and memory, beside other evaluators; writes docs/benchmarks.md
	@scripts/bench.sh

bench-fresh: bootstrap ## how soon clients of a server see a change, and what they cost; writes docs/benchmarks.md
	@scripts/bench-fresh.sh

bench-languages: bootstrap ## the bindings beside the fastest peers of their languages; writes docs/benchmarks.md
	@scripts/bench-languages.sh

bench-openfeature: bootstrap ## what a provider adds to a call of OpenFeature, beside others'; writes docs/benchmarks.md
	@scripts/bench-openfeature.sh

bootstrap: ## installs what is missing, or says what to install
	@scripts/bootstrap.sh

lib: ## the shared and the static library, into build/lib
	@scripts/library.sh

install: lib ## headers, libraries, flagbit.pc and a CMake package below PREFIX (/usr/local), within DESTDIR
	@scripts/install.sh

installed: lib ## C and C++ against an installed copy: pkg-config, CMake, Meson
	@scripts/test-install.sh

lint: server-lint ## formatting and clippy
	@cargo fmt --check
	@clang-format --dry-run --Werror $$(git ls-files 'tests/*.[ch]' 'tests/*.cpp' 'tests/*.hpp' 'examples/*.c' 'examples/*.cpp' 'fuzz/*.c' 'benches/*.c' 'include/*.hpp' 'bindings/node/addon/*.[ch]')
	@cargo clippy --quiet --all-targets -- -D warnings
	@cargo clippy --quiet --no-default-features -- -D warnings

server-lint:
	@cargo fmt --check --manifest-path server/Cargo.toml
	@cargo clippy --quiet --all-targets --manifest-path server/Cargo.toml -- -D warnings

server: server-lint ## the server: its tests on SQLite and PostgreSQL, behind nginx, and as systemd sees it
	@cargo test --quiet --manifest-path server/Cargo.toml
	@python3 scripts/test_server_docs.py
	@server/tests/schemathesis.sh
	@build/server-venv/bin/python server/tests/ofrep.py
	@deploy/test-nginx.sh
	@if command -v systemd-analyze > /dev/null; then deploy/test-systemd.sh; fi

live: lib ## clients in Rust, C and C++ of the real server, which is killed and comes back
	@scripts/test-live.sh

vectors: ## the shared vectors are what the independent implementation answers
	@python3 tests/fixtures/generate.py --check

rust: ## unit, integration and documentation tests; the engine alone
	@PROPTEST_CASES=$${PROPTEST_CASES:-2000} cargo test --quiet
	@cargo test --quiet --no-default-features --lib

abi: lib ## exported symbols, and the ABI against its baseline
	@scripts/abi.sh

law: lib ## the law of change: what old readers answer is what this library answers
	@python3 tests/law/check.py "$${FLAGBIT_LIBRARY:-build/lib/libflagbit.so}"

instructions: lib ## instructions of the base hot paths and the library's size, against their table
	@scripts/instructions.sh

c: lib ## C and C++: plain, under sanitizers, under valgrind
	@scripts/test-c.sh

python: lib ## the Python package, as installed
	@scripts/test-python.sh

wheel: lib ## the Python wheel for other Linux machines, into build/wheel/dist, tried on every Python there is
	@scripts/wheel.sh

go: lib ## the Go module: plain, under the race detector, as installed
	@scripts/test-go.sh

node: lib ## the Node package, as installed
	@scripts/test-node.sh

go-library: lib ## the static library of this platform, into the Go module
	@scripts/go-library.sh

readme: ## the README's programs
	@scripts/test-readme.sh

docs: lib ## what the documents show is true
	@PYTHONPATH=bindings/python/src FLAGBIT_LIBRARY_PATH=build/lib/libflagbit.so python3 scripts/test_docs.py
	@python3 scripts/test_bindings.py

fuzz: ## the parsers, for SECONDS_EACH (20) seconds each
	@scripts/fuzz.sh

header: ## writes include/flagbit.h and the numbers of the bindings from the sources
	@UPDATE_HEADER=1 cargo test --quiet --test it header

format: ## formats Rust, C, C++ and Go
	@gofmt -w bindings/go examples/go benches/languages/go
	@cargo fmt
	@cargo fmt --manifest-path server/Cargo.toml
	@clang-format -i $$(git ls-files 'tests/*.[ch]' 'tests/*.cpp' 'tests/*.hpp' 'examples/*.c' 'examples/*.cpp' 'fuzz/*.c' 'benches/*.c' 'include/*.hpp' 'bindings/node/addon/*.[ch]')
