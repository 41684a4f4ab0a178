/// Operators that move elements.
enum ShapeOperators {
  static let all: [Operator] =
    ViewOperators.all + TransposeOperators.all + ConcatOperators.all + SliceOperators.all + ExpandOperators.all
    + ConstantOperators.all + GatherOperators.all + PadOperators.all
}
