/// A value that a pickle program builds. Lists and the like are positions in the machine's memory, so values can't nest in
/// each other, whatever the program does.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  case float
  case string(String)
  case global(String)
  case tuple(Int)
  case list(Int)
  /// Keys and values in turn.
  case dictionary(Int)
  case storage(TorchStorage)
  case tensor(TorchView)
}

/// Runs the part of Python's pickle language that state dicts use. It can build numbers, texts, lists, tuples and
/// dictionaries, and hands calls to ``TorchFile``, which knows a fixed handful; there is nothing that it could execute.
struct PickleMachine {
  private var reader: PickleReader
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private(set) var containers: [[PickleValue]] = []
  /// How many values stack, marks, memo and containers may hold together: a program could copy one list into another
  /// again and again.
  private let budget: Int
  /// What containers hold, and one for each of them.
  private var held = 0
  /// The memory that a value may take, with the room that growing arrays keep and a text or a container's own head.
  static let bytesOfValue = 256

  init(_ program: UnsafeRawBufferPointer, budget: Int) {
    reader = PickleReader(program)
    self.budget = budget
  }

  /// The value that the program leaves.
  /// - Throws: ``ZooError`` of kind `badInput` at the first operation that state dicts don't need.
  mutating func run() throws(ZooError) -> PickleValue {
    while true {
      let opcode = try reader.byte()
      try spend(0)
      if opcode == UInt8(ascii: ".") { return try pop() }
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: UInt8) throws(ZooError) {
    switch UnicodeScalar(opcode) {
    case "\u{80}": _ = try reader.byte()  // PROTO
    case "\u{95}": _ = try reader.bytes(8)  // FRAME
    case "N": stack.append(.none)
    case "\u{88}": stack.append(.bool(true))
    case "\u{89}": stack.append(.bool(false))
    case "K": stack.append(.int(Int(try reader.byte())))  // BININT1
    case "M": stack.append(.int(Int(try reader.integer(2))))  // BININT2
    case "J": stack.append(.int(Int(Int32(truncatingIfNeeded: try reader.integer(4)))))  // BININT
    case "\u{8a}": stack.append(.int(try reader.long()))  // LONG1
    case "G":  // BINFLOAT
      _ = try reader.bytes(8)
      stack.append(.float)
    case "X": stack.append(.string(try reader.text(countBytes: 4)))  // BINUNICODE
    case "\u{8c}": stack.append(.string(try reader.text(countBytes: 1)))  // SHORT_BINUNICODE
    case "U": stack.append(.string(try reader.text(countBytes: 1)))  // SHORT_BINSTRING
    case "c": stack.append(.global("\(try reader.line()).\(try reader.line())"))  // GLOBAL
    case "(": marks.append(stack.count)
    case "0": _ = try pop()
    case "}": stack.append(.dictionary(try allocate([])))
    case "]": stack.append(.list(try allocate([])))
    case ")": stack.append(.tuple(try allocate([])))
    case "t": stack.append(.tuple(try allocate(popToMark())))
    case "l": stack.append(.list(try allocate(popToMark())))
    case "d": stack.append(.dictionary(try allocate(popToMark())))
    case "\u{85}": stack.append(.tuple(try allocate(pop(count: 1))))
    case "\u{86}": stack.append(.tuple(try allocate(pop(count: 2))))
    case "\u{87}": stack.append(.tuple(try allocate(pop(count: 3))))
    case "a", "s": try append(pop(count: opcode == UInt8(ascii: "a") ? 1 : 2))  // APPEND, SETITEM
    case "e", "u": try append(popToMark())  // APPENDS, SETITEMS
    case "q": memo[Int(try reader.byte())] = try top()  // BINPUT
    case "r": memo[Int(try reader.integer(4))] = try top()  // LONG_BINPUT
    case "\u{94}": memo[memo.count] = try top()  // MEMOIZE
    case "h": stack.append(try remembered(Int(try reader.byte())))  // BINGET
    case "j": stack.append(try remembered(Int(try reader.integer(4))))  // LONG_BINGET
    case "Q":  // BINPERSID
      let identifier = try pop()
      stack.append(.storage(try TorchStorage(identifier, self)))
    case "R", "\u{81}":  // REDUCE, NEWOBJ
      let arguments = try pop()
      let function = try pop()
      stack.append(try call(function, arguments))
    case "b":  // BUILD: further attributes of a dictionary, such as versions of modules
      _ = try pop()
      guard case .dictionary = try top() else { throw malformed("gives attributes to what has none") }
    default: throw malformed("has the operation \(opcode), which state dicts don't need")
    }
  }

  private mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws(ZooError) -> PickleValue {
    guard case .global(let name) = function, case .tuple(let position) = arguments else {
      throw malformed("calls what is no function")
    }
    let arguments = containers[position]
    switch name {
    case "collections.OrderedDict":
      guard arguments.isEmpty else { throw malformed("makes a dictionary in an unusual way") }
      return .dictionary(try allocate([]))
    case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v3":
      return .tensor(try TorchView(arguments, self))
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
      guard let first = arguments.first, case .tensor = first else { throw malformed("makes a parameter of no tensor") }
      return first
    case "torch.Size":
      guard let first = arguments.first else { throw malformed("makes a size of nothing") }
      return first
    case "torch.device": return .none
    default:
      throw ZooError(
        .badInput, problem: "the file asks for '\(name)' to be executed, which is refused",
        expected: "tensors and names only",
        remedy: "Save the weights alone, e.g. torch.save(model.state_dict(), PATH)")
    }
  }

  // MARK: Stack

  private mutating func pop() throws(ZooError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw malformed("takes what isn't there") }
    return value
  }

