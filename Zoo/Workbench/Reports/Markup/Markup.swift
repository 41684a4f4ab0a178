/// A piece of HTML or SVG. Whatever is interpolated as a string is escaped, so that no name, path or label from outside
/// can become markup; only another ``Markup`` is put in as it is.
package struct Markup: Sendable, ExpressibleByStringInterpolation {
  package private(set) var text: String

  package init(stringLiteral value: String) { text = value }

  /// Text that is known to be harmless where it is put: a script of the program's own, JSON without `<`.
  init(embedding text: String) { self.text = text }

  package init(stringInterpolation interpolation: StringInterpolation) { text = interpolation.text }

  package static func + (left: Markup, right: Markup) -> Markup {
    var sum = left
    sum += right
    return sum
  }

  package static func += (left: inout Markup, right: Markup) { left.text += right.text }

  package struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

    package mutating func appendLiteral(_ literal: String) { text += literal }

    package mutating func appendInterpolation(_ string: String) { text += Escape.markup(string) }

    package mutating func appendInterpolation(_ markup: Markup) { text += markup.text }

    package mutating func appendInterpolation(_ markups: [Markup]) { for markup in markups { text += markup.text } }

    package mutating func appendInterpolation(_ integer: Int) { text += "\(integer)" }

    /// A coordinate: at most two decimals.
    package mutating func appendInterpolation(_ coordinate: Double) { text += Figures.coordinate(coordinate) }
  }
}
