// One entry for libFuzzer; the environment says which reader of ZooWorkbench it holds. See fuzz.sh.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

private enum Target: String {
  case spec, png, tiff, npy, idx

  static let chosen = getenv("ZOO_FUZZ").flatMap { Target(rawValue: String(cString: $0)) } ?? .spec
}

extension SpecCatalogue {
  /// The fuzzer is built without the catalogue's files; specs that extend others of it are refused.
  public static let standard = SpecCatalogue([:])
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    switch Target.chosen {
    case .spec:
      let reader = SpecReader()
      for run in try reader.read(text: String(decoding: bytes, as: UTF8.self), file: "spec") {
        // What was read can be written, and is the same when it is read again.
        let text = run.spec.canonicalText
        guard try reader.readOne(text: text, file: "spec").canonicalText == text else { abort() }
      }
    case .png, .tiff:
      let image = try ImageFile.decode(bytes, name: "image")
      guard image.samples.count == image.width * image.height * image.channels * image.frames else { abort() }
    case .npy: _ = try NumPyFile.encode(NumPyFile.decode(bytes))
    case .idx: _ = try IDXFile(bytes, rank: bytes.count > 3 && bytes[3] == 1 ? 1 : 3)
    }
  } catch is ZooError {
    // Refused, as it should be.
  } catch is SpecProblems {
  } catch {
    abort()
  }
  return 0
}
