/// Operators on signals and sequences of words.
enum SignalOperators {
  static let all: [Operator] = FourierOperators.all + WindowOperators.all + [TfIdfVectorizer.definition]
}
