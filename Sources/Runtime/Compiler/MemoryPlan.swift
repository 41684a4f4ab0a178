import ZooFormat

/// Where each value of a program lives while it is executed.
package struct MemoryPlan: Sendable {
  /// The home of a value.
  package enum Place: Sendable, Hashable {
    /// At this offset of the arena, in bytes.
    case arena(Int)
    /// The caller's memory for this input.
    case input(String)
    /// A constant or state of this name.
    case initializer(String)
  }

  /// One piece of memory that several values may share one after the other.
  package struct Block: Sendable {
    /// The value that takes it first.
    package let name: String
    /// Its size.
    package let byteCount: Int
    /// The steps (indices of nodes) during which the memory is held, both ends included.
    package var lifetime: ClosedRange<Int>
    /// Bytes from the start of the arena.
    package var offset: Int
  }

  package internal(set) var places: [String: Place] = [:]
  /// Scratch memory of each node, as an offset of the arena.
  package internal(set) var scratch: [Int] = []
  package internal(set) var arenaByteCount = 0
  /// The blocks by size, largest first; for `zoo show`.
  package internal(set) var blocks: [Block] = []

  static let alignment = 64

  /// What takes the arena, for a message: the largest of what is held when most is.
  var subject: String {
    guard let largest = blocksAtPeak.first else { return "executing the graph" }
    return "executing the graph, where '\(largest.name)' alone has \(largest.byteCount) bytes,"
  }

  /// The blocks that are held during the step that holds most, largest first.
  package var blocksAtPeak: [Block] {
    var changes: [Int: Int] = [:]
    for block in blocks {
      changes[block.lifetime.lowerBound, default: 0] += block.byteCount
      changes[block.lifetime.upperBound + 1, default: 0] -= block.byteCount
    }
    var held = 0
    var peak = (byteCount: 0, step: 0)
    for (step, change) in changes.sorted(by: { $0.key < $1.key }) {
      held += change
      if held > peak.byteCount { peak = (held, step) }
    }
    return blocks.filter { $0.lifetime.contains(peak.step) }
  }

  /// Plans the memory of `program`, whose node i was prepared as `kernels[i]` (`nil` for a view).
  ///
  /// Values are merged when one is a view of the other or may be computed in place, and the merged blocks are placed
  /// largest first at the lowest offset that is free during their lifetime (Pisarchyk & Lee 2020, "Efficient memory
  /// management for deep neural net inference"). O(blocks²) in the worst case.
  /// - Parameter places: images that lie among the channels of others.
  /// - Throws: `ZooError` if the time in `budget` is used up.
  init(_ program: Program, kernels: [Kernel?], places inside: ChannelPlaces, budget: CompileBudget) throws {
    var homes = Homes(program)
    for (value, place) in inside.places.sorted(by: { $0.key < $1.key }) {
      homes.alias(value, to: place.root, at: place.start * (program.types[value]?.elementType.byteCount ?? 0))
    }
    let last = program.nodes.count
    for (step, node) in program.nodes.enumerated() {
      guard let kernel = kernels[step] else {
        homes.alias(node.outputs[0], to: node.inputs[0])
        continue
      }
      var placed: Set<Int> = []
      for (output, input) in kernel.inPlace
      where output < node.outputs.count && !node.outputs[output].isEmpty && !placed.contains(output) {
        guard input < node.inputs.count, homes.canReuse(node.inputs[input], for: node.outputs[output], at: step, node)
        else { continue }
        homes.alias(node.outputs[output], to: node.inputs[input])
        placed.insert(output)
      }
    }

    var blocks: [Block] = []
    for (root, lifetime) in homes.lifetimes(end: last) {
      switch homes.origin(of: root) {
      case .computed:
        blocks.append(Block(name: root, byteCount: homes.byteCount(of: root), lifetime: lifetime, offset: 0))
      case .input: places[root] = .input(root)
      case .initializer: places[root] = .initializer(root)
      }
    }
    let scratchNames = kernels.indices.map { "scratch of \(program.nodes[$0].name)" }
    for (step, kernel) in kernels.enumerated() {
      guard let bytes = kernel?.scratchByteCount, bytes > 0 else { continue }
      blocks.append(Block(name: scratchNames[step], byteCount: bytes, lifetime: step...step, offset: 0))
    }
    self.blocks = try Self.place(blocks, arena: &arenaByteCount, budget)
    var offsets: [String: Int] = [:]
    for block in self.blocks { offsets[block.name] = block.offset }
    for (root, _) in homes.lifetimes(end: last) where places[root] == nil { places[root] = .arena(offsets[root] ?? 0) }
    for value in program.types.keys {
      let place = places[homes.root(of: value)]
      if case .arena(let offset) = place {
        places[value] = .arena(offset + homes.start(of: value))
      } else {
        places[value] = place
      }
    }
    scratch = scratchNames.map { offsets[$0] ?? 0 }
  }

  private static func place(_ blocks: [Block], arena: inout Int, _ budget: CompileBudget) throws -> [Block] {
    var blocks = blocks.sorted { ($0.byteCount, $1.name) > ($1.byteCount, $0.name) }
    // Indices of placed blocks, by offset.
    var placed: [Int] = []
    for index in blocks.indices {
      if index % 1024 == 0 { try budget.checkTime() }
      let size = (max(blocks[index].byteCount, 1) + alignment - 1) / alignment * alignment
      var offset = 0
      for other in placed where blocks[other].lifetime.overlaps(blocks[index].lifetime) {
        if blocks[other].offset >= offset + size { break }
        offset = max(
          offset, (blocks[other].offset + max(blocks[other].byteCount, 1) + alignment - 1) / alignment * alignment)
      }
      blocks[index].offset = offset
      arena = max(arena, offset + size)
      let position = placed.firstIndex { blocks[$0].offset > offset } ?? placed.endIndex
      placed.insert(index, at: position)
    }
    return blocks
  }
}

