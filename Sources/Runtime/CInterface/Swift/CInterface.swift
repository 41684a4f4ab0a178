import ZooHeader
import ZooRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// The functions of `zoo.h`, which says what each does.

/// What a `zoo_model` points to.
private final class ModelHandle: Sendable {
  let loaded: LoadedModel
  let inputs: CTensors
  let outputs: CTensors
  let channels: CTexts
  let classes: CTexts

  init(_ loaded: LoadedModel) {
    self.loaded = loaded
    inputs = CTensors(loaded.model.graph.inputs.map(Self.described))
    outputs = CTensors(loaded.model.graph.outputs.map(Self.described))
    channels = CTexts(loaded.model.card.channels)
    classes = CTexts(loaded.model.card.classes)
  }

  private static func described(_ info: ValueInfo) -> CTensors.Description {
    let sizes = info.dimensions?.map { dimension -> Int in
      if case .fixed(let size) = dimension { size } else { -1 }
    }
    return .init(name: info.name, type: info.elementType, shape: sizes ?? [], data: nil)
  }
}

/// What a `zoo_result` points to: the outputs, whose elements it keeps.
private final class ResultHandle: Sendable {
  private let values: [Tensor]
  let tensors: CTensors

  init(_ outputs: [(name: String, value: Tensor)]) {
    values = outputs.map(\.value)
    tensors = CTensors(
      outputs.map { name, value in
        .init(name: name, type: value.elementType, shape: value.shape, data: UnsafeRawPointer(value.storage.base))
      })
  }
}

private func handle<Handle: AnyObject>(_ pointer: OpaquePointer?, as _: Handle.Type = Handle.self) -> Handle? {
  pointer.map { Unmanaged<Handle>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
}

private func retained(_ handle: some AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(handle).toOpaque())
}

private typealias ErrorText = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

private func report(_ error: any Error, in text: ErrorText?) { text?.pointee = strdup("\(error)") }

private func nothing(_ what: String) -> ZooError { ZooError(.usage, problem: "\(what) is NULL") }

// Never changed.
private nonisolated(unsafe) let version = strdup(ToolVersion.current)

@_cdecl("zoo_version")
func cVersion() -> UnsafePointer<CChar>? { UnsafePointer(version) }

@_cdecl("zoo_load")
func cLoad(
  _ path: UnsafePointer<CChar>?, _ threads: Int32, _ error: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> OpaquePointer? {
  do {
    guard let path else { throw nothing("the path") }
    guard (0...1024).contains(threads) else {
      throw ZooError(.usage, problem: "\(threads) threads", expected: "0…1024")
    }
    let count = threads == 0 ? ThreadPool.availableProcessors : Int(threads)
    return retained(ModelHandle(try LoadedModel(path: String(cString: path), threads: count)))
  } catch let problem {
    report(problem, in: error)
    return nil
  }
}

@_cdecl("zoo_check")
func cCheck(_ model: OpaquePointer?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
  do {
    guard let model = handle(model, as: ModelHandle.self) else { throw nothing("the model") }
    try model.loaded.checkSelfTest()
    return 0
  } catch let problem {
    report(problem, in: error)
    return -1
  }
}

@_cdecl("zoo_input_count")
func cInputCount(_ model: OpaquePointer?) -> Int { handle(model, as: ModelHandle.self)?.inputs.count ?? 0 }

@_cdecl("zoo_input")
func cInput(_ model: OpaquePointer?, _ index: Int) -> zoo_tensor {
  handle(model, as: ModelHandle.self)?.inputs[index] ?? zoo_tensor()
}

@_cdecl("zoo_output_count")
func cOutputCount(_ model: OpaquePointer?) -> Int { handle(model, as: ModelHandle.self)?.outputs.count ?? 0 }

@_cdecl("zoo_output")
func cOutput(_ model: OpaquePointer?, _ index: Int) -> zoo_tensor {
  handle(model, as: ModelHandle.self)?.outputs[index] ?? zoo_tensor()
}

@_cdecl("zoo_channel_count")
func cChannelCount(_ model: OpaquePointer?) -> Int { handle(model, as: ModelHandle.self)?.channels.count ?? 0 }

@_cdecl("zoo_channel")
func cChannel(_ model: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
  handle(model, as: ModelHandle.self)?.channels[index]
}

@_cdecl("zoo_class_count")
func cClassCount(_ model: OpaquePointer?) -> Int { handle(model, as: ModelHandle.self)?.classes.count ?? 0 }

@_cdecl("zoo_class")
func cClass(_ model: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
  handle(model, as: ModelHandle.self)?.classes[index]
}

@_cdecl("zoo_run")
func cRun(
  _ model: OpaquePointer?, _ inputs: UnsafePointer<zoo_tensor>?, _ count: Int,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> OpaquePointer? {
  do {
    guard let model = handle(model, as: ModelHandle.self) else { throw nothing("the model") }
    guard let inputs, (1...1024).contains(count) else {
      throw ZooError(.usage, problem: "\(count) inputs", expected: "1…1024, and their tensors")
    }
    var tensors: [String: Tensor] = [:]
    for input in UnsafeBufferPointer(start: inputs, count: count) {
      guard let text = input.name else { throw nothing("the name of an input") }
      let name = String(cString: text)
      guard try tensors.updateValue(copied(input, name), forKey: name) == nil else {
        throw ZooError(.usage, tensor: name, problem: "the input is given twice")
      }
    }
    let outputs = try model.loaded.run(tensors)
    return retained(
      ResultHandle(
        model.loaded.model.graph.outputs.compactMap { output in outputs[output.name].map { (output.name, $0) } }))
  } catch let problem {
    report(problem, in: error)
    return nil
  }
}

/// The elements are copied: the caller's need not be aligned as kernels want them.
private func copied(_ input: zoo_tensor, _ name: String) throws -> Tensor {
  guard let type = ElementType(rawValue: input.type) else {
    throw ZooError(.usage, tensor: name, problem: "\(input.type) is no type of elements", expected: "one of zoo_type")
  }
  guard (0...16).contains(input.rank), input.rank == 0 || input.shape != nil else {
    throw ZooError(.usage, tensor: name, problem: "rank \(input.rank) without a shape", expected: "0…16 sizes")
  }
  let shape = UnsafeBufferPointer(start: input.shape, count: Int(input.rank)).map { Int($0) }
  let tensorType = try TensorType(type, shape).validated(name)
  guard let data = input.data else { throw nothing("the data of '\(name)'") }
  return try Tensor(tensorType) { bytes in
    bytes.copyMemory(from: UnsafeRawBufferPointer(start: data, count: bytes.count))
  }
}

@_cdecl("zoo_result_count")
func cResultCount(_ result: OpaquePointer?) -> Int { handle(result, as: ResultHandle.self)?.tensors.count ?? 0 }

@_cdecl("zoo_result_tensor")
func cResultTensor(_ result: OpaquePointer?, _ index: Int) -> zoo_tensor {
  handle(result, as: ResultHandle.self)?.tensors[index] ?? zoo_tensor()
}

@_cdecl("zoo_result_free")
func cResultFree(_ result: OpaquePointer?) {
  if let result { Unmanaged<ResultHandle>.fromOpaque(UnsafeRawPointer(result)).release() }
}

@_cdecl("zoo_free")
func cFree(_ model: OpaquePointer?) {
  if let model { Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer(model)).release() }
}

@_cdecl("zoo_string_free")
func cStringFree(_ text: UnsafeMutablePointer<CChar>?) { free(text) }
