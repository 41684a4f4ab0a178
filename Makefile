# make quickstart   installs what is missing, builds, trains two models in a few minutes and compares them
# make table        builds, trains the domain's whole table with tiny parts on simulated cells
# make test         installs what is missing, checks the style, builds, runs all tests and the examples
# make test-sets    after it: all tests under each instruction set that the processor has
# make check        what a commit has to pass: the style, and the tests without the examples
# make docs         builds, and makes the catalogues of DocC: an archive for each library in .build/docs
# make kernels      what needs no Swift package: every kernel under the sanitizers, and those of NEON in an emulator
# make test-mpi     training by MPI: builds the tool with the trait; needs mpirun and a compiler's view of MPI (libopenmpi-dev)
# make release-check  what a tag has to pass: all tests, and an outside package that depends on a bare clone by version

ZOO := .build/release/zoo
# Tests see what is internal to a module, in release too.
# Without debug information it takes a seventh less time to compile.
TESTING := -Xswiftc -enable-testing -debug-info-format none
# Not runs/quickstart, which is where `zoo train quickstart` writes.
RUNS := runs/quickstart-demo

.PHONY: quickstart table test test-sets test-mpi check docs kernels release-check install build lint record

quickstart: build
	rm -rf $(RUNS)
	$(ZOO) train quickstart --run-dir $(RUNS)/resnet
	$(ZOO) train quickstart model.backbone=efficientnet_tiny --run-dir $(RUNS)/efficientnet
	$(ZOO) compare $(RUNS)/resnet $(RUNS)/efficientnet --html $(RUNS)/comparison.html
	@echo "Open $(RUNS)/comparison.html, and the report.html of each run, in a browser."

# Goes on where it was stopped.
table: build
	$(ZOO) train pyroptosis-table-small --run-dir runs/pyroptosis-table-small
	@echo "Open runs/pyroptosis-table-small/comparison.html in a browser."

# One build serves the tests, the tool and the examples; `make release-check` builds them as packages of their own.
test: install lint
	swift build -c release --build-tests $(TESTING)
	rm -rf runs/examples
	$(ZOO) train quickstart train.epochs=1 data.simulation.cellsPerClass=8 --run-dir runs/examples/model
	.build/release/my-zoo check quickstart model.backbone=plain
	.build/release/embedding runs/examples/model/model.zoo
	swift test -c release $(TESTING) --skip-build

# The tool refuses a set that the processor lacks.
test-sets:
	@for set in portable avx2 avx512 amx neon; do \
	  ZOO_ISA=$$set $(ZOO) list >/dev/null 2>&1 || continue; \
	  echo "ZOO_ISA=$$set"; ZOO_ISA=$$set swift test -c release $(TESTING) --skip-build || exit 1; done

test-mpi:
	swift build -c release --product zoo --traits MPI
	Tests/Release/mpi.sh

check: lint
	swift build -c release --build-tests $(TESTING)
	swift test -c release $(TESTING) --skip-build

docs: build
	Documentation/build.sh

kernels:
	Tests/Kernels/run.sh sanitize
	Tests/Kernels/run.sh neon

release-check: test
	Tests/Release/check.sh

build: install
	swift build -c release --product zoo

lint:
	swift format lint --strict --recursive Package.swift Sources Zoo Tests Examples/CustomBackbone \
	  Examples/Embedding/Package.swift Examples/Embedding/Sources
	clang-format --dry-run -Werror $$(find Sources/Runtime/Kernels -name '*.[ch]' -o -name '*.inc')

# Writes the kept texts (help pages, reference of the spec) anew.
record: install
	ZOO_RECORD=1 swift test -c release $(TESTING) --filter 'HelpTests|SpecReferenceTests'

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# dataset-fashion-mnist is the data of one spec, fashion-mnist; all else works without it.
install:
ifeq ($(shell uname -s),Darwin)
	@for package in protobuf-c libtiff jpeg-turbo c-blosc zstd pkg-config clang-format; do \
	  brew list $$package >/dev/null 2>&1 || brew install $$package || exit 1; done
else
	@missing=; for package in libprotobuf-c-dev libtiff-dev libjpeg-dev zlib1g-dev libblosc-dev libzstd-dev pkg-config clang-format \
	  dataset-fashion-mnist; do \
	  dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; fi
endif
	@command -v swift >/dev/null || { echo "Install Swift 6.1 or later: https://www.swift.org/install"; exit 1; }
