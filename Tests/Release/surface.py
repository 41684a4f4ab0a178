#!/usr/bin/env python3
"""Counts what the modules show to other packages, and lists what of it nobody has described.

    swift build -c release
    python3 Tests/Release/surface.py [--modules FOLDER] [--list] [MODULE ...]

FOLDER holds the .swiftmodule files, .build/release/Modules if it isn't given. A declaration is a public symbol of the
module's symbol graph (`swift symbolgraph-extract`): what the compiler makes by itself isn't counted, and a member that
a protocol asks for has the protocol's description. Ends with 1 if something isn't described.
"""

import argparse
import collections
import glob
import json
import os
import subprocess
import sys
import tempfile

MODULES = ["ZooFormat", "ZooRuntime", "ZooPlugins", "ZooImages", "ZooData", "ZooWorkbench", "ZooCommand"]


def module_maps(root, modules):
    """Of the C modules that ours stand on: beside what was built, and where system libraries are described."""
    beside = os.path.join(os.path.dirname(os.path.abspath(modules)), "*.build/module.modulemap")
    inside = os.path.join(modules, "maps/*.modulemap")
    libraries = [f"{root}/Sources/Format/ProtobufC/module.modulemap"] + glob.glob(f"{root}/Zoo/Libraries/*/module.modulemap")
    maps = sorted(glob.glob(beside) + glob.glob(inside)) + sorted(libraries)
    return [word for path in maps for word in ("-Xcc", f"-fmodule-map-file={path}")]


def symbols(root, modules, name):
    """The declarations of a module: dotted name, kind, whether it is described."""
    with tempfile.TemporaryDirectory() as folder:
        target = json.loads(subprocess.check_output(["swiftc", "-print-target-info"]))["target"]["unversionedTriple"]
        subprocess.run(
            ["swift", "symbolgraph-extract", "-module-name", name, "-target", target, "-I", modules,
             "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", folder]
            + module_maps(root, modules), check=True)
        found = {}
        for path in glob.glob(f"{folder}/{name}*.symbols.json"):
            graph = json.load(open(path))
            described = {r["source"] for r in graph["relationships"] if "sourceOrigin" in r}
            for symbol in graph["symbols"]:
                identifier = symbol["identifier"]["precise"]
                # What the compiler makes has no place in a file.
                if "::SYNTHESIZED::" in identifier or "location" not in symbol:
                    continue
                found[identifier] = (
                    ".".join(symbol["pathComponents"]), symbol["kind"]["displayName"],
                    "docComment" in symbol or identifier in described)
        return sorted(found.values())


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modules", default=f"{root}/.build/release/Modules")
    parser.add_argument("--list", action="store_true", help="print every declaration, - before those that aren't described")
    parser.add_argument("names", nargs="*", default=MODULES)
    arguments = parser.parse_args()
    bare = 0
    for name in arguments.names:
        if not os.path.exists(f"{arguments.modules}/{name}.swiftmodule"):
            continue
        found = symbols(root, arguments.modules, name)
        missing = [entry for entry in found if not entry[2]]
        bare += len(missing)
        kinds = collections.Counter(kind for _, kind, _ in found)
        print(f"{name}: {len(found)} public declarations, {len(missing)} not described  "
              + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(4)))
        for path, kind, is_described in found:
            if arguments.list or not is_described:
                print(f"  {' ' if is_described else '-'} {path} ({kind})")
    return 1 if bare else 0


sys.exit(main())
