#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the system says of itself in small files of text, such as those under `/proc`, whose sizes it doesn't tell.
enum SystemText {
  /// The content of the file at `path` up to `limit` bytes, or `nil` if it can't be read.
  static func read(_ path: String, limit: Int = 4 << 20) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while text.count < limit {
      let count = Self.read(descriptor, into: &buffer)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      text += buffer[..<count]
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func read(_ descriptor: Int32, into buffer: inout [UInt8]) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, &buffer, buffer.count)
    #elseif canImport(Musl)
      Musl.read(descriptor, &buffer, buffer.count)
    #else
      Darwin.read(descriptor, &buffer, buffer.count)
    #endif
  }
}

extension StringProtocol {
  /// The words between spaces and tabs.
  var words: [SubSequence] { split { $0 == " " || $0 == "\t" } }

  /// The text as a number, whatever space stands around it.
  var integer: Int? { split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } }
}
