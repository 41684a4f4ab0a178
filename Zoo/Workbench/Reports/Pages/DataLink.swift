import Foundation

/// The numbers of a figure as a table that a click saves: the page stays one file.
enum DataLink {
  /// - Parameter name: of the file, without its ending.
  static func html(_ name: String, _ csv: String) -> Markup {
    let address = "data:text/csv;charset=utf-8;base64," + Data(csv.utf8).base64EncodedString()
    return " <a class=\"csv\" download=\"\(slug(name)).csv\" href=\"\(address)\">CSV</a>"
  }

  /// Letters, digits and dashes of the name.
  private static func slug(_ name: String) -> String {
    let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.prefix(6)
    return words.isEmpty ? "figure" : words.joined(separator: "-")
  }
}

/// A figure that can say its numbers.
protocol DataChart {
  var svg: Markup { get }
  /// What is drawn, as a table with a header.
  var csv: String { get }
}

extension Page {
  /// A chart with a link that saves its numbers.
  static func figure(_ caption: String, _ chart: some DataChart) -> Markup {
    """
    <figure><figcaption>\(caption)\(DataLink.html(caption, chart.csv))</figcaption>
    \(chart.svg)
    </figure>

    """
  }
}
