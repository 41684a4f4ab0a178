#!/bin/sh
# Holds every kernel of every instruction set against the portable one, by the checks of RuntimeTests.
# Usage: run.sh sanitize   on this processor, with the sanitizers of addresses and of undefined behaviour
#        run.sh neon       for arm64, cross-compiled and executed by qemu
#                          (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)
# The checks are compiled as Embedded Swift: what they call is C, and no runtime library has to be there for arm64.
set -eu
how=${1:-sanitize}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
kernels=$root/Sources/Runtime/Kernels
work=${TMPDIR:-/tmp}/zoo-kernels.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/objects"
library=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")/lib/swift/embedded
case $how in
  sanitize)
    triple=x86_64-unknown-linux-gnu
    [ "$(uname -m)" = x86_64 ] || triple=aarch64-none-none-elf
    embedded=$library/$triple
    checks="-fsanitize=address,undefined -fno-sanitize-recover=undefined -g"
    # Optimised, the checks of one file of a table take the compiler many minutes.
    level=-O0
    clang=clang
    ;;
  neon)
    triple=aarch64-none-none-elf
    embedded=$library/$triple
    checks=
    level=-O2
    clang="clang --target=aarch64-linux-gnu --sysroot=/usr/aarch64-linux-gnu -I/usr/aarch64-linux-gnu/include"
    ;;
  *)
    echo "no way '$how': sanitize or neon" >&2
    exit 64
    ;;
esac

cat >"$work/module.modulemap" <<END
module ZooKernels {
  umbrella header "$kernels/include/ZooKernels.h"
  export *
}
END
swiftc -target $triple -enable-experimental-feature Embedded -swift-version 6 -wmo -parse-as-library -Onone \
  -I "$work" -I "$here" -Xcc "-I$kernels/include" \
  "$root"/Tests/RuntimeTests/Kernels/EntryCheck*.swift "$root"/Tests/RuntimeTests/Kernels/TileCheck.swift \
  "$here/Walk.swift" -c -o "$work/walk.o"
find "$kernels" -name '*.c' | while read -r source; do
  # shellcheck disable=SC2086
  $clang $checks -std=c17 -w $level "-I$kernels/include" -c "$source" \
    -o "$work/objects/$(echo "$source" | tr / _).o"
done
if [ "$how" = neon ]; then
  # The other linker refuses what Swift's objects say of their symbols.
  aarch64-linux-gnu-gcc -static -fuse-ld=lld -B"$(dirname "$(command -v ld.lld)")" -o "$work/walk" "$work/walk.o" \
    "$work"/objects/*.o "$embedded/libswiftUnicodeDataTables.a" -lm -lpthread
  qemu-aarch64 "$work/walk"
else
  # shellcheck disable=SC2086
  $clang $checks -o "$work/walk" "$work/walk.o" "$work"/objects/*.o "$embedded/libswiftUnicodeDataTables.a" -lm \
    -lpthread
  "$work/walk"
fi
