#!/bin/sh
# Fuzzes a reader of ZooFormat with libFuzzer and the address sanitizer.
# Usage: fuzz.sh zoo|onnx|tensor|safetensors|pth [SECONDS] [FOLDER]
# The corpus starts from the fixtures of FormatTests; what is found stays in FOLDER (.build/fuzz by default).
set -eu
target=$1
seconds=${2:-60}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${3:-$root/.build/fuzz}
fixtures=$root/Tests/FormatTests/Fixtures
mkdir -p "$work/corpus-$target"
case $target in
  zoo) cp "$fixtures"/zoo/*.zoo "$work/corpus-$target" ;;
  onnx) cp "$fixtures"/onnx/*.onnx "$work/corpus-$target" ;;
  tensor) cp "$fixtures"/onnx/*.pb "$work/corpus-$target" ;;
  safetensors) cp "$fixtures"/weights/*.safetensors "$work/corpus-$target" ;;
  pth) cp "$fixtures"/weights/*.pth "$work/corpus-$target" ;;
  *) echo "no reader '$target'" >&2; exit 64 ;;
esac
cat >"$work/module.modulemap" <<MAP
module ProtobufC [system] { header "$root/Sources/Format/ProtobufC/shim.h" link "protobuf-c" export * }
module ZooProto { header "$root/Sources/Format/Proto/include/zoo.pb-c.h" export * }
MAP
clang -c -O1 -fsanitize=address -I "$root/Sources/Format/Proto/include" \
  "$root/Sources/Format/Proto/zoo.pb-c.c" -o "$work/zoo.pb-c.o"
swiftc -O -swift-version 6 -parse-as-library -sanitize=fuzzer,address -package-name fuzz -module-name FormatFuzzer \
  -Xcc -fmodule-map-file="$work/module.modulemap" \
  $(find "$root/Sources/Format" -name '*.swift') "$here/FormatFuzzer.swift" "$work/zoo.pb-c.o" -lprotobuf-c \
  -o "$work/format-fuzzer"
ZOO_FUZZ=$target SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "$work/format-fuzzer" \
  "$work/corpus-$target" -max_total_time="$seconds" -timeout=1 -rss_limit_mb=2048 -max_len=65536 \
  -artifact_prefix="$work/$target-"
