// swift-tools-version: 5.4
// An older version of the tools, for the later ones rename the entry point, which is libFuzzer's here.
import PackageDescription

let package = Package(
  name: "fuzzing",
  platforms: [.macOS("15.0")],
  dependencies: [.package(name: "swift-model-zoo", path: "../..")],
  targets: [
    .executableTarget(
      name: "fuzzer", dependencies: [.product(name: "ZooWorkbench", package: "swift-model-zoo")], path: ".",
      exclude: ["fuzz.sh", "CrossParts/CrossPartTests.swift"], sources: ["Fuzzer.swift", "CrossParts"])
  ]
)
