import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Memory that holds a tensor's elements, row-major and in the machine's byte order; immutable once it is shared.
///
/// The memory is either allocated here, aligned to 64 bytes, or borrowed from `owner` (a mapped file).
// Unchecked for its pointers: all properties are constants, `pending` has a lock, and `owner` is kept alive and nothing else. Whoever
// makes a storage writes its elements before others get it. The memory of states and arenas is written later too, by the one
// ExecutionContext that has it, which no two threads use at once.
package final class TensorStorage: @unchecked Sendable {
  /// Bytes that may be read from ``base`` on.
  package let byteCount: Int
  private let memory: UnsafeMutableRawPointer
  /// What writes the elements before anybody reads them, until it has done so.
  private let pending: Mutex<Fill?>
  /// Whether elements are written when they are first asked for.
  package let isDeferred: Bool
  private let owner: AnyObject?
  /// Who has counted the memory as taken, once its elements were written; `nil` if it is borrowed, or counted elsewhere.
  private let account: MemoryAccount?
  /// Whether the memory is pages of its own.
  private let isMapped: Bool

  /// Writes all bytes of a storage, which starts at the pointer.
  package typealias Fill = @Sendable (UnsafeMutableRawPointer) -> Void

  /// The first byte. Elements that were deferred are written now, by the first of those who ask.
  package var base: UnsafeMutableRawPointer {
    if isDeferred {
      pending.withLock { fill in
        guard let write = fill else { return }
        account?.add(byteCount)
        write(memory)
        fill = nil
      }
    }
    return memory
  }

  /// Writes the elements to `target`, which has room for ``byteCount`` bytes; deferred ones without writing them here.
  package func copyElements(to target: UnsafeMutableRawPointer) {
    if let fill = pending.withLock({ $0 }) { fill(target) } else { target.copyMemory(from: base, byteCount: byteCount) }
  }

  /// Takes `byteCount` bytes of zeroed memory, aligned to 64 bytes. Large memory takes no room before it is written to.
  /// - Throws: ``ZooError`` if the account of memory or the system has none left.
  package convenience init(byteCount: Int) throws(ZooError) {
    if byteCount >= Self.hugePage {
      let account = MemoryAccount.current
      try account.take(byteCount, for: "a tensor")
      if let pages = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        pages != UnsafeMutableRawPointer(bitPattern: -1)
      {
        self.init(pages: pages, byteCount: byteCount, account)
        return
      }
      account.giveBack(byteCount)
    }
    try self.init(uninitialized: byteCount)
    memset(base, 0, max(byteCount, 64))
  }

  private init(pages: UnsafeMutableRawPointer, byteCount: Int, _ account: MemoryAccount) {
    memory = pages
    self.account = account
    self.byteCount = byteCount
    pending = Mutex(nil)
    isDeferred = false
    owner = nil
    isMapped = true
  }

  /// Takes `byteCount` bytes, aligned to 64 bytes, whose content is undefined; the system gives pages as they are touched.
  /// - Throws: ``ZooError`` if the account of memory or the system has none left.
  package convenience init(uninitialized byteCount: Int) throws(ZooError) {
    try self.init(byteCount: byteCount, deferred: nil)
  }

  /// The same for memory of which only a part will be touched, which whoever touches it counts.
  /// - Throws: ``ZooError`` if the system has no memory left.
  package convenience init(uncounted byteCount: Int) throws(ZooError) {
    try self.init(byteCount: byteCount, deferred: nil, isCounted: false)
  }

  /// Takes `byteCount` bytes, aligned to 64 bytes, that `fill` writes when they are first asked for: by whoever needs
  /// them, on the thread that does, or never.
  /// - Throws: ``ZooError`` if the account of memory or the system has none left.
  package convenience init(byteCount: Int, whenRead fill: @escaping Fill) throws(ZooError) {
    try self.init(byteCount: byteCount, deferred: fill)
  }

  private init(byteCount: Int, deferred fill: Fill?, isCounted: Bool = true) throws(ZooError) {
    var pointer: UnsafeMutableRawPointer?
    let isLarge = byteCount >= Self.hugePage
    let account = isCounted ? MemoryAccount.current : nil
    // What is deferred may never be written.
    let isDeferred = fill != nil
    if isDeferred {
      try account?.check(byteCount, for: "a tensor")
    } else {
      try account?.take(byteCount, for: "a tensor")
    }
    guard byteCount >= 0, posix_memalign(&pointer, isLarge ? Self.hugePage : 64, max(byteCount, 64)) == 0, let pointer
    else {
      if !isDeferred { account?.giveBack(byteCount) }
      throw ZooError(
        .failed, problem: "no memory for \(byteCount) bytes", remedy: "Use a smaller batch or a smaller model")
    }
    #if os(Linux)
      // Fewer address translations; where the system has no huge pages to give, nothing changes.
      if isLarge { madvise(pointer, byteCount / Self.hugePage * Self.hugePage, MADV_HUGEPAGE) }
    #endif
    memory = pointer
    self.account = account
    self.byteCount = byteCount
    pending = Mutex(fill)
    self.isDeferred = isDeferred
    owner = nil
    isMapped = false
  }

  private static let hugePage = 2 << 20

  /// Borrows memory that `owner` keeps alive and nobody writes to.
  package init(borrowing base: UnsafeRawPointer, byteCount: Int, owner: AnyObject) {
    memory = UnsafeMutableRawPointer(mutating: base)
    self.byteCount = byteCount
    pending = Mutex(nil)
    isDeferred = false
    self.owner = owner
    account = nil
    self.isMapped = false
  }

  deinit {
    if pending.withLock({ $0 == nil }) { account?.giveBack(byteCount) }
    if isMapped {
      munmap(memory, byteCount)
    } else if owner == nil {
      free(memory)
    }
  }
}

