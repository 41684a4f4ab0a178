#!/bin/sh
# Builds the catalogues of DocC from the modules that `swift build -c release` left, and refuses links that lead nowhere.
# Usage: build.sh [FOLDER]   (.build/docs by default): an archive for each module, to be served or opened in Xcode.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$root/.build/docs}
built=$root/.build/release
[ -d "$built/Modules" ] || { echo "there is no $built/Modules; build first: make build" >&2; exit 66; }
target=$(swiftc -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p' | head -n 1)
[ "$(uname -s)" = Darwin ] && target=$(uname -m)-apple-macosx15.0
set --
for map in "$built"/*.build/module.modulemap "$root"/Sources/Format/ProtobufC/module.modulemap \
  "$root"/Zoo/Libraries/*/module.modulemap; do
  if [ -f "$map" ]; then set -- "$@" -Xcc "-fmodule-map-file=$map"; fi
done
if [ "$(uname -s)" = Darwin ]; then docc="xcrun docc"; set -- "$@" -sdk "$(xcrun --show-sdk-path)"; else docc=docc; fi

status=0
for catalogue in Sources/Format/ZooFormat Sources/Runtime/ZooRuntime Sources/Plugins/ZooPlugins \
  Zoo/Images/ZooImages Zoo/Command/ZooCommand; do
  module=$(basename "$catalogue")
  symbols=$folder/symbols/$module
  rm -rf "$symbols" "$folder/$module.doccarchive"
  mkdir -p "$symbols"
  swift symbolgraph-extract -module-name "$module" -target "$target" -I "$built/Modules" "$@" \
    -minimum-access-level public -output-dir "$symbols"
  log=$symbols/log
  $docc convert "$root/$catalogue.docc" --additional-symbol-graph-dir "$symbols" --fallback-display-name "$module" \
    --fallback-bundle-identifier "zoo.$module" --output-path "$folder/$module.doccarchive" >"$log" 2>&1 || status=1
  if grep -E '^(warning|error)' "$log" >&2; then
    cat "$log" >&2
    status=1
  else
    echo "$folder/$module.doccarchive"
  fi
done
exit $status
