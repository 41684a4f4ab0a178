/// Operators that move elements.
enum ShapeOperators {
  static let all: [Operator] = []
}
