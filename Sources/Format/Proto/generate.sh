#!/bin/sh
# Makes zoo.pb-c.c and include/zoo.pb-c.h from zoo.proto, and records in both which zoo.proto they were made from.
# Usage: generate.sh [FOLDER], the folder of this script by default. Needs protoc-c (Debian: protobuf-c-compiler).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here}
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
protoc-c --proto_path="$here" --c_out="$temporary" zoo.proto
digest=$( (sha256sum "$here/zoo.proto" 2>/dev/null || shasum -a 256 "$here/zoo.proto") | cut -d ' ' -f 1)
mkdir -p "$target/include"
for file in zoo.pb-c.c zoo.pb-c.h; do
  echo "/* SHA-256 of zoo.proto: $digest */" >>"$temporary/$file"
done
mv "$temporary/zoo.pb-c.c" "$target/zoo.pb-c.c"
mv "$temporary/zoo.pb-c.h" "$target/include/zoo.pb-c.h"
