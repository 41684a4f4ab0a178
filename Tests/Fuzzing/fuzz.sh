#!/bin/sh
# Fuzzes a reader, or what goes from one part into another, with libFuzzer and the address sanitizer.
# Usage: fuzz.sh zoo|onnx|tensor|safetensors|pth|spec|png|tiff|jpeg|npy|idx [SECONDS] [FOLDER]
#        fuzz.sh execution|quantizing|training|run|sweep|table|film|zarr|deaths|agreement|ome [SECONDS] [FOLDER]
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
case $target in
  zoo) cp "$fixtures"/zoo/*.zoo "$corpus" ;;
  onnx) cp "$fixtures"/onnx/*.onnx "$corpus" ;;
  tensor) cp "$fixtures"/onnx/*.pb "$corpus" ;;
  safetensors) cp "$fixtures"/weights/*.safetensors "$corpus" ;;
  pth) cp "$fixtures"/weights/*.pth "$corpus" ;;
  spec) cp "$root"/Zoo/Specs/*.json5 "$corpus" ;;
  png) cp "$images"/*.png "$corpus" ;;
  tiff) cp "$images"/*.tif "$corpus" ;;
  jpeg) cp "$images"/../jpeg/*.jpg "$corpus" ;;
  npy) cp "$images"/*.npy "$corpus" ;;
  idx)
    printf '\0\0\10\1\0\0\0\4\1\2\3\4' >"$corpus/labels"
    printf '\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\2\1\2\3\4' >"$corpus/images"
    gzip -c "$corpus/images" >"$corpus/images.gz"
    ;;
  # The fuzzer writes its own.
  execution | quantizing | training | run | sweep | table | film | zarr | deaths | agreement | ome) ;;
  *) echo "no reader '$target'" >&2; exit 64 ;;
esac
swift build -c release --package-path "$here" --scratch-path "$work/build" -Xswiftc -sanitize=fuzzer,address \
  -Xswiftc -parse-as-library -Xswiftc -enable-testing -Xcc -fsanitize=address
ZOO_FUZZ=$target ZOO_FUZZ_SEEDS=$corpus SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "$work/build/release/fuzzer" "$corpus" \
  -max_total_time="$seconds" -timeout=1 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="$work/$target-"
