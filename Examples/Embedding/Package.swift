// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Embedding",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-model-zoo", path: "../..")],
  targets: [
    .executableTarget(
      name: "embedding", dependencies: [.product(name: "ZooRuntime", package: "swift-model-zoo")],
      path: "Sources/Embedding")
  ],
  swiftLanguageModes: [.v6]
)