/// An immutable n-dimensional array, row-major.
///
/// Copying a tensor is O(1): copies share their storage.
public struct Tensor: Sendable {
  /// Element type and shape.
  public let type: TensorType
  /// The elements; at least `type.byteCount` bytes. Copies of the tensor share it.
  package let storage: TensorStorage

  /// Takes `storage`, which must hold at least `type.byteCount` bytes.
  package init(_ type: TensorType, storage: TensorStorage) throws(ZooError) {
    guard storage.byteCount >= type.byteCount else {
      throw ZooError(
        .badInput, problem: "\(storage.byteCount) bytes of data for \(type)", expected: "\(type.byteCount) bytes")
    }
    self.type = type
    self.storage = storage
  }

  /// A tensor of zeros. O(elements) below 2 MiB; the system gives the pages of larger ones as they are touched.
  /// - Throws: ``ZooError`` if a size is negative, or there is no memory for so many elements.
  public init(zeros type: TensorType) throws(ZooError) {
    self.type = try type.validated("new tensor")
    self.storage = try TensorStorage(byteCount: type.byteCount)
  }

  /// A tensor whose bytes `fill` writes. O(elements).
  /// - Parameters:
  ///   - type: element type and shape.
  ///   - fill: gets `type.byteCount` bytes, all 0, aligned to 64.
  /// - Throws: ``ZooError`` if a size is negative, there is no memory for so many elements, or `fill` throws one.
  public init(_ type: TensorType, fill: (UnsafeMutableRawBufferPointer) throws(ZooError) -> Void) throws(ZooError) {
    let storage = try TensorStorage(byteCount: type.validated("new tensor").byteCount)
    try fill(UnsafeMutableRawBufferPointer(start: storage.base, count: storage.byteCount))
    self.type = type
    self.storage = storage
  }

  /// A tensor whose bytes `fill` writes, which may throw errors of its own. O(elements).
  /// - Parameters:
  ///   - type: element type and shape.
  ///   - fill: gets `type.byteCount` bytes, all 0, aligned to 64.
  /// - Throws: ``ZooError`` if a size is negative or there is no memory for so many elements; else what `fill` throws.
  public init(_ type: TensorType, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    var thrown: (any Error)?
    try self.init(type) { (bytes: UnsafeMutableRawBufferPointer) throws(ZooError) in
      do { try fill(bytes) } catch { thrown = error }
    }
    if let thrown { throw thrown }
  }