  private mutating func pop(count: Int) throws(ZooError) -> [PickleValue] {
    guard stack.count - count >= marks.last ?? 0 else { throw malformed("takes what isn't there") }
    defer { stack.removeLast(count) }
    return Array(stack[(stack.count - count)...])
  }

  private mutating func popToMark() throws(ZooError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw malformed("takes what isn't there") }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private func top() throws(ZooError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw malformed("takes what isn't there") }
    return value
  }

  private func remembered(_ key: Int) throws(ZooError) -> PickleValue {
    guard let value = memo[key] else { throw malformed("takes what isn't there") }
    return value
  }

  // MARK: Containers

  private mutating func allocate(_ values: [PickleValue]) throws(ZooError) -> Int {
    try spend(values.count + 1)
    containers.append(values)
    return containers.count - 1
  }

  private mutating func append(_ values: [PickleValue]) throws(ZooError) {
    try spend(values.count)
    switch try top() {
    case .list(let position): containers[position] += values
    case .dictionary(let position):
      guard values.count % 2 == 0 else { throw malformed("has a key without a value") }
      containers[position] += values
    default: throw malformed("adds to what is no list")
    }
  }

  private mutating func spend(_ values: Int) throws(ZooError) {
    held += values
    guard stack.count + marks.count + memo.count + held <= budget else {
      throw malformed("builds more than \(budget) values")
    }
  }

  func malformed(_ problem: String) -> ZooError {
    ZooError(
      .badInput, problem: "the pickle program \(problem) (byte \(reader.position))",
      expected: "the weights of a PyTorch model")
  }
}

/// The bytes of a pickle program, one operand after the other.
struct PickleReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func bytes(_ count: Int) throws(ZooError) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - position else {
      throw ZooError(.badInput, problem: "the pickle program is cut short")
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func byte() throws(ZooError) -> UInt8 { try bytes(1)[0] }

  /// A little-endian number of up to 4 bytes.
  mutating func integer(_ count: Int) throws(ZooError) -> UInt32 {
    try bytes(count).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// A number of any size, of which those in 64 bits are taken.
  mutating func long() throws(ZooError) -> Int {
    let digits = try bytes(Int(try byte()))
    guard digits.count <= 8 else { throw ZooError(.badInput, problem: "a number has more than 64 bits") }
    var value: UInt64 = (digits.last ?? 0) >= 0x80 ? .max : 0
    for digit in digits.reversed() { value = value << 8 | UInt64(digit) }
    return Int(truncatingIfNeeded: value)
  }

  mutating func text(countBytes: Int) throws(ZooError) -> String {
    try String(wire: bytes(Int(try integer(countBytes))))
  }

  mutating func line() throws(ZooError) -> String {
    let rest = bytes[position...]
    guard let end = rest.prefix(1000).firstIndex(of: 0x0a) else {
      throw ZooError(.badInput, problem: "the pickle program is cut short")
    }
    defer { position = end + 1 }
    return try String(wire: UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
  }
}
