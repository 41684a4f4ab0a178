/// The element type and the shape of a tensor whose every dimension is known.
public struct TensorType: Sendable, Hashable {
  /// The type of each element.
  public var elementType: ElementType
  /// The size of each dimension, outermost first; empty for a scalar. Never negative.
  public var shape: [Int]

  /// Nothing is checked: types made from outside data go through ``validated(_:)``.
  public init(_ elementType: ElementType, _ shape: [Int]) {
    self.elementType = elementType
    self.shape = shape
  }

  /// The number of dimensions; 0 for a scalar.
  public var rank: Int { shape.count }

  /// The number of elements: 1 for a scalar, 0 if any dimension is 0. O(rank).
  ///
  /// Types made from outside data are checked with ``validated(_:)`` first, so this can't overflow.
  public var elementCount: Int { shape.reduce(1, *) }

  /// The size of the elements in bytes, without alignment. O(rank).
  public var byteCount: Int { elementCount * elementType.byteCount }

  /// Refuses negative dimensions, more than 64 of them, and more than 2⁴⁸ bytes. O(rank).
  /// - Returns: The type itself.
  /// - Throws: ``ZooError`` of kind `badInput` about the tensor `name`.
  public func validated(_ name: @autoclosure () -> String) throws(ZooError) -> TensorType {
    var bytes = elementType.byteCount
    guard shape.count <= 64 else {
      throw ZooError(.badInput, tensor: name(), problem: "has rank \(shape.count)", expected: "a rank of at most 64")
    }
    for dimension in shape {
      guard dimension >= 0 else {
        throw ZooError(
          .badInput, tensor: name(), problem: "has a dimension of \(dimension)", expected: "dimensions of at least 0")
      }
      let (product, overflow) = bytes.multipliedReportingOverflow(by: Swift.max(dimension, 1))
      guard !overflow, product <= 1 << 48 else {
        throw ZooError(
          .badInput, tensor: name(), problem: "has the shape \(shape), which no memory can hold",
          expected: "at most 2^48 bytes")
      }
      bytes = product
    }
    return self
  }
}

extension TensorType: CustomStringConvertible {
  /// E.g. `float32[8, 3, 224, 224]`. O(rank).
  public var description: String {
    "\(elementType)[\(shape.map(String.init).joined(separator: ", "))]"
  }
}

/// One dimension of a value's declared type: a number, a name that is bound when the graph is compiled, or unknown.
public enum Dimension: Sendable, Hashable, CustomStringConvertible {
  /// A size that every run has.
  case fixed(Int)
  /// A named size such as the batch `N`; the same name stands for the same size in all of a graph's inputs.
  case symbolic(String)
  /// A size of which nothing is said.
  case unknown

  /// The size, the name, or `?`.
  public var description: String {
    switch self {
    case .fixed(let size): String(size)
    case .symbolic(let name): name
    case .unknown: "?"
    }
  }
}

/// A named value with its declared type: a graph's input or output, or the value between two parts.
public struct ValueInfo: Sendable, Hashable {
  /// Unique among the values of its graph.
  public var name: String
  /// The type of each element.
  public var elementType: ElementType
  /// `nil` when not even the rank is declared.
  public var dimensions: [Dimension]?

  /// - Parameters:
  ///   - name: of the value.
  ///   - elementType: of each element.
  ///   - dimensions: outermost first; `nil` if not even their number is known.
  public init(_ name: String, _ elementType: ElementType, _ dimensions: [Dimension]?) {
    self.name = name
    self.elementType = elementType
    self.dimensions = dimensions
  }
}
