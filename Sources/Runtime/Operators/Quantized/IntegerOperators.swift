/// ONNX's operators on 8-bit numbers with zero points.
enum IntegerOperators {
  static let all: [Operator] =
    IntegerMatrixProduct.all + IntegerConvolution.all + LinearQuantization.all + [DynamicQuantization.definition]
}