  /// A tensor of `values`, whose number must be the product of `shape`. O(elements): they are copied.
  /// - Throws: ``ZooError`` if it isn't, a size is negative, or there is no memory for so many elements.
  public init<T: TensorElement>(shape: [Int], _ values: [T]) throws(ZooError) {
    let type = try TensorType(T.elementType, shape).validated("new tensor")
    guard type.elementCount == values.count else {
      throw ZooError(
        .usage, problem: "\(values.count) values for the shape \(shape)", expected: "\(type.elementCount) values")
    }
    try self.init(type) { (bytes: UnsafeMutableRawBufferPointer) in
      values.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
  }

  /// A scalar.
  /// - Throws: ``ZooError`` if there is no memory.
  public init<T: TensorElement>(_ value: T) throws(ZooError) { try self.init(shape: [], [value]) }

  /// The size of each dimension, outermost first; empty for a scalar. O(1).
  public var shape: [Int] { type.shape }
  /// The type of each element.
  public var elementType: ElementType { type.elementType }
  /// The product of ``shape``: 1 for a scalar. O(rank).
  public var elementCount: Int { type.elementCount }

  /// The elements as an array, or `nil` if they are of another type than `T`. O(elements): they are copied.
  public func values<T: TensorElement>(as _: T.Type = T.self) -> [T]? {
    guard T.elementType == elementType else { return nil }
    return Array(UnsafeBufferPointer(start: storage.base.assumingMemoryBound(to: T.self), count: elementCount))
  }

  /// The elements of any integer or bool type, widened, or `nil` for floating-point types (and for a `uint64` past
  /// `Int.max`). O(elements). For shapes, axes and the like.
  public func integers() -> [Int]? {
    func widen<T: TensorElement & FixedWidthInteger>(_: T.Type) -> [Int]? {
      var result: [Int] = []
      result.reserveCapacity(elementCount)
      for value in values(as: T.self) ?? [] {
        guard let integer = Int(exactly: value) else { return nil }
        result.append(integer)
      }
      return result
    }
    switch elementType {
    case .int8: return widen(Int8.self)
    case .int16: return widen(Int16.self)
    case .int32: return widen(Int32.self)
    case .int64: return widen(Int64.self)
    case .uint8: return widen(UInt8.self)
    case .uint16: return widen(UInt16.self)
    case .uint32: return widen(UInt32.self)
    case .uint64: return widen(UInt64.self)
    case .bool: return values(as: Bool.self).map { $0.map { $0 ? 1 : 0 } }
    case .uint4, .uint2: return withUnsafeBytes { $0.map(Int.init) }
    case .int4, .int2: return withUnsafeBytes { $0.map { Int(Int8(bitPattern: $0)) } }
    case .float16, .bfloat16, .float32, .float64, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz,
      .float8e8m0, .float4e2m1:
      return nil
    }
  }

  /// The bytes of the elements; valid only inside `body`. O(1) beside `body`, without a copy. Elements that the compiler left
  /// to be computed when they are needed are computed by the first call: O(elements).
  /// - Throws: what `body` throws, and nothing else.
  public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: storage.base, count: type.byteCount))
  }

  /// The same elements under another shape of the same size. O(rank): they are shared.
  /// - Throws: ``ZooError`` if the size is another.
  public func reshaped(_ shape: [Int]) throws(ZooError) -> Tensor {
    let reshaped = try TensorType(elementType, shape).validated("reshaped tensor")
    guard reshaped.elementCount == elementCount else {
      throw ZooError(.usage, problem: "\(type) can't be seen as \(shape)", expected: "\(elementCount) elements")
    }
    return try Tensor(reshaped, storage: storage)
  }
}

/// A Swift type that is the element of a tensor.
public protocol TensorElement: Sendable {
  /// How tensors call it.
  static var elementType: ElementType { get }
}

extension Float: TensorElement { public static var elementType: ElementType { .float32 } }
extension Double: TensorElement { public static var elementType: ElementType { .float64 } }
extension Int8: TensorElement { public static var elementType: ElementType { .int8 } }
extension Int16: TensorElement { public static var elementType: ElementType { .int16 } }
extension Int32: TensorElement { public static var elementType: ElementType { .int32 } }
extension Int64: TensorElement { public static var elementType: ElementType { .int64 } }
extension UInt8: TensorElement { public static var elementType: ElementType { .uint8 } }
extension UInt16: TensorElement { public static var elementType: ElementType { .uint16 } }
extension UInt32: TensorElement { public static var elementType: ElementType { .uint32 } }
extension UInt64: TensorElement { public static var elementType: ElementType { .uint64 } }
extension Bool: TensorElement { public static var elementType: ElementType { .bool } }
