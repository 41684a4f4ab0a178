import ZooFormat
import ZooKernels

/// Mathematical functions of one variable.
enum MathOperators {
  static let all: [Operator] = functions.flatMap(\.operators)

  private static let functions: [UnaryFunction] = [
    UnaryFunction("Neg", ZOO_NEG, saved: .argument, integers: ElementType.signedIntegers),
    UnaryFunction("Abs", ZOO_ABS, saved: .argument, integers: ElementType.integers),
    UnaryFunction("Sign", ZOO_SIGN, saved: nil, integers: ElementType.integers),
    UnaryFunction("Sqrt", ZOO_SQRT, saved: .result),
    UnaryFunction("Exp", ZOO_EXP, saved: .result, operations: 14),
    UnaryFunction("Log", ZOO_LOG, saved: .argument, operations: 14),
    UnaryFunction("Erf", ZOO_ERF, saved: .argument, operations: 30),
    UnaryFunction("Reciprocal", ZOO_RECIPROCAL, saved: .result),
    UnaryFunction("Floor", ZOO_FLOOR, saved: nil),
    UnaryFunction("Ceil", ZOO_CEIL, saved: nil),
    /// Halves go to the nearest even integer.
    UnaryFunction("Round", ZOO_ROUND, saved: nil),
    UnaryFunction("Sin", ZOO_SIN, saved: .argument, operations: 20),
    UnaryFunction("Cos", ZOO_COS, saved: .argument, operations: 20),
    UnaryFunction("Tan", ZOO_TAN, saved: .result, operations: 20),
    UnaryFunction("Asin", ZOO_ASIN, saved: .argument, operations: 20),
    UnaryFunction("Acos", ZOO_ACOS, saved: .argument, operations: 20),
    UnaryFunction("Atan", ZOO_ATAN, saved: .argument, operations: 20),
    UnaryFunction("Sinh", ZOO_SINH, saved: .argument, operations: 20),
    UnaryFunction("Cosh", ZOO_COSH, saved: .argument, operations: 20),
    UnaryFunction("Asinh", ZOO_ASINH, saved: .argument, operations: 20),
    UnaryFunction("Acosh", ZOO_ACOSH, saved: .argument, operations: 20),
    UnaryFunction("Atanh", ZOO_ATANH, saved: .argument, operations: 20),
  ]
}
