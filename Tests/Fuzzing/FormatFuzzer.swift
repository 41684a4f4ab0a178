// One entry for libFuzzer; the environment says which reader it holds. See fuzz.sh.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

private enum Target: String {
  case zoo, onnx, tensor, safetensors, pth

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
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  do {
    switch Target.chosen {
    case .zoo:
      let model = try ModelFile(MemorySource(withRightDigest(Array(bytes))), limits: limits, path: nil).load()
      // What was read can be written, and is the same when it is read again.
      let written = try model.serialized()
      guard try Model(serialized: written, limits: limits).serialized() == written else { abort() }
    case .onnx: _ = try ONNX.read(Array(bytes), limits: limits).serialized()
    case .tensor: _ = try ONNXTensorReader(budget: ONNXBudget(limits), external: nil).read(bytes)
    case .safetensors, .pth: _ = try WeightsFile(bytes, limits: limits)
    }
  } catch is ZooError {
    // Refused, as it should be.
  } catch {
    abort()
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
