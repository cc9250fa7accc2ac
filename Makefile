# `make help` explains the targets.
SOURCES_C = $$(git ls-files 'tests/*.[ch]' 'tests/*.cpp' 'tests/*.hpp' 'examples/*.c' 'examples/*.cpp' 'fuzz/*.[ch]' 'benches/*.c' 'include/*.hpp' 'bindings/node/addon/*.[ch]' 'bindings/python/native/*.[ch]')
STEPS = lint vectors rust lib abi law instructions c installed python wheel-test go node server live demo readme docs fuzz

.PHONY: $(shell sed -nE 's/^([a-z-]+):.*/\1/p' $(MAKEFILE_LIST))

help:
	@awk -F ':.*## ' '/^##/ { print substr($$0, 4) } /^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## The commands that matter:
demo: bootstrap lib go-library ## shows every language evaluating the same flags, in one table
	@scripts/docs/demo.sh

test: bootstrap ## runs everything that a change must pass
	@scripts/test/steps.sh $(STEPS)

lib: ## builds the shared and the static library into build/lib
	@scripts/build/library.sh

install: lib ## installs headers, libraries, flagbit.pc and a CMake package below PREFIX (/usr/local), within DESTDIR
	@scripts/build/install.sh

format: ## formats Rust, C, C++ and Go
	@gofmt -w bindings/go examples/go benches/languages/go
	@cargo fmt
	@cargo fmt --manifest-path server/Cargo.toml
	@clang-format -i $(SOURCES_C)

##
## Packages, from the built library:
wheel: lib ## makes the Python wheel for other Linux machines, in build/wheel/dist
	@scripts/build/wheel.sh

node-package: lib ## makes the Node package's tarball, in build/node
	@scripts/build/node-package.sh

go-library: lib ## copies this platform's static library into the Go module
	@scripts/build/go-library.sh

##
## Steps of `make test`, each of which runs alone as well:
lint: server-lint ## checks formatting and pinned versions, and runs clippy
	@scripts/test/pinned.sh
	@cargo fmt --check
	@clang-format --dry-run --Werror $(SOURCES_C)
	@cargo clippy --all-targets -- -D warnings
	@cargo clippy --no-default-features -- -D warnings

vectors: ## compares the shared vectors with the independent implementation
	@python3 tests/fixtures/generate.py --check

rust: ## runs unit, integration and documentation tests; the engine alone, too
	@cargo test --no-run
	@PROPTEST_CASES=$${PROPTEST_CASES:-2000} cargo test --quiet
	@cargo test --no-default-features --lib

abi: lib ## checks the exported symbols, and the ABI against its baseline
	@scripts/test/abi.sh

law: lib ## checks the law of change: old readers answer what this library answers
	@python3 tests/law/check.py "$${FLAGBIT_LIBRARY:-build/lib/libflagbit.so}"

instructions: lib ## counts the instructions of the base hot paths and the library's bytes, against their table
	@scripts/test/instructions.sh

c: lib ## tests C and C++: plain, under sanitizers, under valgrind
	@scripts/test/c.sh

installed: lib ## builds C and C++ against an installed copy: pkg-config, CMake, Meson
	@scripts/test/install.sh

python: lib ## tests the Python package as installed
	@scripts/test/python.sh

wheel-test: wheel ## tries the wheel on every Python there is
	@scripts/test/wheel.sh

go: lib ## tests the Go module: plain, under the race detector, as installed
	@scripts/test/go.sh

node: lib ## tests the Node package as installed
	@scripts/test/node.sh

server: server-lint ## tests the server on SQLite and PostgreSQL, behind nginx, and as systemd sees it
	@scripts/test/server.sh

live: lib ## has clients in Rust, C and C++ follow the real server, which is killed and comes back
	@scripts/test/live.sh

readme: ## runs the README's programs
	@scripts/docs/readme.sh

docs: lib ## checks that what the documents show is true
	@PYTHONPATH=bindings/python/src FLAGBIT_LIBRARY_PATH=build/lib/libflagbit.so python3 scripts/docs/pages.py
	@python3 scripts/docs/bindings.py

fuzz: ## fuzzes parsers and sequences of calls, for SECONDS_EACH (10) seconds each
	@scripts/test/fuzz.sh

##
## Longer tests, and benchmarks, which write docs/benchmarks.md:
test-full: bootstrap ## runs the same tests with more random cases, longer fuzzing and longer stress
	@PROPTEST_CASES=200000 SECONDS_EACH=150 FLAGBIT_STRESS_SECONDS=30 scripts/test/steps.sh $(STEPS)

torture: bootstrap ## fuzzes for half an hour; then TSan, Miri, chaos and a soak (TORTURE chooses)
	@scripts/test/torture.sh

chaos: ## disturbs disk, clock, database and servers for CHAOS_SECONDS (300) each, and counts lost writes
	@scripts/test/chaos.sh

soak: lib ## follows a busy server for SOAK_SECONDS (1800), and compares memory, threads and descriptors
	@scripts/test/soak.sh

mutants: ## changes engine and client, and reports what no test notices (MUTANTS_SAMPLE: how many)
	@scripts/test/mutants.sh

advisories: ## compares what is locked with a local copy of OSV's database in the folder ADVISORIES
	@scripts/test/advisories.sh

bench: bootstrap ## measures time and memory of the engine and of other evaluators
	@scripts/bench/evaluation.sh

bench-fresh: bootstrap ## measures how soon clients of a server see a change, and what they cost
	@scripts/bench/fresh.sh

bench-languages: bootstrap ## measures the bindings and the fastest peers of their languages
	@scripts/bench/languages.sh

bench-openfeature: bootstrap ## measures what a provider adds to a call of OpenFeature
	@scripts/bench/openfeature.sh

bench-server: bootstrap ## measures the server and other flag servers
	@scripts/bench/server.sh

bench-usage: bootstrap ## measures what reports of usage cost the server
	@scripts/bench/usage.sh

##
## Rarely called by hand:
bootstrap: ## installs what is missing, or says what to install
	@scripts/build/bootstrap.sh

header: ## writes include/flagbit.h and the numbers of the bindings from the sources
	@UPDATE_HEADER=1 cargo test --quiet --test it header

server-lint: ## checks the server's formatting and runs clippy
	@cargo fmt --check --manifest-path server/Cargo.toml
	@cargo clippy --all-targets --manifest-path server/Cargo.toml -- -D warnings
