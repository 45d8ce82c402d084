# What a person types. `make` alone shows it all.

.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh

define HELP
make …
  test-3A        leader election
  test-3B        log replication
  test-3C        persistence
  test-3D        snapshots
  test-3         all four
  test-3E        faults that the course lacks: no part of the lab
  test-4A        the replicated state machine
  test-4B        the key/value service
  test-4C        the key/value service with snapshots
  test-4         all three
  test-4E        faults that the course lacks, under clients: no part of the lab
  test-2024      the key/value service in the course's older form: Get, Put, Append
  test-tiny      a step-driven Raft, by TinyKV's cases: test-tiny-2AA, -2AB, -2AC, -2C, -3A, -extra
  test           everything a change must pass: the tests of every crate, then all suites
  skeleton       a workspace for a Raft of your own: DIR=../my-raft says where; TRACK=tinykv
  check          format, lints, documentation, licences
  package        each crate that can be published, packed and built from what was packed
  bench          what a switch, an RPC and a suite cost, what the key/value service can do
  bench-against  how fast this checkout is beside another commit: REV=HEAD~1 says which
  book           the handout, as pages to read: target/book/index.html
  clean          remove what was built

The test targets take, in any combination:
  SEEDS=100      run each case under so many seeds
  SEED=17        begin with this seed (alone: run this one)
  FILTER=backup  run only the case of this name, or the cases whose name contains it
  MODE=isolated  in which world: sim, isolated (servers are processes), process, real (real time)
  RAFT=path      judge the Raft in that folder, instead of the reference
  KV=path        judge the key/value service in that folder, on either Raft
  TINY=path      judge the step-driven Raft in that folder, by TinyKV's cases and by the labs'
  JOBS=1         so many worker processes, instead of one for each processor
  CHAOS=1        all faults that no case asks for: messages late and twice, pauses, wrong clocks
  ARGS="…"       whatever else the runner knows; ARGS=--help shows it
endef

# A word for the shell, whatever it contains; and `--name word`, if there is one.
quote = '$(subst ','\'',$(1))'
option = $(if $(strip $(2)), --$(1) $(call quote,$(2)))
flag = $(if $(filter-out 0 no,$(2)), --$(1))

at_home = $(patsubst ~/%,$(HOME)/%,$(1))
# The runner works in a folder of its own, so it needs an absolute path.
absolute = $(if $(1),$(if $(filter /%,$(firstword $(call at_home,$(1)))),,$(CURDIR)/)$(call \
	at_home,$(1)))
HOME_DIR = $(call at_home,$(DIR))

OPTIONS = $(call option,seeds,$(SEEDS))$(call option,seed,$(SEED))$(call option,mode,$(MODE))$(call \
	option,jobs,$(JOBS))$(call option,filter,$(FILTER))$(call \
	option,raft,$(call absolute,$(RAFT)))$(call option,kv,$(call absolute,$(KV)))$(call \
	option,tiny,$(call absolute,$(TINY)))$(call flag,chaos,$(CHAOS)) $(ARGS)

LAB_3 := 3A 3B 3C 3D
LAB_4 := 4A 4B 4C
TINY_PARTS := tiny-2AA tiny-2AB tiny-2AC tiny-2C tiny-3A tiny-extra
PARTS := $(LAB_3) 3E $(LAB_4) 4E 2024 tiny $(TINY_PARTS)
RUN_SUITES = cargo run -q -p labs --

# cargo -q says nothing while it builds. Nobody should take that for a hang.
BUILT := $(wildcard $(or $(CARGO_TARGET_DIR),target)/debug/deps)
ANNOUNCE = $(if $(BUILT),,@echo "The first build takes about a minute." >&2)

# `make bench ARGS=RPC` is about one of the tables alone.
IN_PROFILE = $(if $(PROFILE),--profile $(PROFILE))

TARGETS := help $(PARTS:%=test-%) test-3 test-4 test skeleton check package bench bench-against \
	book clean
.PHONY: $(TARGETS)

VARIABLES := SEEDS SEED FILTER MODE RAFT KV TINY JOBS CHAOS ARGS DIR REV PROFILE

include raftlab/skeleton/near.mk

help:
	@: $(info $(HELP))

$(PARTS:%=test-%): test-%:
	$(ANNOUNCE)
	@$(RUN_SUITES) $*$(OPTIONS)

# A part in other letters, or a case: the runner knows what is meant.
test-%:
	$(ANNOUNCE)
	@$(RUN_SUITES) $(call quote,$*)$(OPTIONS)

test-3:
	$(ANNOUNCE)
	@$(RUN_SUITES) $(LAB_3)$(OPTIONS)

test-4:
	$(ANNOUNCE)
	@$(RUN_SUITES) $(LAB_4)$(OPTIONS)

# The suites come last, and take the options.
test:
	$(ANNOUNCE)
	@INSTA_UPDATE=no cargo test -q --workspace --exclude labs
	@$(RUN_SUITES) $(filter-out $(TINY_PARTS),$(PARTS))$(OPTIONS)

skeleton:
	$(if $(DIR),,$(error which folder? make skeleton DIR=../my-raft))
	$(ANNOUNCE)
	@cargo run -q -p raftlab -- new$(call option,track,$(TRACK)) $(call quote,$(HOME_DIR))

check:
	@cargo fmt --all --check
	@cargo clippy -q --workspace --all-targets -- -D warnings
	@RUSTDOCFLAGS="-D warnings" cargo doc -q --workspace --no-deps
	@.ci/deny

package:
	@.ci/package $(ARGS)

bench:
	@cargo bench -q -p raftlab-runner --bench costs $(IN_PROFILE) -- $(ARGS)
	$(if $(ARGS),,@cargo bench -q -p raftlab-runner --bench throughput $(IN_PROFILE))
	$(if $(ARGS),,@cargo bench -q -p linearizability $(IN_PROFILE))

# In the profile of the suites, like both sides.
bench-against:
	$(if $(REV),,$(error which commit? make bench-against REV=HEAD~1))
	@cargo bench -q -p raftlab-runner --bench against --profile dev -- $(call quote,$(REV)) $(ARGS)

book:
	@command -v mdbook >/dev/null || { echo "There is no mdbook: cargo install mdbook --locked" >&2; \
		exit 2; }
	@mdbook build book
	@cargo doc -q --no-deps -p labapi
	@mkdir -p target/book/api && cp -R "$(or $(CARGO_TARGET_DIR),target)/doc/." target/book/api

clean:
	@cargo clean -q
