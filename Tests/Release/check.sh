#!/usr/bin/env bash
# Proves that a tag of this commit would work: a package outside the repository depends on a bare clone by version, in
# debug and in release, and classifies pixels; so does a program that Swift's library is linked into, in a root folder with
# nothing but the C libraries that it names (on Linux), and so do C and Python (where it has NumPy).
# Needs a model: `make test` leaves runs/examples/model.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
model=$root/runs/examples/model/model.zoo
[ -f "$model" ] || { echo "run make test first: $model is missing"; exit 1; }
version=$(sed -n 's/^  public static let current = "\(.*\)"$/\1/p' Sources/Format/ToolVersion.swift)
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "no version in Sources/Format/ToolVersion.swift"; exit 1; }
grep -q "^## \[$version\]" CHANGELOG.md || { echo "CHANGELOG.md has no section [$version]"; exit 1; }
[ -z "$(git status --porcelain)" ] || { echo "commit first: a tag holds what is committed"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet --bare "$root" "$work/swift-model-zoo.git"
git -C "$work/swift-model-zoo.git" tag --force "$version" HEAD >/dev/null

mkdir -p "$work/app/Sources/app"
cat >"$work/app/Package.swift" <<END
// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "app", platforms: [.macOS(.v15)],
  dependencies: [.package(url: "file://$work/swift-model-zoo.git", from: "$version")],
  targets: [
    .executableTarget(name: "app", dependencies: [.product(name: "ZooRuntime", package: "swift-model-zoo")])
  ])
END
cp Examples/Embedding/Sources/*/*.swift "$work/app/Sources/app/"
for configuration in debug release; do
  echo "an outside package, $configuration"
  swift run -c "$configuration" --package-path "$work/app" app "$model"
done

if [ "$(uname)" = Linux ]; then
  echo "without Swift, in an empty root"
  build=(swift build -c release --static-swift-stdlib --package-path "$work/app" --scratch-path "$work/static")
  "${build[@]}"
  program=$("${build[@]}" --show-bin-path)/app
  empty=$work/root
  mkdir "$empty"
  libraries=$(ldd "$program" | grep -o '/[^ ]*')
  if grep -E '/lib(swift|Foundation|_Foundation|dispatch)' <<<"$libraries"; then
    echo "links Swift's libraries dynamically"
    exit 1
  fi
  for file in $libraries; do cp -L --parents "$file" "$empty"; done
  cp "$program" "$model" "$empty"
  # Swift reads a program's words from /proc. Whoever isn't root becomes it in a namespace of their own.
  mkdir "$empty/proc"
  unshare --mount $([ "$(id -u)" = 0 ] || echo --map-root-user) \
    sh -c 'mount --rbind /proc "$0/proc" && exec chroot "$0" /app /model.zoo' "$empty"
  ls -l "$empty/app"
  printf '%s\n' $libraries
fi

echo "from C"
swift build -c release --product ZooC
cc -O2 -I Sources/Runtime/CInterface/Header/include Examples/C/classify.c -L .build/release -lZooC \
  -Wl,-rpath,"$root/.build/release" -o "$work/classify-c"
"$work/classify-c" "$model"
if python3 -c 'import numpy' 2>/dev/null; then
  echo "from Python"
  PYTHONPATH=Examples/Python ZOO_LIBRARY=$root/.build/release/libZooC.so python3 - "$model" <<'END'
import sys

import numpy
import zoo

model = zoo.Model(sys.argv[1])
model.check()
shape = [4 if size is None else size for size in model.inputs["image"][1]]
answer = model({"image": numpy.zeros(shape, numpy.float32)})["probabilities"]
assert answer.shape == (4, len(model.classes)) and numpy.allclose(answer.sum(1), 1), answer
print(model.channels, model.classes, answer[0])
END
else
  echo "not from Python: NumPy is missing"
fi
echo "version $version would work"