/// Which values share memory, and how long each group is needed.
private struct Homes {
  enum Origin { case computed, input, initializer }

  private let program: Program
  private var parents: [String: String] = [:]
  /// Bytes from the start of the parent, where they aren't 0.
  private var starts: [String: Int] = [:]
  private var firstUse: [String: Int] = [:]
  private var lastUse: [String: Int] = [:]
  private let inputs: Set<String>
  private let states: Set<String>
  private let kept: Set<String>
  private let stateOfValue: [String: String]

  init(_ program: Program) {
    self.program = program
    inputs = Set(program.inputs)
    states = Set(program.builder.initializers.keys)
    kept = Set(program.outputs + program.updates.map(\.value))
    stateOfValue = Dictionary(program.updates.map { ($0.value, $0.state) }) { first, _ in first }
    for (step, node) in program.nodes.enumerated() {
      for value in node.outputs where !value.isEmpty {
        firstUse[value] = step
        lastUse[value] = step
      }
      for value in node.inputs where !value.isEmpty { lastUse[value] = step }
    }
    // What the caller reads, and what is copied into a state, lives to the end.
    for value in kept { lastUse[value] = program.nodes.count }
  }

  func root(of value: String) -> String {
    var value = value
    while let parent = parents[value] { value = parent }
    return value
  }

  /// Bytes from the start of the root.
  func start(of value: String) -> Int {
    var (value, start) = (value, 0)
    while let parent = parents[value] {
      start += starts[value] ?? 0
      value = parent
    }
    return start
  }

  func origin(of root: String) -> Origin {
    inputs.contains(root) ? .input : states.contains(root) ? .initializer : .computed
  }

  func byteCount(of root: String) -> Int { program.types[root]?.byteCount ?? 0 }

  mutating func alias(_ value: String, to other: String, at start: Int = 0) {
    let root = self.root(of: other)
    guard value != root else { return }
    parents[value] = root
    starts[value] = start + self.start(of: other)
    // What is made within another may be made before the rest of it.
    if let first = firstUse[value], let known = firstUse[root] { firstUse[root] = min(first, known) }
    lastUse[root] = max(lastUse[root] ?? 0, lastUse[value] ?? 0)
  }

  /// Whether `output` of `node` may be stored over `input`.
  func canReuse(_ input: String, for output: String, at step: Int, _ node: Node) -> Bool {
    guard !input.isEmpty, node.inputs.filter({ self.root(of: $0) == self.root(of: input) }).count == 1,
      (program.types[input]?.byteCount ?? -1) >= (program.types[output]?.byteCount ?? 0)
    else { return false }
    let root = self.root(of: input)
    switch origin(of: root) {
    case .computed: return (lastUse[root] ?? step) <= step
    // A state may be overwritten by its own update, when nobody reads the old value any more.
    case .initializer: return stateOfValue[output] == root && root == input && (lastUse[root] ?? step) <= step
    case .input: return false
    }
  }

  /// The groups by their root's name, with the steps during which each is needed.
  func lifetimes(end: Int) -> [(root: String, lifetime: ClosedRange<Int>)] {
    program.types.keys.filter { parents[$0] == nil }.sorted().map { root in
      let first = firstUse[root] ?? 0
      return (root, first...max(first, lastUse[root] ?? first))
    }
  }
}
