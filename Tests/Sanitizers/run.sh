#!/bin/sh
# Runs the tests that a sanitizer supports, in debug: those of the file format and of the runtime, whose threads share memory.
# Usage: run.sh address|thread [FILTER]
# (`Tests/Kernels/run.sh sanitize` does so for the kernels, which an optimised build compiles otherwise.)
set -eu
kind=${1:-address}
filter=${2:-FormatTests|RuntimeTests}
cd "$(dirname "$0")/../.."
case $kind in
  # Swift's runtime keeps metadata for as long as the process lives.
  address) export ASAN_OPTIONS=detect_leaks=0 ;;
  thread) export TSAN_OPTIONS=halt_on_error=1 ;;
  *)
    echo "no sanitizer '$kind': address or thread" >&2
    exit 64
    ;;
esac
exec swift test --sanitize="$kind" --scratch-path ".build/$kind" --filter "$filter"
