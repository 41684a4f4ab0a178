// swift-tools-version: 6.1
import PackageDescription

// Open MPI's name among the libraries of pkg-config, unless another implementation is named, e.g. `mpich`.
let mpi = Context.environment["ZOO_MPI_LIBRARY"] ?? "ompi-c"

// Tests that compute little themselves: optimising them takes longer than it saves.
let unoptimized: [SwiftSetting] = [.unsafeFlags(["-Onone"])]

// Knowledge runs one way: Format ← Runtime ← Images ← Data ← Workbench ← Command, and Runtime ← Plugins ← Workbench.
let package = Package(
  name: "swift-model-zoo",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "ZooRuntime", targets: ["ZooRuntime"]),
    .library(name: "ZooPlugins", targets: ["ZooPlugins"]),
    // Image files for the runtime, without the workbench.
    .library(name: "ZooImages", targets: ["ZooImages"]),
    // The runtime for C, and for whatever calls C: `zoo.h`.
    .library(name: "ZooC", type: .dynamic, targets: ["ZooC"]),
    .library(name: "ZooWorkbench", targets: ["ZooWorkbench"]),
    .library(name: "ZooCommand", targets: ["ZooCommand"]),
    .executable(name: "zoo", targets: ["zoo"]),
    // For tests alone: preloaded into the tool.
    .library(name: "FaultInjection", type: .dynamic, targets: ["FaultInjection"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Training of one model by several processes, by MPI: Documentation/Machines.md")
  ],
  targets: [
    // The file.
    .systemLibrary(
      name: "ProtobufC", path: "Sources/Format/ProtobufC", pkgConfig: "libprotobuf-c",
      providers: [.apt(["libprotobuf-c-dev"]), .brew(["protobuf-c"])]),
    .target(
      name: "ZooProto", dependencies: ["ProtobufC"], path: "Sources/Format/Proto",
      exclude: ["zoo.proto", "generate.sh"]),
    .target(
      name: "ZooFormat", dependencies: ["ZooProto"], path: "Sources/Format",
      exclude: ["Proto", "ProtobufC"]),

    // Operators, compiler and executor; C for kernels alone.
    .target(name: "ZooKernels", path: "Sources/Runtime/Kernels"),
    .target(
      name: "ZooRuntime", dependencies: ["ZooFormat", "ZooKernels"], path: "Sources/Runtime",
      exclude: ["Kernels", "CInterface"]),
    .target(name: "ZooHeader", path: "Sources/Runtime/CInterface/Header"),
    .target(name: "ZooC", dependencies: ["ZooRuntime", "ZooHeader"], path: "Sources/Runtime/CInterface/Swift"),

    // Backbones, temporal parts and heads.
    .target(name: "ZooPlugins", dependencies: ["ZooRuntime"], path: "Sources/Plugins"),

    // Data, training, evaluation, comparison, reports; and the tool.
    .systemLibrary(
      name: "LibTIFF", path: "Zoo/Libraries/TIFF", pkgConfig: "libtiff-4",
      providers: [.apt(["libtiff-dev"]), .brew(["libtiff"])]),
    .systemLibrary(
      name: "ZLib", path: "Zoo/Libraries/ZLib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "LibJPEG", path: "Zoo/Libraries/JPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "LibBlosc", path: "Zoo/Libraries/Blosc", pkgConfig: "blosc",
      providers: [.apt(["libblosc-dev"]), .brew(["c-blosc"])]),
    .systemLibrary(
      name: "LibZstd", path: "Zoo/Libraries/Zstandard", pkgConfig: "libzstd",
      providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    // libjpeg reports errors by a jump that Swift can't make.
    .target(name: "JPEGDecoder", dependencies: ["LibJPEG"], path: "Zoo/Libraries/JPEGDecoder"),
    .systemLibrary(
      name: "LibMPI", path: "Zoo/Libraries/MPI", pkgConfig: mpi,
      providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),
    // What MPI's header has as macros, which Swift doesn't see. Empty without the trait.
    .target(
      name: "MPITransport", dependencies: [.target(name: "LibMPI", condition: .when(traits: ["MPI"]))],
      path: "Zoo/Libraries/MPITransport", cSettings: [.define("ZOO_MPI", .when(traits: ["MPI"]))]),
    .target(
      name: "ZooImages", dependencies: ["ZooRuntime", "LibTIFF", "ZLib", "JPEGDecoder"], path: "Zoo/Images"),
    // Knows no plugins, so that both are compiled side by side.
    .target(
      name: "ZooData", dependencies: ["ZooRuntime", "ZooImages", "ZLib", "LibBlosc", "LibZstd"], path: "Zoo/Data"),
    .target(
      name: "ZooWorkbench",
      dependencies: [
        "ZooPlugins", "ZooImages", "ZooData",
        .target(name: "MPITransport", condition: .when(traits: ["MPI"])),
      ],
      path: "Zoo", exclude: ["Command", "Libraries", "Images", "Data"], sources: ["Workbench"],
      resources: [.embedInCode("Specs"), .embedInCode("Scripts")]),
    .target(
      name: "ZooCommand", dependencies: ["ZooWorkbench", "ZooData"], path: "Zoo/Command", exclude: ["Executable"]),
    .executableTarget(name: "zoo", dependencies: ["ZooCommand"], path: "Zoo/Command/Executable"),

    // The whole tool with one more part, to copy from.
    .executableTarget(name: "my-zoo", dependencies: ["ZooCommand"], path: "Examples/CustomBackbone"),
    // Predictions from Swift; a package of its own for who copies it, built here too so that the tests need one build.
    .executableTarget(name: "embedding", dependencies: ["ZooRuntime"], path: "Examples/Embedding/Sources/Embedding"),
    // Predictions from C.
    .executableTarget(name: "classify-c", dependencies: ["ZooHeader", "ZooC"], path: "Examples/C"),

    // Tests: one folder for each module, and the whole line end to end.
    .testTarget(
      name: "FormatTests", dependencies: ["ZooFormat"], path: "Tests/FormatTests",
      resources: [.copy("Fixtures")], swiftSettings: unoptimized),
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .testTarget(
      name: "RuntimeTests", dependencies: ["ZooRuntime", "ZooKernels", "AllocationCounter"], path: "Tests/RuntimeTests",
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PluginsTests", dependencies: ["ZooPlugins"], path: "Tests/PluginsTests",
      resources: [.copy("Fixtures")], swiftSettings: unoptimized),
    .testTarget(
      name: "WorkbenchTests", dependencies: ["ZooWorkbench", "ZooData", "ZooImages"], path: "Tests/WorkbenchTests",
      resources: [.copy("Fixtures")], swiftSettings: unoptimized),
    // The short form of the fuzzing of what crosses parts.
    .testTarget(
      name: "CrossPartTests", dependencies: ["ZooWorkbench", "ZooData"], path: "Tests/Fuzzing/CrossParts",
      swiftSettings: unoptimized),
    .testTarget(
      name: "EndToEndTests", dependencies: ["ZooCommand", "ZooData", "zoo"], path: "Tests/EndToEnd",
      exclude: ["Snapshots"], swiftSettings: unoptimized),
    .target(
      name: "FaultInjection", path: "Tests/FaultInjection",
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c17
)
