// One entry for libFuzzer; the environment says which reader, or which way across the parts, it holds. See fuzz.sh.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@testable import ZooData
@testable import ZooFormat
@testable import ZooImages
@testable import ZooWorkbench

private enum Target: String {
  case zoo, onnx, tensor, safetensors, pth, spec, png, tiff, jpeg, npy, idx
  case execution, quantizing, training, run, sweep, table, film, zarr, deaths, agreement, ome

  static let chosen = getenv("ZOO_FUZZ").flatMap { Target(rawValue: String(cString: $0)) } ?? .zoo
}

/// Limits under which no input may take more than a second or 2 GB.
private let limits: LoadLimits = {
  var limits = LoadLimits.default
  limits.structureBytes = 1 << 20
  limits.structureMemory = 64 << 20
  limits.elements = 1 << 24
  return limits
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    switch Target.chosen {
    case .zoo:
      let model = try ModelFile(MemorySource(withRightDigest(bytes)), limits: limits, path: nil).load()
      // What was read can be written, and is the same when it is read again.
      let written = try model.serialized()
      guard try Model(serialized: written, limits: limits).serialized() == written else { abort() }
    case .onnx: _ = try ONNX.read(bytes, limits: limits).serialized()
    case .tensor:
      _ = try bytes.withUnsafeBytes { try ONNXTensorReader(budget: ONNXBudget(limits), external: nil).read($0) }
    case .safetensors, .pth: _ = try bytes.withUnsafeBytes { try WeightsFile($0, limits: limits) }
    case .spec:
      let reader = SpecReader()
      for run in try reader.read(text: String(decoding: bytes, as: UTF8.self), file: "spec") {
        let text = run.spec.canonicalText
        guard try reader.readOne(text: text, file: "spec").canonicalText == text else { abort() }
      }
    case .png, .tiff, .jpeg:
      let image = try ImageFile.decode(bytes, name: "image")
      guard image.samples.count == image.width * image.height * image.channels * image.frames else { abort() }
    case .npy: _ = try NumPyFile.encode(NumPyFile.decode(bytes))
    case .execution, .quantizing, .training, .run, .sweep, .table, .film, .zarr, .deaths, .agreement, .ome:
      let account = MemoryAccount(512 << 20, origin: "the fuzzer")
      try MemoryAccount.$current.withValue(account) {
        try CrossPart(rawValue: Target.chosen.rawValue)?.attempt(bytes)
      }
    case .idx: _ = try IDXFile(bytes, rank: bytes.count > 3 && bytes[3] == 1 ? 1 : 3)
    }
  } catch is ZooError {
    // Refused, as it should be.
  } catch is SpecProblems {
  } catch is ValueNeeded {
  } catch {
    abort()
  }
  return 0
}

/// Writes what works of the parts into the folder that the environment names, as a corpus to begin with.
@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzer(_: UnsafeMutablePointer<Int32>?, _: OpaquePointer?) -> Int32 {
  guard let folder = getenv("ZOO_FUZZ_SEEDS").map({ String(cString: $0) }) else { return 0 }
  for (number, seed) in (CrossPart(rawValue: Target.chosen.rawValue)?.seeds ?? []).enumerated() {
    try? AtomicFile.write(seed.choice + seed.content, to: "\(folder)/seed-\(number)")
  }
  return 0
}

/// Without this, nearly every changed file would end at the digest of its structure.
private func withRightDigest(_ bytes: [UInt8]) -> [UInt8] {
  var digest = 0..<0
  var structure = 0..<0
  bytes.withUnsafeBytes { buffer in
    var reader = WireReader(buffer)
    while let field = try? reader.next() {
      guard case .bytes(let payload) = field.value else { continue }
      let range = reader.position - payload.count..<reader.position
      if field.number == FileField.structureDigest.rawValue { digest = range }
      if field.number == FileField.structure.rawValue { structure = range }
    }
  }
  guard digest.count == 32 else { return bytes }
  var result = bytes
  result.replaceSubrange(digest, with: SHA256.digest(Array(bytes[structure])))
  return result
}
