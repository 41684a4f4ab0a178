import ZooFormat

/// Images that needn't be copied into what they are joined to, nor out of what they are parts of: convolutions write their
/// channels among those of the joined image, and read them among those of the image that is split or sliced.
///
/// Only for images with the channels innermost that convolutions make and that nothing but convolutions, joints and splits
/// read: these know pixels that are further apart than there are channels.
struct ChannelPlaces: Sendable {
  struct Place: Sendable, Equatable {
    /// The image whose channels include these.
    let root: String
    /// The first of them.
    let start: Int
    /// Elements from a pixel to the next: the channels of the root.
    let pixel: Int
  }

  private(set) var places: [String: Place] = [:]

  /// A part of less than this share of the channels is copied: its pixels would lie so far apart that reading and writing
  /// them costs more.
  private static let smallestShare = 8

  /// O(nodes).
  init(_ program: Program) throws {
    let readers = Readers(program)
    for node in program.nodes where node.operatorKey == "Concat" { try placeOperands(of: node, program, readers) }
    for node in program.nodes where ["Split", "Slice"].contains(node.operatorKey) {
      try placeResults(of: node, program, readers)
    }
  }

  /// Tells the kernel of `node` where its images are.
  func enter(_ node: Node, into request: inout KernelCall) {
    for (index, input) in node.inputs.enumerated() {
      guard let place = places[input] else { continue }
      request.inputPixels[index] = place.pixel
      if node.operatorKey == "Concat", place.root == node.outputs[0] { request.operandsInPlace.insert(index) }
    }
    for (index, output) in node.outputs.enumerated() {
      guard let place = places[output] else { continue }
      request.outputPixels[index] = place.pixel
      if place.root == node.inputs[0] { request.operandsInPlace.insert(index) }
    }
  }

  private mutating func placeOperands(of node: Node, _ program: Program, _ readers: Readers) throws {
    guard let whole = program.types[node.outputs[0]], whole.rank == 4,
      try program.builder.call(node).axis(program.builder.call(node).int("axis", default: 1), rank: 4) == 3
    else { return }
    var start = 0
    for input in node.inputs {
      let channels = program.types[input]?.shape[3] ?? 0
      if let maker = readers.maker(of: input), Self.isConvolution(maker), node.inputs.filter({ $0 == input }).count == 1
      {
        place(input, in: node.outputs[0], start: start, channels: channels, whole, readers)
      }
      start += channels
    }
  }

  private mutating func placeResults(of node: Node, _ program: Program, _ readers: Readers) throws {
    let source = node.inputs[0]
    guard let whole = program.types[source], whole.rank == 4, places[source] == nil,
      let maker = readers.maker(of: source),
      program.builder.operators[domain: maker.domain, name: maker.op]?.isView == false
    else { return }
    let call = try program.builder.call(node)
    if node.operatorKey == "Split" {
      guard try call.axis(call.int("axis", default: 0), rank: 4) == 3 else { return }
      var start = 0
      for output in node.outputs {
        guard let channels = program.types[output]?.shape[3] else { return }
        place(output, in: source, start: start, channels: channels, whole, readers)
        start += channels
      }
    } else {
      let box = try SliceOperators.box(call)
      guard box.steps.allSatisfy({ $0 == 1 }), box.starts[..<3].allSatisfy({ $0 == 0 }),
        box.sizes[..<3] == whole.shape[..<3]
      else { return }
      place(node.outputs[0], in: source, start: box.starts[3], channels: box.sizes[3], whole, readers)
    }
  }

  private mutating func place(
    _ value: String, in root: String, start: Int, channels: Int, _ whole: TensorType, _ readers: Readers
  ) {
    guard places[value] == nil, [.float32, .bfloat16].contains(whole.elementType), channels > 0, whole.elementCount > 0,
      whole.shape[3] <= Self.smallestShare * channels, readers.takePixelsApart(value),
      // Pairs of bfloat16 are read as one number.
      whole.elementType == .float32 || start % 2 == 0
    else { return }
    places[value] = Place(root: root, start: start, pixel: whole.shape[3])
  }

  /// A convolution of images with the channels innermost.
  fileprivate static func isConvolution(_ node: Node) -> Bool {
    ["Conv", "zoo.FusedConv", "zoo.GatedConv"].contains(node.operatorKey) && node.isChannelsLast
  }
}

/// Who makes and who reads each value.
private struct Readers {
  private var makers: [String: Node] = [:]
  private var readers: [String: [Node]] = [:]
  private let kept: Set<String>

  init(_ program: Program) {
    kept = Set(program.outputs + program.updates.map(\.value))
    for node in program.nodes {
      for input in Set(node.inputs) where !input.isEmpty { readers[input, default: []].append(node) }
      for output in node.outputs where !output.isEmpty { makers[output] = node }
    }
  }

  func maker(of value: String) -> Node? { makers[value] }

  /// Whether all who read `value` can do so where its pixels lie apart.
  func takePixelsApart(_ value: String) -> Bool {
    guard !kept.contains(value), let readers = readers[value] else { return false }
    return readers.allSatisfy { node in
      if ChannelPlaces.isConvolution(node) {
        return node.inputs[0] == value && !node.inputs.dropFirst().contains(value)
      }
      return node.operatorKey == "Concat"
    }
  }
}
