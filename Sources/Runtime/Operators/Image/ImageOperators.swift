/// Operators that resize images or read them at places between their pixels.
enum ImageOperators {
  static let all: [Operator] =
    Resize.all + [
      GridSample.definition, AffineGrid.definition, NonMaxSuppression.definition, RoiAlign.definition,
      DeformableConvolution.definition, Col2Im.definition,
    ]
}
