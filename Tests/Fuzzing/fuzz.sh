#!/bin/sh
# Fuzzes a reader with libFuzzer and the address sanitizer.
# Usage: fuzz.sh zoo|onnx|tensor|safetensors|pth|spec|png|tiff|npy|idx [SECONDS] [FOLDER]
# The corpus starts from the fixtures of the tests; what is found stays in FOLDER (.build/fuzz by default).
set -eu
target=$1
seconds=${2:-60}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${3:-$root/.build/fuzz}
fixtures=$root/Tests/FormatTests/Fixtures
images=$root/Tests/WorkbenchTests/Fixtures/images
corpus=$work/corpus-$target
mkdir -p "$corpus"
program=format-fuzzer
case $target in
  zoo) cp "$fixtures"/zoo/*.zoo "$corpus" ;;
  onnx) cp "$fixtures"/onnx/*.onnx "$corpus" ;;
  tensor) cp "$fixtures"/onnx/*.pb "$corpus" ;;
  safetensors) cp "$fixtures"/weights/*.safetensors "$corpus" ;;
  pth) cp "$fixtures"/weights/*.pth "$corpus" ;;
  *) program=workbench-fuzzer ;;
esac
case $target in
  zoo | onnx | tensor | safetensors | pth) ;;
  spec) cp "$root"/Zoo/Specs/*.json5 "$corpus" ;;
  png) cp "$images"/*.png "$corpus" ;;
  tiff) cp "$images"/*.tif "$corpus" ;;
  npy) cp "$images"/*.npy "$corpus" ;;
  idx)
    printf '\0\0\10\1\0\0\0\4\1\2\3\4' >"$corpus/labels"
    printf '\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\2\1\2\3\4' >"$corpus/images"
    gzip -c "$corpus/images" >"$corpus/images.gz"
    ;;
  *) echo "no reader '$target'" >&2; exit 64 ;;
esac
cat >"$work/module.modulemap" <<MAP
module ProtobufC [system] { header "$root/Sources/Format/ProtobufC/shim.h" link "protobuf-c" export * }
module ZooProto { header "$root/Sources/Format/Proto/include/zoo.pb-c.h" export * }
module ZooKernels { header "$root/Sources/Runtime/Kernels/include/ZooKernels.h" export * }
module LibTIFF [system] { header "$root/Zoo/Libraries/TIFF/shim.h" link "tiff" export * }
module ZLib [system] { header "$root/Zoo/Libraries/ZLib/shim.h" link "z" export * }
MAP
swift="swiftc -O -whole-module-optimization -swift-version 6 -parse-as-library -sanitize=fuzzer,address -package-name fuzz
  -Xcc -fmodule-map-file=$work/module.modulemap"
object=$work/zoo.pb-c.o
clang -c -O1 -fsanitize=address -I "$root/Sources/Format/Proto/include" "$root/Sources/Format/Proto/zoo.pb-c.c" \
  -o "$object"
if [ $program = format-fuzzer ]; then
  [ -x "$work/$program" ] && [ -z "$(find "$root/Sources/Format" "$here" -newer "$work/$program" -type f)" ] ||
    $swift -module-name FormatFuzzer $(find "$root/Sources/Format" -name '*.swift') "$here/FormatFuzzer.swift" \
      "$object" -lprotobuf-c -o "$work/$program"
elif [ ! -x "$work/$program" ] ||
  [ -n "$(find "$root/Sources" "$root/Zoo/Workbench" "$here" -newer "$work/$program" -type f)" ]; then
  # All modules as one: those that sources import are empty.
  for module in ZooFormat ZooRuntime ZooPlugins; do
    : >"$work/$module.swift"
    swiftc -emit-module -module-name $module -package-name fuzz "$work/$module.swift" \
      -emit-module-path "$work/$module.swiftmodule"
  done
  mkdir -p "$work/kernels"
  for source in $(find "$root/Sources/Runtime/Kernels" -name '*.c'); do
    clang -c -O1 -std=c17 -I "$root/Sources/Runtime/Kernels/include" "$source" \
      -o "$work/kernels/$(echo "${source#"$root"/Sources/Runtime/Kernels/}" | tr / -).o"
  done
  $swift -module-name WorkbenchFuzzer -I "$work" -I "$root/Sources/Format/Proto/include" \
    $(find "$root/Sources" "$root/Zoo/Workbench" -name '*.swift' ! -name 'SpecCatalogue+Standard.swift' \
      ! -name Exports.swift) \
    "$here/WorkbenchFuzzer.swift" "$object" "$work"/kernels/*.o -lprotobuf-c -ltiff -lz -o "$work/$program"
fi
ZOO_FUZZ=$target SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "$work/$program" "$corpus" \
  -max_total_time="$seconds" -timeout=1 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="$work/$target-"
