/// Operators that draw random numbers.
enum RandomOperators {
  static let all: [Operator] = Dropout.all + StochasticDepth.all
}
