/// Operators that move elements.
enum ShapeOperators {
  static let all: [Operator] =
    ViewOperators.all + TransposeOperators.all + ConcatOperators.all + SliceOperators.all + ExpandOperators.all
    + ConstantOperators.all + GatherOperators.all + PadOperators.all + GatherElementsOperators.all
    + ScatterOperators.all + SpaceDepthOperators.all + MaskOperators.all + GeneratorOperators.all
    + [BitCastOperators.definition, UniqueOperators.definition]
}
