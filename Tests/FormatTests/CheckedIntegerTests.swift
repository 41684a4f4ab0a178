import Foundation
import Testing
import ZooFormat

@Suite("Numbers into integers") struct CheckedIntegerTests {
  @Test("are refused if there is no such integer") func checked() {
    #expect(Int(checked: 2.9) == 2)
    #expect(Int(checked: -2.5 as Float, .toNearestOrEven) == -2)
    #expect(UInt8(checked: 255.4, .toNearestOrEven) == 255)
    for number in [Double.nan, .infinity, -.infinity, 1e30, 0x1p63] { #expect(Int(checked: number) == nil) }
    #expect(UInt8(checked: 256.0) == nil)
    #expect(UInt8(checked: -1.0) == nil)
    #expect(Int(checked: -0x1p63) == .min)
  }

  @Test("or are the nearest there is") func saturating() {
    #expect(Int(saturating: Double.nan) == 0)
    #expect(Int(saturating: Double.infinity) == .max)
    #expect(Int32(saturating: -1e30 as Float) == .min)
    #expect(UInt8(saturating: 1e9) == 255)
    #expect(UInt8(saturating: -0.5) == 0)
    #expect(Int(saturating: 2.5, .up) == 3)
  }

  /// The compiler knows types and this doesn't, so the compiler does the work: for each pair of types the package has a
  /// declaration of its own in place of the standard library's, which ends the program.
  @Test("have no other way: the standard library's conversions are hidden in all modules")
  func hidden() throws {
    let text = try String(contentsOf: Self.package.appending(path: Self.guardian), encoding: .utf8)
    for type in ["Int", "UInt"].flatMap({ name in ["", "8", "16", "32", "64"].map { name + $0 } }) {
      let part = try #require(text.components(separatedBy: "extension \(type) {\n").dropFirst().first, "\(type)")
      let own = part.components(separatedBy: "\n}\n")[0]
      for number in ["Double", "Float"] {
        #expect(
          own.contains("package init(_ number: \(number)) { self.init(saturating: number) }"), "\(type)(\(number))")
      }
      #expect(own.components(separatedBy: "@available(*, deprecated").count == 3, "\(type) warns")
    }
  }

  @Test("nowhere avoid the package's: no module is named, no pointer converted, no code left unchecked")
  func sources() throws {
    var read = 0
    for folder in ["Sources", "Zoo"] {
      let files = FileManager.default.enumerator(atPath: Self.package.appending(path: folder).path)
      while let file = files?.nextObject() as? String {
        guard file.hasSuffix(".swift"), "\(folder)/\(file)" != Self.guardian else { continue }
        let text = try String(contentsOf: Self.package.appending(path: "\(folder)/\(file)"), encoding: .utf8)
        for word in ["Swift.Int(", "Swift.UInt", "unsafelyRounded", ".toInt(", "lrint(", "lround("] {
          #expect(!text.contains(word), "\(folder)/\(file) says \(word)")
        }
        // A conversion that a generic type hides from the declarations of the package.
        for line in text.split(separator: "\n")
        where line.contains("BinaryInteger") || line.contains("FixedWidthInteger") {
          #expect(!line.contains("BinaryFloatingPoint") || file.hasSuffix("CheckedInteger.swift"), "\(file): \(line)")
        }
        read += 1
      }
    }
    #expect(read > 300)
  }

  private static let guardian = "Sources/Format/Values/UncheckedInteger.swift"
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}
