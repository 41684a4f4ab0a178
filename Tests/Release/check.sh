#!/usr/bin/env bash
# Proves that a tag of this commit would work: a package outside the repository depends on a bare clone by version, in
# debug and in release, classifies pixels, and does the same from C. Needs a model: `make test` leaves runs/examples/model.
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

echo "from C"
swift build -c release --product ZooC
cc -O2 -I Sources/Runtime/CInterface/Header/include Examples/C/classify.c -L .build/release -lZooC \
  -Wl,-rpath,"$root/.build/release" -o "$work/classify-c"
"$work/classify-c" "$model"
echo "version $version would work"
